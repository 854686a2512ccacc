#!/usr/bin/env bash
# run.sh [pytest options]: chat templates of every family, ours and published ones, our prompts beside those of the real
# transformers.
# run.sh golden: writes the golden files of the unit tests anew.
# DYNAMO_TEMPLATE_CONVERSATIONS is the number of conversations for each template (300), DYNAMO_TEMPLATE_EXPRESSIONS that
# of random expressions (3000), DYNAMO_TEMPLATE_SEED their seed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../../tools/lib.sh"
results=$ROOT/build/results/templates

export PYTHONDONTWRITEBYTECODE=1
python=$("$ROOT/tools/venv.sh" "$here/requirements.txt")/bin/python
cd "$here"
if [ "${1-}" = golden ]; then
  exec "$python" golden.py
fi
PUBLISHED_TEMPLATES=$("$here/published.sh")
export PUBLISHED_TEMPLATES
"$ROOT/tools/build.sh" dev dynamo jinja_test
export DYNAMO_BIN=$ROOT/build/dev/dynamo
failed=0
"$python" -m pytest -c pytest.ini --rootdir "$here" --confcutdir "$here" --quiet \
  --junit-xml "$results/templates.xml" "$@" . || failed=1
"$ROOT/tools/count.py" "$results"
exit "$failed"
