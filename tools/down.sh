#!/usr/bin/env bash
# down.sh: ends what up.sh started, frontends first, and waits until it is gone.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
state=$ROOT/build/up

# gone PID: waits 15 s for the process to end.
gone() {
  local deadline=$((SECONDS + 15))
  while kill -0 "$1" 2>/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.02
  done
}

for name in frontend worker; do
  [ -f "$state/$name.pid" ] || continue
  pid=$(cat "$state/$name.pid")
  if kill -TERM "$pid" 2>/dev/null; then
    gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
    say "ended $name (pid $pid)"
  fi
  rm -f "$state/$name.pid"
done
