#!/usr/bin/env bash
# run.sh [--short]: builds the release and measures it; raw results stay in build/bench.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../tools/lib.sh"
"$ROOT/tools/build.sh" release dynamo load_generator mock_engine render_graph
"$here/frontend.py" "$@"
[ "${1:-}" = --short ] || "$here/startup.py"
"$ROOT/build/release/bench/render_graph"
"$here/tokens.sh" "$@"
