#!/usr/bin/env bash
# Shows the main job on this machine: packs the fixture plugin, pushes it to a registry (wasmpack serve, with an account
# and tokens), pulls it back and verifies that nothing changed.
# Usage: demo.sh WASMPACK     (the binary; `make demo` builds it and gives it here)
set -euo pipefail

if [[ $# -ne 1 || $1 == -* ]]; then
    sed -n '2,4s/^# //p' "$0"
    exit 64
fi
PATH=$(cd "$(dirname "$1")" && pwd):$PATH
cd "$(dirname "$0")/../.."

# The caller's logins and proxies are not used.
unset REGISTRY_AUTH_FILE DOCKER_AUTH_CONFIG WASMPACK_USERNAME WASMPACK_PASSWORD WASMPACK_REGISTRY WASMPACK_LAYOUT
unset XDG_RUNTIME_DIR
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1

work=$(mktemp -d "${TMPDIR:-/tmp}/wasmpack-demo.XXXXXX")
export DOCKER_CONFIG=$work/no-docker-config
registry=
finish() {
    if [[ -n $registry ]]; then
        kill "$registry" 2>/dev/null || true
        wait "$registry" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$work/password"
: >"$work/address"
wasmpack serve --listen 127.0.0.1:0 --dir "$work/registry" -u demo --password-stdin --token-auth \
    <"$work/password" >"$work/address" 2>"$work/registry.log" &
registry=$!
for _ in {1..100}; do
    [[ ! -s $work/address ]] || break
    sleep 0.1
done
if [[ ! -s $work/address ]]; then
    echo "wasmpack serve did not start:" >&2
    cat "$work/registry.log" >&2
    exit 1
fi

plugin=Fixtures/wasm/header-authorization/plugin.wasm
reference=$(cat "$work/address")/test-oci/header-authorization:v0.0.1
echo "wasmpack serve listens on $(cat "$work/address"), with an account and tokens."

show wasmpack build "$plugin" -t "$reference" --layout "$work/plugin-oci"

printf '\n$ wasmpack login %s --username demo --password-stdin <%s\n' "$(cat "$work/address")" "$work/password"
wasmpack login "$(cat "$work/address")" --username demo --password-stdin <"$work/password"

show wasmpack push "$reference" "$work/plugin-oci"
show wasmpack pull "$reference" -o "$work/pulled.wasm"
show wasmpack verify "$reference"
show wasmpack inspect "$reference"
show cmp "$plugin" "$work/pulled.wasm"
printf '\nThe plugin that came back is the plugin that was packed, byte for byte.\n'
