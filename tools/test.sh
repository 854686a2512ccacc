#!/usr/bin/env bash
# test.sh PRESET: builds everything, runs the unit tests, then the built binary end to end.
# The results are JUnit files under build/results/PRESET; the last line printed is their sum.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
preset=$1
results=$ROOT/build/results/$preset

# A sanitizer stops the program at its first finding; slower programs get more time.
symbolizer=external_symbolizer_path=$(command -v llvm-symbolizer-19)
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:$symbolizer
export UBSAN_OPTIONS=print_stacktrace=1:$symbolizer
export TSAN_OPTIONS=second_deadlock_stack=1:$symbolizer
case $preset in asan | tsan) export DYNAMO_TEST_PATIENCE=4 ;; esac

# Makes what tests would otherwise make in their own time. Those that cannot be made here are missed, or skipped, by name.
prepare_tools() {
  tools/kubectl.sh || :
  tests/real/tools.sh kubectl || :
  if command -v npm; then tools/node-modules.sh tests/e2e/node || :; fi
}

tools/build.sh "$preset"
prepare_tools >/dev/null
rm -rf "$results"
mkdir -p "$results"
failed=0
# On a terminal one line that moves; elsewhere only what failed and the sum.
unit_tests() {
  local options=(--test-dir "build/$preset" --parallel "$JOBS" --output-on-failure --no-tests=error)
  options+=(--output-junit "$results/unit.xml")
  if [ -t 1 ]; then
    ctest --progress "${options[@]}"
  else
    ctest "${options[@]}" | { grep --line-buffered -vE '^ +Start |  Passed +[0-9.]+ sec$' || :; }
  fi
}
unit_tests || failed=1
tests/run.sh "build/$preset/dynamo" "$results/e2e.xml" tests/e2e || failed=1
tools/count.py "$results"
exit "$failed"
