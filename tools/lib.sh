# shellcheck shell=bash
# Shared by the scripts under tools/ and tests/; to be sourced.
# shellcheck disable=SC2034  # what is set here is used there

shopt -s inherit_errexit  # a command that fails inside $(…) ends the script

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Test tools and virtual environments are kept here, outside the clone, and survive `git clean`.
CACHE=${DYNAMO_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/dynamo}

JOBS=${JOBS:-$(nproc)}

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# digest FILE… prints a short hash of the files' contents.
digest() { cat "$@" | sha256sum | cut -c1-16; }

# once NAME KEY COMMAND… runs COMMAND DIR unless DIR, which is $CACHE/NAME/KEY, is complete; prints DIR.
# A lock keeps two runs from building the same thing; what COMMAND prints goes to stderr.
once() {
  local dir="$CACHE/$1/$2"
  shift 2
  mkdir -p "$dir"
  (
    flock 9
    [ -e "$dir/.complete" ] && exit 0
    find "$dir" -mindepth 1 -not -name .lock -delete
    "$@" "$dir" >&2
    touch "$dir/.complete"
  ) 9>"$dir/.lock"
  printf '%s\n' "$dir"
}
