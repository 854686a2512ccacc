#!/usr/bin/env bash
# run.sh: a real llama.cpp server behind `dynamo worker`, with a tiny model made on the spot.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../../tools/lib.sh"

make_model() { "$python" "$here/make_tiny_model.py" "$1/tiny.gguf"; }
sources=("$here/tiny_model.py" "$here/make_tiny_model.py" "$here/requirements.txt")

python=$("$ROOT/tools/venv.sh" "$here/requirements.txt")/bin/python
model=$(once tiny-model "$(digest "${sources[@]}")" make_model)
make_vocabularies() { PYTHONPATH=$here "$python" "$here/make_vocabularies.py" "$1"; }
vocabularies=$(once tiny-vocabularies "$(digest "$here/make_vocabularies.py" "${sources[@]}")" make_vocabularies)
LLAMA_SERVER=$("$here/llama-server.sh")
export LLAMA_SERVER TINY_MODEL=$model/tiny.gguf TINY_VOCABULARIES=$vocabularies
"$ROOT/tools/build.sh" dev dynamo
"$here/../run.sh" "$ROOT/build/dev/dynamo" "$ROOT/build/results/engines/e2e.xml" tests/engines
"$ROOT/tools/count.py" "$ROOT/build/results/engines"
