#!/usr/bin/env bash
# down.sh: ends what up.sh started, frontends first, and waits until it is gone.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
state=$ROOT/build/up

for name in frontend worker; do
  [ -f "$state/$name.pid" ] || continue
  pid=$(cat "$state/$name.pid")
  if kill -TERM "$pid" 2>/dev/null; then
    timeout 15 tail --sleep-interval=0.1 --pid="$pid" -f /dev/null || kill -KILL "$pid" 2>/dev/null || true
    say "ended $name (pid $pid)"
  fi
  rm -f "$state/$name.pid"
done
