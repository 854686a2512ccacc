#!/usr/bin/env bash
# lint.sh: every check that needs no test. All of them run; the exit code says whether all are content.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
failed=0

# check NAME COMMAND…
check() {
  local name=$1
  shift
  if "$@"; then say "lint: $name: content"; else
    say "lint: $name: see above"
    failed=1
  fi
}

shell_scripts() { git ls-files --cached --others --exclude-standard '*.sh' .ci/run; }

check includes tools/check_includes.py
check documentation tools/check_docs.py
mapfile -t scripts < <(shell_scripts)
check shellcheck shellcheck -x "${scripts[@]}"
check clang-format tools/format.sh --check
# A whole pass takes half an hour on two cores, and only the first is whole; LINT_MINUTES ends it sooner.
tools/build.sh dev # clang-tidy reads the precompiled header and the dependency log
check clang-tidy tools/tidy.py build/dev --minutes "${LINT_MINUTES:-inf}"
exit "$failed"
