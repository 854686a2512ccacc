#!/usr/bin/env bash
# check_clones.sh: a clone of this repository takes what another has compiled from the cache, does not need that clone
# for it (it may be gone by then), and notices changes of its own headers.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export CCACHE_DIR=$folder/cache

objects=(src/base/CMakeFiles/{dynamo_base.dir/clock,base_test.dir/clock_test}.cpp.o)

# copy CLONE: what the build reads, as it is in this folder.
copy() {
  mkdir "$folder/$1"
  git -C "$ROOT" ls-files -z --cached --others --exclude-standard cmake src tests bench tools 'CMake*' |
    tar -C "$ROOT" --null --files-from=- -cf - | tar -C "$folder/$1" -xf -
}
# build CLONE: two objects and the precompiled headers that they use; prints how many files were compiled.
build() {
  local said
  said=$(cd "$folder/$1" && cmake --preset dev >/dev/null && ninja -C build/dev "${objects[@]}")
  say "$said"
  grep -c '^\[.*Building' <<<"$said"
}
cache_hits() { ccache --print-stats | awk '/^(direct|preprocessed)_cache_hit/ { sum += $2 } END { print sum + 0 }'; }

copy first
compiled=$(build first)
rm -rf "$folder/first"
before=$(cache_hits)
copy second
build second >/dev/null
hits=$(($(cache_hits) - before))
[ "$hits" -eq "$compiled" ] || die "a second clone found $hits of $compiled files in the cache: see tools/compile.sh"
echo '// changed' >>"$folder/second/src/base/clock.h"
rebuilt=$(build second)
[ "$rebuilt" -eq 2 ] || die "a changed header had $rebuilt of 2 files compiled: see tools/compile.sh"
say "a second clone found $hits of $compiled files in the cache, and compiled $rebuilt of 2 once their header had changed"
