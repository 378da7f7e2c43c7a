"""The Debian package of a staged installation."""

import email.utils
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

DESCRIPTION = """\
package Envoy Wasm plugins as OCI images, and push and check them
 wasmpack packs a compiled Wasm plugin into an OCI image for Istio, Envoy
 Gateway and Higress, checks whether their proxies will load it, and moves it
 to and from registries. It verifies every digest, and needs no daemon, no
 root and no configuration.
"""

COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: wasmpack
Comment: /usr/share/doc/wasmpack/THIRD-PARTY-NOTICES.gz has the licenses of the
 software that is linked statically.

Files: *
Copyright: 2026 the wasmpack maintainers
License: Apache-2.0

License: Apache-2.0
 On Debian systems, the text of the Apache License, version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
"""

# Each with its reason.
OVERRIDES = """\
# It is what `wasmpack completion bash` prints, and the same in each kind of package.
wasmpack: bash-completion-with-hashbang *
# Only the commands that read YAML need it; linked statically, the others start without it. The SBOM has its version.
wasmpack: embedded-library libyaml *
"""


def build(staged, output, version, architecture, maintainer, epoch, opened):
    """Builds a package of `staged`, a folder with `usr`, in the file `output`; changes `staged`."""
    _arrange(staged, version, maintainer, epoch)
    depends = _dependencies(staged / "usr/bin/wasmpack", opened)
    control = staged / "DEBIAN"
    control.mkdir()
    files = sorted(path for path in (staged / "usr").rglob("*") if path.is_file())
    size = sum(-(-path.stat().st_size // 1024) for path in files)
    fields = {
        "Package": "wasmpack",
        # In Debian's order, a pre-release comes before its release by "~".
        "Version": version.replace("-", "~", 1),
        "Architecture": architecture,
        "Maintainer": maintainer,
        "Installed-Size": size,
        "Depends": ", ".join(depends),
        "Recommends": "ca-certificates",
        "Suggests": "bash-completion",
        "Section": "utils",
        "Priority": "optional",
        "Description": DESCRIPTION.rstrip("\n"),
    }
    (control / "control").write_text("".join(f"{name}: {value}\n" for name, value in fields.items()))
    (control / "md5sums").write_text(
        "".join(f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(staged)}\n" for path in files)
    )
    for path in [staged, *staged.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)
    # With one thread, because the bytes of xz depend on whether there are several.
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "DPKG_DEB_THREADS_MAX": "1"}
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", str(staged), str(output)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def _arrange(staged, version, maintainer, epoch):
    """Moves and compresses what Debian wants elsewhere or compressed, and adds what it wants besides."""
    share = staged / "usr/share"
    completions = share / "zsh/vendor-completions"
    completions.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(share / "zsh/site-functions", completions)
    documents = share / "doc/wasmpack"
    for path in [*(share / "man/man1").iterdir(), documents / "CHANGELOG.md", documents / "THIRD-PARTY-NOTICES"]:
        _compress(path, path.read_bytes())
        path.unlink()
    (documents / "LICENSE").unlink()
    (documents / "copyright").write_text(COPYRIGHT)
    changelog = (
        f"wasmpack ({version}) unstable; urgency=medium\n\n"
        "  * See /usr/share/doc/wasmpack/CHANGELOG.md.gz.\n\n"
        f" -- {maintainer}  {email.utils.formatdate(epoch, usegmt=False)}\n"
    )
    _compress(documents / "changelog", changelog.encode())
    overrides = share / "lintian/overrides"
    overrides.mkdir(parents=True)
    (overrides / "wasmpack").write_text(OVERRIDES)


def _compress(path, content):
    with path.with_name(path.name + ".gz").open("wb") as file:
        # Without a name and a time.
        with gzip.GzipFile("", "wb", 9, file, mtime=0) as compressed:
            compressed.write(content)


def _dependencies(binary, opened):
    """Returns the packages of the linked libraries, as dpkg-shlibdeps finds them, and those of the opened ones."""
    with tempfile.TemporaryDirectory() as folder:
        # dpkg-shlibdeps wants a source package.
        source = pathlib.Path(folder) / "debian"
        source.mkdir()
        (source / "control").write_text("Source: wasmpack\n\nPackage: wasmpack\nArchitecture: any\n")
        done = subprocess.run(["dpkg-shlibdeps", "-O", str(binary)], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"error: dpkg-shlibdeps cannot find the dependencies\n{done.stderr}")
    found = done.stdout.strip().removeprefix("shlibs:Depends=").split(", ")
    result = []
    for library in opened:
        old, new = library.packages
        matches = [entry for entry in found if re.match(rf"{re.escape(old)}(t64)?\b", entry)]
        found = [entry for entry in found if entry not in matches]
        minimum = library.minimum
        for version in re.findall(r">= ([^)]+)", " ".join(matches)):
            if subprocess.run(["dpkg", "--compare-versions", version, "gt", minimum]).returncode == 0:
                minimum = version
        result.append(f"{old} (>= {minimum}) | {new} (>= {minimum})")
    return sorted(found) + result
