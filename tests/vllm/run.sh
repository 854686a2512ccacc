#!/usr/bin/env bash
# run.sh [pytest options]: a real vLLM, on this machine's processor, beside and behind ours; its tiny model is made on the spot.
# DYNAMO_TEMPLATE_CONVERSATIONS is the number of conversations for each template (30), DYNAMO_TEMPLATE_SEED their seed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../../tools/lib.sh"
results=$ROOT/build/results/vllm

if ! grep -qw avx2 /proc/cpuinfo; then
  say "vllm: SKIPPED, nothing was tested: the processor has no AVX2, which vLLM's build for CPUs needs"
  exit 0
fi

make_model() { PYTHONPATH=$here/../engines "$venv/bin/python" "$here/make_model.py" "$1" "$template"; }

venv=$("$here/venv.sh")
template=$here/../templates/families/qwen3_thinking.jinja
sources=("$here/make_model.py" "$here/../engines/tiny_model.py" "$here/requirements.txt" "$template")
VLLM_MODEL=$(once vllm-model "$(digest "${sources[@]}")" make_model)
PUBLISHED_TEMPLATES=$("$here/../templates/published.sh")
export VLLM_MODEL PUBLISHED_TEMPLATES VLLM_BIN=$venv/bin
"$ROOT/tools/build.sh" dev dynamo
failed=0
"$here/../run.sh" "$ROOT/build/dev/dynamo" "$results/e2e.xml" tests/vllm "$@" || failed=1
"$ROOT/tools/count.py" "$results"
[ "$failed" = 0 ]
