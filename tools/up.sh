#!/usr/bin/env bash
# up.sh: serves a model with the mock engine and asks it a question. What runs is recorded under build/up, for down.sh.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
dynamo=$ROOT/build/release/dynamo
state=$ROOT/build/up
port=${PORT:-8000}
system_port=${SYSTEM_PORT:-8081}
model=mock-model

export DYN_DISCOVERY_BACKEND=file DYN_FILE_KV=$state/discovery
export DYN_GRACEFUL_SHUTDOWN_GRACE_PERIOD_SECS=0 DYN_HTTP_GRACEFUL_SHUTDOWN_TIMEOUT_SECS=0

is_running() { [ -f "$state/$1.pid" ] && kill -0 "$(cat "$state/$1.pid")" 2>/dev/null; }

# start NAME COMMAND…: in the background, unless it runs already.
start() {
  local name=$1
  shift
  is_running "$name" && return
  setsid "$@" </dev/null >"$state/$name.log" 2>&1 &
  echo $! >"$state/$name.pid"
}

# wait_for WHAT COMMAND…: polls for 15 s.
wait_for() {
  local what=$1 deadline=$((SECONDS + 15))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || die "up: $what did not get ready; see $state/*.log"
    sleep 0.05
  done
}

lists_model() { curl -fsS "http://127.0.0.1:$port/v1/models" 2>/dev/null | jq -e '.data | length > 0' >/dev/null; }

requests_served() {
  curl -fsS "http://127.0.0.1:$system_port/metrics" | awk '/^dynamo_component_requests_total/ { n += $NF } END { print n + 0 }'
}

# Prints each word of the answer behind the milliseconds from the question to its arrival.
ask() {
  local begun=${EPOCHREALTIME/./} word
  curl -fsSN "http://127.0.0.1:$port/v1/chat/completions" -H 'Content-Type: application/json' -d "$1" |
    jq --unbuffered -rR 'select(startswith("data: {")) | .[6:] | fromjson | .choices[0].delta.content // ""' |
    while IFS= read -r word; do
      if [ -n "$word" ]; then printf '%6d ms %s\n' $(((${EPOCHREALTIME/./} - begun) / 1000)) "$word"; fi
    done
}

mkdir -p "$state/discovery"
DYN_SYSTEM_HOST=127.0.0.1 DYN_SYSTEM_PORT=$system_port start worker "$dynamo" worker --engine mock --model-name "$model"
start frontend "$dynamo" frontend --http-host 127.0.0.1 --http-port "$port"
wait_for "the frontend on port $port" lists_model

before=$(requests_served)
question='{"model":"'$model'","stream":true,"max_tokens":12,"messages":[{"role":"user","content":"Say something."}]}'
printf "asking: Say something.\n"
ask "$question"
after=$(requests_served)

cat <<E

requests the worker has served: $before before, $after after
running: worker (pid $(cat "$state/worker.pid")), frontend (pid $(cat "$state/frontend.pid")); logs in $state

Try next:
  curl -s localhost:$port/v1/models | jq
  curl -s localhost:$system_port/metrics | grep dynamo_component_
  make down
E
