#!/usr/bin/env bash
# build.sh PRESET [TARGET…]: configures the preset when needed and builds the targets, or everything.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
preset=$1
shift
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null
cmake --build "build/$preset" --parallel "$JOBS" ${1:+--target "$@"}
