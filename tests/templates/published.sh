#!/usr/bin/env bash
# published.sh: prints a folder with the chat templates of well-known models, as llama.cpp carries them for its tests.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../../tools/lib.sh"

unpack() { tar -xzf "$sources" -C "$1" --strip-components=5 --wildcards '*/models/templates/*.jinja'; }

sources=$("$here/../engines/llama-sources.sh")
once published-templates "$(digest "$here/published.sh" "$here/../engines/llama-sources.sh")" unpack
