#!/usr/bin/env bash
# Runs each fuzzer for some time, one after the other; ends with 1 when one of them has found something.
# Usage: run.sh BUILD SECONDS     (where the fuzzers are; found inputs are kept in BUILD/found, what was learned in BUILD/corpus)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1
seconds=$2

seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
fixtures=$here/../../Fixtures
support=$here/../Support
python3 "$support/modules.py" "$seeds/FuzzModule"
python3 "$support/mutants.py" "$seeds/FuzzModule" "$fixtures"/wasm/header-authorization/plugin.wasm "$seeds/FuzzModule/every-section.wasm"
python3 "$support/modules_bodies.py" "$seeds/FuzzBody"
python3 "$support/images.py" "$seeds/FuzzLayer"
cp -r "$seeds/FuzzLayer" "$seeds/FuzzManifest"
cp "$fixtures"/oci/*.json "$seeds/FuzzManifest"
python3 "$support/requests.py" "$seeds/FuzzRequest"
mkdir -p "$seeds/FuzzYAML"
cp "$fixtures"/oci/*.json "$fixtures"/schemas/*.json "$seeds/FuzzYAML"

status=0
for fuzzer in "$build"/release/Fuzz*; do
    name=$(basename "$fuzzer")
    [[ -f $fuzzer && -x $fuzzer ]] || continue
    mkdir -p "$build/corpus/$name" "$build/found" "$seeds/$name"
    echo "== $name, $seconds s"
    options=()
    [[ -f $here/dictionaries/$name ]] && options+=("-dict=$here/dictionaries/$name")
    # Swift's own backtrace would take the signal away from libFuzzer.
    SWIFT_BACKTRACE=enable=no "$fuzzer" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=512 \
        -artifact_prefix="$build/found/$name-" -print_final_stats=1 -verbosity=0 "${options[@]}" \
        "$build/corpus/$name" "$seeds/$name" "$fixtures/fuzz/$name" || status=1
done
exit $status
