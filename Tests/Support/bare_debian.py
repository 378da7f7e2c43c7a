#!/usr/bin/env python3
"""Uses what `make dist` wrote in a bare Debian: the package, the archive as in newcomer.sh, and docs/ci/Dockerfile.

Debian comes from debootstrap and the mirror of this machine. Needs root, debootstrap, buildah, and the Envoy of .venv.

Usage: bare_debian.py DIST [--base FOLDER]     (FOLDER is a root of debootstrap, made if it is missing)
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
PLUGIN = ROOT / "Fixtures/wasm/header-authorization"
SUITE, MIRROR = "bookworm", "http://deb.debian.org/debian"

# In the bare system: a registry, a push, a pull, and the manual.
STORY = """
set -eu
cd "$(mktemp -d)"
wasmpack version
wasmpack serve --listen 127.0.0.1:0 >address 2>log &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 300); do [ -s address ] && break; sleep 0.1; done
registry=$(cat address)
reference=$(wasmpack push "$registry/team/plugin:v1" /packages/plugin.wasm)
echo "pushed $reference"
wasmpack pull "$reference" -o pulled.wasm
cmp /packages/plugin.wasm pulled.wasm
MANPAGER=cat man wasmpack | grep -q 'WASMPACK(1)'
MANPAGER=cat man wasmpack-push | grep -q -- '--also-tag'
bash -c '. /usr/share/bash-completion/completions/wasmpack'
"""

# From an older version, which has a page that this one does not have.
UPGRADE = """
set -eu
dpkg-deb -R /packages/wasmpack_*.deb /tmp/older
sed -i 's/^Version:.*/Version: 0.0.1/' /tmp/older/DEBIAN/control
touch /tmp/older/usr/share/man/man1/wasmpack-gone.1.gz
dpkg-deb --build /tmp/older /tmp/older.deb
dpkg -i /tmp/older.deb
test -e /usr/share/man/man1/wasmpack-gone.1.gz
dpkg -i /packages/wasmpack_*.deb
test ! -e /usr/share/man/man1/wasmpack-gone.1.gz
wasmpack version
"""


def run(*command, status=0, **options):
    """Runs a command; returns what it prints on both streams, or fails if it exits with another status."""
    done = subprocess.run(
        list(map(str, command)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )
    if done.returncode != status:
        raise SystemExit(f"exit status {done.returncode} of: {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def make_base(base):
    """Makes a bare Debian: what `debootstrap --variant=minbase` installs."""
    if not (base / "usr/bin/dpkg").exists():
        shutil.rmtree(base, ignore_errors=True)
        run("debootstrap", "--variant=minbase", SUITE, base, MIRROR)


class System:
    """A copy of the bare system, in which commands are run."""

    def __init__(self, base, root, *files):
        self.root = root
        run("cp", "-a", base, self.root)
        # The mirror is found as on this machine.
        for name in ("hosts", "resolv.conf"):
            shutil.copy(f"/etc/{name}", self.root / "etc" / name)
        packages = self.root / "packages"
        packages.mkdir()
        for file in (*files, PLUGIN / "plugin.wasm"):
            shutil.copy(file, packages)

    def run(self, script, status=0):
        """Runs a shell script in the system."""
        mounts = (
            f'mount --bind /dev "{self.root}/dev" && mount -t proc proc "{self.root}/proc" && '
            f'exec chroot "{self.root}" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 '
            'DEBIAN_FRONTEND=noninteractive sh -c "$1"'
        )
        return run("unshare", "--mount", "sh", "-c", mounts, "sh", script, status=status)

    def expect(self, script, status, *texts):
        """Runs a script that fails with a status, and says these texts."""
        said = self.run(script, status)
        for text in texts:
            if text not in said:
                raise SystemExit(f"{script}\ndoes not say {text!r}:\n{said}")


def use(system):
    """Installs the package without its dependencies, then with them, and uses it."""
    system.expect("dpkg -i /packages/wasmpack_*.deb", 1, "wasmpack depends on libcurl4")
    # Debian's minimal images leave manuals out, debootstrap does not.
    system.run("apt-get update -qq && apt-get install -y --no-install-recommends -f && apt-get install -y man-db")
    system.run("dpkg --configure -a && dpkg -s wasmpack | grep -q 'Status: install ok installed'")
    print(system.run(STORY), end="")
    print("ok: push to serve, pull and the manual in a bare Debian")
    system.run(UPGRADE)
    print("ok: an upgrade")
    for package, command in (
        ("libcurl4", "wasmpack tags 127.0.0.1:1/team/plugin"),
        ("libarchive13", "wasmpack build /packages/plugin.wasm --layout /tmp/layout"),
    ):
        system.run(f"dpkg --force-depends --purge {package}")
        system.expect(command, 78, "error[library-unusable]", f"apt install {package}")
        system.expect("wasmpack version", 0, f"apt install {package}")
        print(f"ok: without {package}, the error names it")
    if (system.root / "tmp/layout/index.json").exists():
        raise SystemExit("build left a layout")


def walk(system, archive):
    """Goes the way of a newcomer without root: the archive, the two libraries, an Envoy."""
    system.run("apt-get update -qq && apt-get install -y --no-install-recommends libcurl4 libarchive13")
    user = "setpriv --reuid=65534 --regid=65534 --clear-groups"
    files = f"/packages/{archive.name} /packages/plugin.wasm /packages/plugin-tests.json"
    print(system.run(f"PATH=/packages:$PATH {user} timeout 90 /packages/newcomer.sh {files}"), end="")


def envoy():
    """Returns the program in the package of PyPI, whose command is a script of Python."""
    [found] = ROOT.glob(".venv/lib/python3*/site-packages/envoy/_bin/envoy")
    return found


def build_container(base, folder, package):
    """Builds docs/ci/Dockerfile on the bare system, and runs it."""
    buildah = ["buildah", "--storage-driver", "vfs", "--root", folder / "storage", "--runroot", folder / "run"]
    container = run(*buildah, "from", "scratch").strip()
    run(*buildah, "add", container, base, "/")
    run(*buildah, "commit", container, "localhost/bare-debian")
    context = folder / "context"
    context.mkdir()
    shutil.copy(package, context)
    run(
        *buildah, "build", "--isolation", "chroot", "--network", "host", "--build-arg", "BASE=localhost/bare-debian",
        "-t", "localhost/wasmpack", "-f", ROOT / "docs/ci/Dockerfile", context,
    )
    container = run(*buildah, "from", "localhost/wasmpack").strip()
    said = run(*buildah, "run", "--isolation", "chroot", container, "wasmpack", "version")
    if not said.startswith("wasmpack ") or "library  libcurl" not in said:
        raise SystemExit(f"the program in the container says:\n{said}")
    print(f"ok: docs/ci/Dockerfile\n{said}", end="")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dist", type=pathlib.Path)
    parser.add_argument("--base", type=pathlib.Path)
    options = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("error: debootstrap and chroot need root\n  try: sudo make test-dist")
    packages, archives = (list(options.dist.glob(name)) for name in ("wasmpack_*.deb", "wasmpack-*.tar.gz"))
    if len(packages) != 1 or len(archives) != 1:
        raise SystemExit(f"error: no package in {options.dist}\n  try: make dist")
    sys.stdout.reconfigure(line_buffering=True)
    with tempfile.TemporaryDirectory(prefix="wasmpack-debian-") as temporary:
        folder = pathlib.Path(temporary)
        base = options.base or folder / "base"
        make_base(base)
        use(System(base, folder / "package", packages[0]))
        script, tests = ROOT / "Tests/Support/newcomer.sh", PLUGIN / "plugin-tests.json"
        walk(System(base, folder / "archive", archives[0], script, tests, envoy()), archives[0])
        build_container(base, folder, packages[0])


if __name__ == "__main__":
    main()
