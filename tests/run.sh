#!/usr/bin/env bash
# run.sh BINARY RESULTS.xml PATH… [pytest options]: runs the Python tests against a built binary.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tools/lib.sh
. "$here/../tools/lib.sh"
binary=$(realpath "$1")
results=$(realpath -m "$2")
shift 2
[ -x "$binary" ] || die "tests: $binary is not built"
venv=$("$ROOT/tools/venv.sh" "$here/requirements.txt")
# What programs print is UTF-8, whatever the locale.
export DYNAMO_BIN=$binary PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1
cd "$ROOT"
exec "$venv/bin/python" -m pytest -c tests/pytest.ini --rootdir tests --junit-xml "$results" "$@"
