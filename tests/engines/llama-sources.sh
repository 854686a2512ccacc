#!/usr/bin/env bash
# llama-sources.sh: prints the path of an archive with the sources of llama.cpp, fetched once (76 MB): those that the
# PyPI package llama-cpp-python carries.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../../tools/lib.sh"
version=0.3.36

fetch() {
  local python
  python=$("$ROOT/tools/venv.sh" "$here/requirements.txt")/bin/python
  say "llama.cpp: fetching the sources of llama-cpp-python $version"
  # Without build isolation pip takes what the metadata step needs from the environment, which is pinned.
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --no-binary :all: --dest "$1" "llama-cpp-python==$version"
  mv "$1"/llama_cpp_python-*.tar.gz "$1/sources.tar.gz"
}

dir=$(once llama-sources "$version" fetch)
printf '%s/sources.tar.gz\n' "$dir"
