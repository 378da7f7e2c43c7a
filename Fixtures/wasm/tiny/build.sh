#!/bin/sh
# Writes NAME.wasm from each NAME.hex beside this script: hexadecimal bytes, spaces, and comments after "#".
# Usage: build.sh [FOLDER]     (FOLDER: where the modules go; beside their sources if not given)
set -eu

folder=$(cd "${1:-$(dirname "$0")}" && pwd)
cd "$(dirname "$0")"
for source in *.hex; do
    sed 's/#.*//' "$source" | python3 -c \
        'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >"$folder/${source%.hex}.wasm"
done
