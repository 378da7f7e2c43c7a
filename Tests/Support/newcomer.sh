#!/bin/sh
# A newcomer's way with the archive of a release: unpack it, check and test a plugin, push it to `wasmpack serve`, test it there.
# Usage: newcomer.sh ARCHIVE PLUGIN TESTS     (needs libcurl, libarchive, and an Envoy on PATH; fails if that took more than a minute)
set -eu

if [ $# -ne 3 ]; then
    sed -n '2,3s/^# //p' "$0" >&2
    exit 64
fi
work=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
mkdir "$work/project"
cp "$2" "$work/project/plugin.wasm"
cp "$3" "$work/project/plugin-tests.json"
# The caller's logins and settings are not used.
unset REGISTRY_AUTH_FILE DOCKER_AUTH_CONFIG WASMPACK_USERNAME WASMPACK_PASSWORD WASMPACK_REGISTRY WASMPACK_LAYOUT WASMPACK_ENVOY WASMPACK_CA_FILE
export HOME="$work" DOCKER_CONFIG="$work" NO_PROXY=127.0.0.1 no_proxy=127.0.0.1

start=$(date +%s%N)
mkdir "$work/local"
tar -xf "$1" -C "$work/local" --strip-components=1
PATH=$work/local/bin:$PATH
cd "$work/project"

wasmpack version
wasmpack check plugin.wasm
wasmpack test
wasmpack serve --listen 127.0.0.1:0 >"$work/address" 2>"$work/log" &
server=$!
tries=0
until [ -s "$work/address" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ]; then
        cat "$work/log" >&2
        exit 1
    fi
    sleep 0.1
done
reference=$(wasmpack push "$(cat "$work/address")/team/plugin:v1" plugin.wasm)
echo "pushed $reference"
wasmpack test --plugin "$reference"
wasmpack pull -q "$reference" -o pulled.wasm
cmp plugin.wasm pulled.wasm

milliseconds=$((($(date +%s%N) - start) / 1000000))
echo "ok: $((milliseconds / 1000)).$(printf %03d $((milliseconds % 1000))) s from the archive to a pushed and tested plugin"
[ "$milliseconds" -le 60000 ] || { echo "that is more than a minute" >&2 && exit 1; }
