#!/bin/bash
# compile.sh ROOT NEUTRAL COMPILER ARGUMENT…: runs the compiler through ccache with ROOT, the folder of the
# repository, written as NEUTRAL, which names it too and in every clone alike. CMake writes absolute paths, some where
# ccache does not look (-Xclang -include); without this a clone in another folder would share nothing with the cache.
# NEUTRAL is absolute all the same (/proc/self/cwd/…): a precompiled header remembers its parts by absolute paths, and
# one from the cache would look for them in the clone that it was made in. Ninja shortens paths by their letters, to
# which /proc/self/cwd/.. is /proc: the dependencies that it is told of are relative.
set -euo pipefail
root=$1 neutral=$2
shift 2
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime CCACHE_NOHASHDIR=1
ccache "${@//"$root"/"$neutral"}"
while [ $# -gt 1 ] && [ "$1" != -MF ]; do shift; done
if [ $# -gt 1 ]; then sed -i 's|/proc/self/cwd/||g' "$2"; fi
