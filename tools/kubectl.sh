#!/usr/bin/env bash
# kubectl.sh: prints the path of Debian 12's own kubectl (1.20), unpacked beside any other that is installed:
# the package itself may conflict with a newer one.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(dirname "$0")/lib.sh"

unpack() {
  local dir=$1
  cd "$dir"
  fetch || { refresh_lists && fetch; }
  dpkg-deb -x kubernetes-client_*.deb .
  rm kubernetes-client_*.deb
  [ -x usr/bin/kubectl ]
}

fetch() { apt-get download -qq -o Acquire::Retries=3 kubernetes-client; }

refresh_lists() {
  if [ "$(id -u)" = 0 ]; then apt-get update; else sudo apt-get update; fi
}

dir=$(once kubectl debian12 unpack)
printf '%s/usr/bin/kubectl\n' "$dir"
