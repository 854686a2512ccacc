#!/usr/bin/env bash
# run.sh [pytest options]: tokenizers of every kind, and those of well-known models, ours beside the real libraries, on
# random texts.
# DYNAMO_TOKENS_PRESET names the build to test (release), DYNAMO_TOKENS_TEXTS how many texts each tokenizer gets.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../../tools/lib.sh"
preset=${DYNAMO_TOKENS_PRESET:-release}
results=$ROOT/build/results/tokens

# shellcheck disable=SC2317  # once calls it
make_tokenizers() { "$python" "$here/make_tokenizers.py" "$1"; }
# shellcheck disable=SC2317  # once calls it
make_published() {
  say "tokens: fetching published vocabularies (18 MB)"
  "$python" "$here/make_published.py" "$1"
}

# One process for each core, and none of the library's own threads.
export PYTHONDONTWRITEBYTECODE=1 RUST_BACKTRACE=0 TOKENIZERS_PARALLELISM=false
python=$("$ROOT/tools/venv.sh" "$here/requirements.txt")/bin/python
key=$(digest "$here/"{requirements.txt,texts.py,parts.py,recipes.py,training.py,make_tokenizers.py})
TOKENIZER_FILES=$(once tokenizers "$key" make_tokenizers)
PUBLISHED_FILES=$(once published-vocabularies "$(digest "$here/"{published.txt,make_published.py})" make_published)
export TOKENIZER_FILES PUBLISHED_FILES
"$ROOT/tools/build.sh" "$preset" dynamo
export DYNAMO_BIN=$ROOT/build/$preset/dynamo
cd "$here"
failed=0
"$python" -m pytest -c pytest.ini --rootdir "$here" --confcutdir "$here" --quiet --numprocesses auto --dist worksteal \
  --junit-xml "$results/tokens.xml" "$@" . || failed=1
"$ROOT/tools/count.py" "$results"
exit "$failed"
