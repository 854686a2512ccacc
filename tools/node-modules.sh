#!/usr/bin/env bash
# node-modules.sh DIR: prints a node_modules folder with what DIR/package-lock.json pins, installed once per lock file.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"
project=$(realpath "$1")

install_modules() {
  cp "$project/package.json" "$project/package-lock.json" "$1/"
  (cd "$1" && npm ci --silent --ignore-scripts --no-audit --no-fund)
}

dir=$(once node "$(digest "$project/package-lock.json")" install_modules)
printf '%s/node_modules\n' "$dir"
