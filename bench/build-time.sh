#!/usr/bin/env bash
# build-time.sh [FILE]: how long a clean build of one preset takes without the compiler cache, and how long it takes from
# a change in one file (src/base/quantity.cpp, or the one named) until its folder's tests have run.
# Works in a build folder of its own, which it removes.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/../tools/lib.sh"
cd "$ROOT"
changed=${1:-src/base/quantity.cpp}
layer=$(cut -d/ -f2 <<<"$changed")
build=build/timing
trap 'rm -rf "$build"' EXIT
export CCACHE_DISABLE=1

seconds() {
  local started=$EPOCHREALTIME
  "$@" >/dev/null
  awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", b - a }'
}

rebuild_and_test() {
  cmake --build "$build" --parallel "$JOBS" --target "${layer}_test"
  "$build/src/$layer/${layer}_test"
}

rm -rf "$build"
cmake --preset dev -B "$build" >/dev/null
printf '| clean build of preset dev, %s jobs | %s |\n' "$JOBS" "$(seconds cmake --build "$build" --parallel "$JOBS")"
touch "$changed"
printf '| one file (%s) to test run | %s |\n' "$changed" "$(seconds rebuild_and_test)"
