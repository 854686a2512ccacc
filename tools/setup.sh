#!/usr/bin/env bash
# Installs what tools/packages.txt names and this machine lacks. Does nothing, quickly, when nothing is missing.
# Only the installation itself needs root: it goes through sudo, or the command to run is printed.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tools/lib.sh
. ./lib.sh

# Prints the packages of the list that are neither installed nor stood in for by a command.
missing_packages() {
  local package command
  while IFS='|' read -r package command; do
    package=${package//[[:space:]]/} command=${command//[[:space:]]/}
    case $package in '' | '#'*) continue ;; esac
    [ -n "$command" ] && command -v "$command" >/dev/null && continue
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed && continue
    printf '%s\n' "$package"
  done <packages.txt
}

# As root. Packages bring services along (nginx): the policy file keeps them from being started.
install_packages() {
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    # Expanded now on purpose: the function's variables are gone when the trap runs.
    # shellcheck disable=SC2064
    trap "rm -f '$policy'" EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  local install=(apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$@")
  "${install[@]}" && return
  apt-get update
  "${install[@]}"
}

main() {
  if [ "${1:-}" = --install ]; then
    shift
    install_packages "$@"
    return
  fi
  command -v dpkg-query >/dev/null ||
    die "setup: this is not a Debian system. Install what tools/packages.txt names, then go on with 'make build'."
  local missing
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "setup: installing ${missing[*]}"
  if [ "$(id -u)" = 0 ]; then
    ./setup.sh --install "${missing[@]}" </dev/null
  elif command -v sudo >/dev/null; then
    sudo "$PWD/setup.sh" --install "${missing[@]}"
  else
    die "setup: these packages are missing and there is no sudo. As root, run:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  fi
}

main "$@"
