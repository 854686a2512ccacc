#!/usr/bin/env bash
# up.sh: brings the sample graph up on this machine, asks it a question and says what runs.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
dynamo=build/release/dynamo
port=${PORT:-8000}
url=http://127.0.0.1:$port

# The first model that the frontend lists; it learns of workers a moment after they are ready.
first_model() {
  local deadline=$((SECONDS + 60)) model
  until model=$(curl --noproxy '*' -fsS "$url/v1/models" | jq -er '.data[0].id'); do
    [ "$SECONDS" -lt "$deadline" ] || die "up: no model is served at $url"
    sleep 0.05
  done
  printf '%s\n' "$model"
}

# The requests that the graph's workers have served, by their own count.
requests_served() {
  local address total=0 count
  for address in $("$dynamo" get pods -o json |
    jq -r '.items[] | select(.metadata.labels["nvidia.com/dynamo-component-type"] == "worker") | .status.podIP'); do
    count=$(curl --noproxy '*' -fsS "http://$address:9090/metrics" | awk '/^dynamo_component_requests_total/ { n += $NF } END { print n + 0 }')
    total=$((total + count))
  done
  printf '%s\n' "$total"
}

# Prints each word of the answer behind the milliseconds from the question to its arrival.
ask() {
  local begun=${EPOCHREALTIME/./} word
  curl --noproxy '*' -fsSN "$url/v1/chat/completions" -H 'Content-Type: application/json' -d "$1" |
    jq --unbuffered -rR 'select(startswith("data: {")) | .[6:] | fromjson | .choices[0].delta.content // ""' |
    while IFS= read -r word; do
      if [ -n "$word" ]; then printf '%6d ms %s\n' $(((${EPOCHREALTIME/./} - begun) / 1000)) "$word"; fi
    done
}

"$dynamo" up examples/agg.yaml --detach --port "$port"
model=$(first_model)
before=$(requests_served)
printf '\nasking %s: Say something.\n' "$model"
ask '{"model":"'"$model"'","stream":true,"max_tokens":12,"messages":[{"role":"user","content":"Say something."}]}'
printf '\nrequests that the workers have served: %s before, %s after\n\n' "$before" "$(requests_served)"
"$dynamo" get pods
cat <<E

Try next:
  $dynamo scale dgdsa/agg-vllmdecodeworker --replicas 3
  $dynamo logs -f \$($dynamo get pods -o json | jq -r '.items[0].metadata.name')
  kubectl --kubeconfig <($dynamo kubeconfig) get dgd
and 'make down' to end it.
E
