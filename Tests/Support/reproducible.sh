#!/usr/bin/env bash
# Builds and packages the commit HEAD in two clones, and compares what `make dist` writes: two release builds.
# Usage: reproducible.sh FOLDER     (is replaced; the packages stay in FOLDER/one/dist)
set -euo pipefail

if [[ $# -ne 1 || $1 == -* ]]; then
    sed -n '2,3s/^# //p' "$0" >&2
    exit 64
fi
source=$(cd "$(dirname "$0")/../.." && pwd)
commit=$(git -C "$source" rev-parse HEAD)
rm -rf -- "$1"
mkdir -p -- "$1"
folder=$(cd "$1" && pwd)
# Of different depth, and on different days.
for clone in one another/with/a/longer/path; do
    git clone --quiet --no-local "$source" "$folder/$clone"
    git -C "$folder/$clone" checkout --quiet --detach "$commit"
    find "$folder/$clone" -name .git -prune -o -type f -exec touch -d "@$((1000000000 + ${#clone}))" {} +
    make -C "$folder/$clone" dist
done
first=$folder/one/dist second=$folder/another/with/a/longer/path/dist
if ! diff -r "$first" "$second"; then
    echo "two clones of one commit give different packages" >&2
    exit 1
fi
(cd "$first" && sha256sum --check SHA256SUMS)
if grep -aq -F "$folder" "$first/../.build/release/wasmpack"; then
    echo "the binary contains the path of the folder that it was built in" >&2
    exit 1
fi
