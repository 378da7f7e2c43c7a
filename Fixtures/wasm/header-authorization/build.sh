#!/bin/sh
# Builds plugin.c. Usage: build.sh OUTPUT
#
# Uses the Swift toolchain's own clang, which targets wasm32 and brings wasm-ld; another one is taken from $CLANG.
# The same compiler gives the same bytes wherever the source and the output lie: --strip-all keeps names and paths
# out of the module.
set -eu

if [ $# -ne 1 ]; then
    echo "usage: $0 OUTPUT" >&2
    exit 64
fi
case $1 in
    /*) output=$1 ;;
    *) output=$PWD/$1 ;;
esac

if [ -z "${CLANG:-}" ]; then
    # Where the compiler's resources lie is the only place a toolchain tells us; behind swiftly, `swift` is a proxy.
    resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
    CLANG=$resources/../../bin/clang
fi

cd "$(dirname "$0")"
"$CLANG" --target=wasm32 -std=c17 -Wall -Werror -Oz -nostdlib -ffreestanding --no-wasm-opt \
    -Wl,--no-entry,--strip-all -o "$output" plugin.c
chmod 644 "$output" # wasm-ld makes it executable, which a module is not
