#!/usr/bin/env python3
"""Packages the release binary: an archive, a Debian package, a CycloneDX document and their checksums.

The bytes depend only on the commit, the toolchain and the packages of this system: all times are $SOURCE_DATE_EPOCH, which
is the commit's unless it is set.

Usage: dist.py BINARY OUTPUT     (replaces the folder OUTPUT; `make dist` builds first)
"""

import gzip
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

import components
import debian
import notices
import sbom

ROOT = components.ROOT


def git(*arguments):
    """Returns what a git command prints; empty outside of a repository."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.strip()


def epoch():
    """Returns the time of everything that is packaged."""
    text = os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct")
    if not text.isdecimal():
        raise SystemExit("error: this is not a git checkout, so the time of the release is unknown\n  try: set SOURCE_DATE_EPOCH")
    return int(text)


def maintainer():
    """Returns the person that a Debian package names: as Debian's tools, or the author of the commit."""
    name, address = os.environ.get("DEBFULLNAME"), os.environ.get("DEBEMAIL")
    if name and address:
        return f"{name} <{address}>"
    author = git("log", "-1", "--format=%an <%ae>")
    if not author:
        raise SystemExit("error: the maintainer of the Debian package is unknown\n  try: set DEBFULLNAME and DEBEMAIL")
    return author


def check(binary):
    """Returns what the binary says about itself; fails if it is not stripped or not for this machine."""
    sections = subprocess.check_output(["readelf", "-SW", binary], text=True)
    if ".symtab" in sections or ".debug_" in sections:
        raise SystemExit(f"error: {binary} is not stripped\n  try: make release")
    return json.loads(subprocess.check_output([binary, "version", "--json"]))


def stage(binary, folder, texts):
    """Installs below a folder as `make install` does, with the documents of a package."""
    command = [str(ROOT / ".ci/packaging/install"), str(binary), str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "DESTDIR": ""})
    documents = folder / "share/doc/wasmpack"
    documents.mkdir(parents=True)
    for name in ("LICENSE", "CHANGELOG.md"):
        shutil.copyfile(ROOT / name, documents / name)
    (documents / "THIRD-PARTY-NOTICES").write_text(texts)


def archive(folder, output, time):
    """Writes a folder as a .tar.gz, in the order of names, with one owner and one time."""

    def normalized(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = time
        entry.mode = 0o755 if entry.isdir() or entry.name.endswith("/bin/wasmpack") else 0o644
        return entry

    with output.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=time) as compressed:
        with tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path in [folder, *sorted(folder.rglob("*"))]:
                tar.add(path, path.relative_to(folder.parent), recursive=False, filter=normalized)


def main():
    if len(sys.argv) != 3 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        raise SystemExit(64)
    binary, output = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    about, time = check(binary), epoch()
    version, architecture = about["version"], about["platform"].split("/")[1]
    inside = [*components.packages(), *components.swift(), *components.system_archives()]
    opened = components.opened_libraries()
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        made = work / "dist"
        made.mkdir()
        name = f"wasmpack-{version}-linux-{architecture}"
        texts = notices.text(inside)
        stage(binary, work / name, texts)
        archive(work / name, made / f"{name}.tar.gz", time)
        stage(binary, work / "package/usr", texts)
        package = made / f"wasmpack_{version}_{architecture}.deb"
        debian.build(work / "package", package, version, architecture, maintainer(), time, opened)
        text = sbom.document(
            binary, version, about["commit"], time, inside, components.linked_libraries(binary), opened
        )
        (made / f"{name}.cdx.json").write_text(text)
        sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(made.iterdir())]
        (made / "SHA256SUMS").write_text("".join(sums))
        if output.exists():
            others = [path.name for path in output.iterdir() if not path.name.startswith(("wasmpack", "SHA256SUMS"))]
            if others:
                raise SystemExit(f"error: {output} has other files, such as {others[0]}")
            shutil.rmtree(output)
        shutil.copytree(made, output)
    for file in sorted(output.iterdir()):
        print(f"{file.stat().st_size:>10}  {file.relative_to(output.parent)}")


if __name__ == "__main__":
    main()
