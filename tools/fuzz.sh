#!/usr/bin/env bash
# fuzz.sh [--seed N] [SECONDS [TARGET…]]: runs every libFuzzer target (src/*/*_fuzz.cpp), or those named, for so long each.
# What they have learned stays in the cache folder; an input that breaks a target is kept in build/fuzz. With a seed they
# begin from nothing and with the same luck every time, on every machine.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
seed=
if [ "${1:-}" = --seed ]; then
  seed=$2
  shift 2
fi
seconds=${1:-60}
shift $(($# > 0))

# fuzz TARGET: prints one line, and the target's own words only where it failed.
fuzz() {
  local target=$1 corpus=$CACHE/fuzz/$1 log=build/fuzz/$1.log
  local options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1)
  if [ -n "$seed" ]; then
    options+=(-seed="$seed")
  else
    mkdir -p "$corpus"
    options+=("$corpus")
  fi
  if "build/asan/fuzz/$target" -artifact_prefix="build/fuzz/$target-" "${options[@]}" 2>"$log"; then
    awk -v t="$target" '/stat::number_of_executed_units/ { printf "%-32s %9d inputs, none broke it\n", t, $2 }' "$log"
  else
    printf '%-32s FAILED\n' "$target"
    tail -40 "$log"
    return 1
  fi
}

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for source in src/*/*_fuzz.cpp; do
    layer=$(basename "$(dirname "$source")")
    targets+=("${layer}_$(basename "$source" .cpp)")
  done
fi
tools/build.sh asan "${targets[@]}"
mkdir -p build/fuzz
export -f fuzz
export seconds seed CACHE
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
printf '%s\n' "${targets[@]}" | xargs -P "$JOBS" -I{} bash -euo pipefail -c 'fuzz {}'
