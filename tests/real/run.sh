#!/usr/bin/env bash
# run.sh: the platform against a real Kubernetes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../../tools/lib.sh"
REAL_BIN=$("$here/tools.sh")
KUBECTL_DEBIAN=$("$ROOT/tools/kubectl.sh")
export REAL_BIN KUBECTL_DEBIAN
"$ROOT/tools/build.sh" dev dynamo
"$here/../run.sh" "$ROOT/build/dev/dynamo" "$ROOT/build/results/real/e2e.xml" tests/real
"$ROOT/tools/count.py" "$ROOT/build/results/real"
