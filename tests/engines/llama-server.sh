#!/usr/bin/env bash
# llama-server.sh: prints the path of a llama.cpp server, built once (about 5 minutes on two cores).
# Only what these tests use is built.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../../tools/lib.sh"

build_server() {
  local dir=$1
  tar -xzf "$sources" -C "$dir"
  local source
  source=$(echo "$dir"/llama_cpp_python-*/vendor/llama.cpp)
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

sources=$("$here/llama-sources.sh")
dir=$(once llama-server "$(digest "$here/"{llama-sources.sh,llama-server.sh})" build_server)
printf '%s/llama-server\n' "$dir"
