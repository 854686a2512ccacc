#!/usr/bin/env bash
# down.sh: ends what up.sh started; the state is kept for the next time.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
exec "$ROOT/build/release/dynamo" down
