"""What the binary contains and needs: Swift packages, Swift's runtime, and libraries of the system."""

import dataclasses
import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).parents[2]
PINS = ROOT / ".ci/packaging/pins.json"

@dataclasses.dataclass(frozen=True)
class Component:
    """Something that is linked statically."""

    name: str
    version: str
    url: str
    license: str
    revision: str | None
    # Its name in SBOMs.
    purl: str
    # The files with its license and notices, in order.
    texts: tuple[pathlib.Path, ...]


@dataclasses.dataclass(frozen=True)
class OpenedLibrary:
    """A library that the program opens by its soname when a command needs it."""

    soname: str
    # Debian's packages: the name until 2024, and the one after the change to 64-bit times.
    packages: tuple[str, str]
    # The oldest version that the program accepts.
    minimum: str


def packages():
    """Returns the Swift packages, at the versions that `.ci/packaging/pins.json` pins."""
    found = []
    for pin in json.loads(PINS.read_text())["pins"]:
        name, state = pin["identity"], pin["state"]
        folder = ROOT / ".build/checkouts" / name
        texts = [*sorted(folder.glob("LICENSE*")), *sorted(folder.glob("NOTICE*"))]
        # Code of others within the package.
        texts += sorted(folder.glob("Sources/*/LICENSE*"))
        if not texts:
            raise SystemExit(f"error: no license in {folder}\n  try: make release")
        url = pin["location"].removesuffix(".git")
        found.append(_swift_component(name, state["version"], url, state["revision"], texts))
    return found


def swift():
    """Returns Swift's runtime, Foundation's core and Dispatch, which `--static-swift-stdlib` puts into the binary.

    The toolchain has one license file for all of them, and they have its version.
    """
    info = json.loads(subprocess.check_output(["swiftc", "-print-target-info"]))
    version = re.search(r"Swift version (\S+)", info["compilerVersion"]).group(1)
    text = pathlib.Path(info["paths"]["runtimeResourcePath"]).parents[1] / "share/swift/LICENSE.txt"
    names = ("swift", "swift-foundation", "swift-corelibs-libdispatch")
    return [_swift_component(name, version, f"https://github.com/swiftlang/{name}", None, [text]) for name in names]


def system_archives():
    """Returns the libraries of the system that Package.swift links statically."""
    # Its package in Debian, its page and its license.
    known = {"libyaml": ("libyaml-dev", "https://pyyaml.org/wiki/LibYAML", "MIT")}
    found = []
    for name in re.findall(r'\.linkedLibrary\(":(lib[\w-]+)\.a"\)', (ROOT / "Package.swift").read_text()):
        package, url, spdx = known[name]
        version = subprocess.check_output(["dpkg-query", "--show", "--showformat=${Version}", package], text=True)
        text = pathlib.Path(f"/usr/share/doc/{package}/copyright")
        found.append(Component(name, version, url, spdx, None, f"pkg:deb/debian/{name}@{version}", (text,)))
    return found


def linked_libraries(binary):
    """Returns the sonames that the dynamic linker loads at the start."""
    listed = subprocess.check_output(["readelf", "-dW", binary], text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    return re.findall(r"\(NEEDED\)\s+Shared library: \[(.*)\]", listed)


def opened_libraries():
    """Returns the libraries that the sources open, with the versions that they require."""
    curl = _minimum("Sources/HTTPTransport/Curl/CurlLibrary.swift")
    archive = _minimum("Sources/Archive/ArchiveLibrary.swift")
    known = [
        OpenedLibrary("libcurl.so.4", ("libcurl4", "libcurl4t64"), curl),
        OpenedLibrary("libarchive.so.13", ("libarchive13", "libarchive13t64"), archive),
        OpenedLibrary("libssl.so.3", ("libssl3", "libssl3t64"), "3.0.0"),
    ]
    opened = {
        name
        for file in ROOT.glob("Sources/*/Library.c")
        for name in re.findall(r'"(lib[\w+-]+\.so\.\d+)"', file.read_text())
    }
    if opened != {library.soname for library in known}:
        raise SystemExit(f"error: the program opens {', '.join(sorted(opened))}; {__file__} does not know all of them")
    return known


def _minimum(source):
    return re.search(r'minimum: \(text: .*\) = \("([\d.]+)"', (ROOT / source).read_text()).group(1)


def _swift_component(name, version, url, revision, texts):
    purl = f"pkg:swift/{url.removeprefix('https://')}@{version}"
    return Component(name, version, url, _license(texts[0]), revision, purl, tuple(texts))


def _license(path):
    """Returns the license that a file holds, as SPDX writes it."""
    text = path.read_text(encoding="utf-8")
    if "Apache License" not in text or "Version 2.0" not in text:
        raise SystemExit(f"error: {path} is a license that {__file__} does not know")
    return "Apache-2.0 WITH Swift-exception" if "Runtime Library Exception" in text else "Apache-2.0"
