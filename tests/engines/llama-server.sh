#!/usr/bin/env bash
# llama-server.sh: prints the path of a llama.cpp server, built once (about 5 minutes on two cores).
# The sources are those that the PyPI package llama-cpp-python carries; only what these tests use is built.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../../tools/lib.sh"
version=0.3.36

build_server() {
  local dir=$1 python
  python=$("$ROOT/tools/venv.sh" "$here/requirements.txt")/bin/python
  say "llama.cpp: fetching the sources of llama-cpp-python $version"
  # Without build isolation pip takes what the metadata step needs from the environment, which is pinned.
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --no-binary :all: --dest "$dir" "llama-cpp-python==$version"
  tar -xzf "$dir"/llama_cpp_python-*.tar.gz -C "$dir"
  local source=$dir/llama_cpp_python-$version/vendor/llama.cpp
  say "llama.cpp: building the server"
  cmake -S "$source" -B "$dir/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DGGML_NATIVE=OFF -DGGML_OPENMP=OFF \
    -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON \
    -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_BUILD_APP=OFF \
    -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TOOLS=ON -DLLAMA_BUILD_SERVER=ON >/dev/null
  ninja -C "$dir/build" -j "$JOBS" llama-server >"$dir/build.log" || { tail -n 40 "$dir/build.log"; return 1; }
  mv "$dir/build/bin/llama-server" "$dir/llama-server"
  rm -rf "$dir/build" "$dir"/llama_cpp_python-*
}

dir=$(once llama-server "$version-$(digest "$here/llama-server.sh")" build_server)
printf '%s/llama-server\n' "$dir"
