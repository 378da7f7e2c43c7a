#!/usr/bin/env bash
# Shows the main job on this machine: packs the fixture plugin, pushes it to a real registry (Debian's docker-registry,
# with TLS and token authentication), pulls it back and verifies that nothing changed.
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
unset SSL_CERT_FILE SSL_CERT_DIR XDG_RUNTIME_DIR
export NO_PROXY=localhost no_proxy=localhost

work=$(mktemp -d "${TMPDIR:-/tmp}/wasmpack-demo.XXXXXX")
export DOCKER_CONFIG=$work/no-docker-config
started=()
finish() {
    if [[ ${#started[@]} -gt 0 ]]; then
        kill "${started[@]}" 2>/dev/null || true
        wait "${started[@]}" 2>/dev/null || true
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

# A registry like in a company: a private certificate authority, tokens from a separate service.

python3 Tests/Support/certificates.py "$work"
password=$(openssl rand -hex 12)
# Creates the logs before they are read. The token service ends with its input: with this shell at the latest.
: >"$work/tokens.out"
: >"$work/registry.log"
mkfifo "$work/input"
exec 3<>"$work/input"
python3 Tests/Support/token_service.py --cert "$work/server.crt" --key "$work/server.key" \
    --signing-key "$work/sign.key" --signing-cert "$work/sign.crt" \
    --user "demo:$password:pull,push" --anonymous pull --log "$work/tokens.log" \
    <"$work/input" >"$work/tokens.out" 3>&- &
started+=("$!")
token_port=
for _ in {1..100}; do
    token_port=$(sed -n 's/[^0-9]*\([0-9][0-9]*\).*/\1/p' "$work/tokens.out")
    [[ -z $token_port ]] || break
    sleep 0.1
done
if [[ -z $token_port ]]; then
    echo "the token service did not start" >&2
    exit 1
fi

cat >"$work/registry.yml" <<YAML
version: 0.1
storage: { filesystem: { rootdirectory: "$work/registry" } }
http: { addr: "127.0.0.1:0", tls: { certificate: "$work/server.crt", key: "$work/server.key" } }
auth:
  token:
    realm: "https://localhost:$token_port/token"
    service: registry.test
    issuer: test
    rootcertbundle: "$work/sign.crt"
YAML
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 3>&- &
started+=("$!")
registry_port=
for _ in {1..100}; do
    registry_port=$(sed -n 's/.*listening on [^ ]*:\([0-9]*\), tls.*/\1/p' "$work/registry.log")
    [[ -z $registry_port ]] || break
    sleep 0.1
done
if [[ -z $registry_port ]]; then
    echo "docker-registry did not start:" >&2
    cat "$work/registry.log" >&2
    exit 1
fi

plugin=Fixtures/wasm/header-authorization/plugin.wasm
reference=localhost:$registry_port/test-oci/header-authorization:v0.0.1
authority=$work/ca/ca.crt
printf '%s\n' "$password" >"$work/password"
echo "docker-registry with TLS and token authentication listens on localhost:$registry_port."

show wasmpack build "$plugin" -t "$reference" --layout "$work/plugin-oci"

push=(wasmpack push "$reference" "$work/plugin-oci" --ca-file "$authority" --username demo --password-stdin)
printf '\n$ %s <%s\n' "${push[*]}" "$work/password"
"${push[@]}" <"$work/password"

show wasmpack pull "$reference" -o "$work/pulled.wasm" --ca-file "$authority"
show wasmpack verify "$reference" --ca-file "$authority"
show wasmpack inspect "$reference" --ca-file "$authority"
show cmp "$plugin" "$work/pulled.wasm"
printf '\nThe plugin that came back is the plugin that was packed, byte for byte.\n'
