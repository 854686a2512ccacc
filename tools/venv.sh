#!/usr/bin/env bash
# venv.sh REQUIREMENTS.txt: prints a virtual environment with exactly these packages, made once per list.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
requirements=$(realpath "$1")

make_venv() {
  say "venv: installing $(basename "$(dirname "$requirements")")/$(basename "$requirements")"
  /usr/bin/python3 -m venv "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
}

once venv "$(digest "$requirements")" make_venv
