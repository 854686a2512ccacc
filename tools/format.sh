#!/usr/bin/env bash
# format.sh [--check]: lays out every C++ file with clang-format, or says which ones are not.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
mode=(-i)
[ "${1:-}" = --check ] && mode=(--dry-run --Werror)
git ls-files --cached --others --exclude-standard -z '*.h' '*.cpp' |
  xargs -0 --no-run-if-empty -n 40 -P "$JOBS" clang-format-19 "${mode[@]}"
