#!/usr/bin/env bash
# tokens.sh [--short]: our tokenizer beside the `tokenizers` library, on texts and vocabularies made here once;
# chat templates; parsers of answers.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../tools/lib.sh"

make_corpora() { "$python" "$here/tokens/corpora.py" "$1"; }

export PYTHONDONTWRITEBYTECODE=1
python=$("$ROOT/tools/venv.sh" "$ROOT/tests/tokens/requirements.txt")/bin/python
corpora=$(once bench-tokens "$(digest "$here/tokens/corpora.py")" make_corpora)
"$ROOT/tools/build.sh" release measure_tokens measure_templates measure_parsers
"$python" "$here/tokens.py" "$corpora" "$@"
