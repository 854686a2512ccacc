#!/bin/bash
# compile.sh ROOT RELATIVE COMPILER ARGUMENT…: runs the compiler through ccache with every path below ROOT, the
# repository, written relative to the build folder. CMake writes absolute paths, some where ccache does not look
# (-Xclang -include); without this a clone in another folder would share nothing with the cache.
set -euo pipefail
root=$1 relative=$2
shift 2
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime CCACHE_NOHASHDIR=1
exec ccache "${@//"$root"\//"$relative"}"
