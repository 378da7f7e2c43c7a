#!/usr/bin/env python3
"""Writes bombs: small or large files whose reading would need much more memory or time than they are worth.

  layout, index.json   an image layout, named for its part that explodes
  plugin.wasm          a module
  Dockerfile           with its context
  config.json          of docker

usage: bombs.py NAME FOLDER; without arguments, prints the names
"""

import hashlib
import json
import pathlib
import sys
import tarfile
import zlib

import wasm_assembler as wasm
from soak_bench import PLUGIN

MIB = 1 << 20
OCI = "application/vnd.oci.image."
LAYER, ZSTD = OCI + "layer.v1.tar+gzip", OCI + "layer.v1.tar+zstd"
BOMBS = {}


def bomb(make):
    BOMBS[make.__name__.replace("_", "-")] = make
    return make


def packed(*parts):
    """Returns a gzip member of (bytes, times) parts; compresses each part once, however often it comes."""
    pack, out, check = zlib.compressobj(9, zlib.DEFLATED, -15), [], 0
    for data, times in parts:
        piece = pack.compress(data) + pack.flush(zlib.Z_FULL_FLUSH)
        out.append(piece * times)
        for _ in range(times):
            check = zlib.crc32(data, check)
    size = sum(len(data) * times for data, times in parts) & 0xFFFFFFFF
    return b"\x1f\x8b\x08" + bytes(7) + b"".join(out) + pack.flush() + check.to_bytes(4, "little") + size.to_bytes(4, "little")


def hashed(*parts):
    result = hashlib.sha256()
    for data, times in parts:
        for _ in range(times):
            result.update(data)
    return "sha256:" + result.hexdigest()


def entry(name, size=0, kind=tarfile.REGTYPE, form=tarfile.USTAR_FORMAT):
    header = tarfile.TarInfo(name)
    header.size, header.type = size, kind
    return header.tobuf(form)


PLUGIN_ENTRY = entry("plugin.wasm", len(PLUGIN)) + PLUGIN.ljust(512, b"\0")
END = bytes(1024)


class Layout:
    """A layout of correct digests."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "blobs/sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')

    def add(self, data, kind):
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs/sha256" / digest).write_bytes(data)
        return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}

    def config(self, diff_ids, **more):
        value = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}, **more}
        return self.add(json.dumps(value).encode(), OCI + "config.v1+json")

    def image(self, layers, config, **more):
        value = {"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "config": config, "layers": layers, **more}
        return self.add(json.dumps(value).encode(), value["mediaType"])

    def index(self, manifests):
        value = {"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": manifests}
        return self.add(json.dumps(value).encode(), value["mediaType"])

    def name(self, *roots):
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": roots}))


def of_layer(folder, layer, diff_id, kind=LAYER):
    layout = Layout(folder / "layout")
    layout.name(layout.image([layout.add(layer, kind)], layout.config([diff_id])))


def of_parts(folder, *parts):
    of_layer(folder, packed(*parts), hashed(*parts))


def small(folder):
    """Returns a layout, and the one layer and config of a small image in it."""
    layout = Layout(folder / "layout")
    tar = PLUGIN_ENTRY + END
    return layout, layout.add(packed((tar, 1)), LAYER), layout.config([hashed((tar, 1))])


# Layers


@bomb
def gzip(folder):
    """1 GiB of zeros in 1 MB."""
    of_parts(folder, (entry("a", 1 << 30), 1), (bytes(MIB), 1024), (PLUGIN_ENTRY + END, 1))


@bomb
def zstd(folder):
    """2 GiB of zeros in 64 kB: blocks of one byte, repeated."""
    size, count = 128 * 1024, 16384
    blocks = [(size << 3 | 1 << 1 | (number == count - 1)).to_bytes(3, "little") + b"\0" for number in (0, count - 1)]
    frame = bytes([0x28, 0xB5, 0x2F, 0xFD, 0, 7 << 3]) + blocks[0] * (count - 1) + blocks[1]
    of_layer(folder, frame, "sha256:" + "0" * 64, ZSTD)


@bomb
def entries(folder):
    """A tar with 400,000 entries."""
    of_parts(folder, (entry("a/b.wasm") * 1000, 400), (PLUGIN_ENTRY + END, 1))


@bomb
def a_million_entries(folder):
    """A tar over the limit, of headers alone."""
    of_parts(folder, (entry("a/b.wasm") * 1000, 1000), (PLUGIN_ENTRY + END, 1))


@bomb
def long_names(folder):
    """A thousand names of 100 kB."""
    of_parts(folder, (entry("n" * 100_000 + ".wasm", form=tarfile.PAX_FORMAT), 1000), (PLUGIN_ENTRY + END, 1))


@bomb
def one_blob_200_times(folder):
    """A manifest whose 200 layers are one blob of 200 MiB of zeros, and a config whose 200 diffIDs fit."""
    layout = Layout(folder / "layout")
    parts = [(entry("a", 200 * MIB), 1), (bytes(MIB), 200), (END, 1)]
    layer = layout.add(packed(*parts), LAYER)
    layout.name(layout.image([layer] * 200, layout.config([hashed(*parts)] * 200)))


# Documents


@bomb
def deep_index(folder):
    Layout(folder / "layout").folder.joinpath("index.json").write_text("[" * 1_000_000)


@bomb
def deep_manifest(folder):
    layout, layer, config = small(folder)
    text = json.dumps({"schemaVersion": 2, "config": config, "layers": [layer]})[:-1] + ',"x":' + '{"a":' * 500_000
    layout.name(layout.add((text + "1" + "}" * 500_001).encode(), OCI + "manifest.v1+json"))


@bomb
def a_million_members(folder):
    """An index.json with a million annotations, 15 MB."""
    annotate(folder, 1_000_000)


@bomb
def members(folder):
    """As many as the limit of 4 MB has room for."""
    annotate(folder, 250_000)


def annotate(folder, count):
    layout, layer, config = small(folder)
    root = layout.image([layer], config)
    layout.name({**root, "annotations": {f"{number:x}": "" for number in range(count)}})


@bomb
def config_history(folder):
    """A config with 150,000 lines of history, 3.5 MB."""
    layout, layer, _ = small(folder)
    tar = PLUGIN_ENTRY + END
    config = layout.config([hashed((tar, 1))], history=[{"empty_layer": True}] * 150_000)
    layout.name(layout.image([layer], config))


@bomb
def layers(folder):
    """A manifest of 10,000 layers, each another name for nothing."""
    layout, layer, config = small(folder)
    missing = [{**layer, "digest": f"sha256:{number:064x}"} for number in range(10_000)]
    layout.name(layout.image(missing, config))


@bomb
def ten_thousand_manifests(folder):
    list_images(folder, 10_000)


@bomb
def manifests(folder):
    """As many images as an index may have."""
    list_images(folder, 1000)


def list_images(folder, count):
    layout, layer, config = small(folder)
    images = [layout.image([layer], config, annotations={"number": str(number)}) for number in range(count)]
    layout.name(layout.index(images))


@bomb
def nested_indexes(folder):
    """Ten indexes of ten indexes of ten …, 12 levels deep: 10¹² paths to one image."""
    layout, layer, config = small(folder)
    root = layout.image([layer], config)
    for _ in range(12):
        root = layout.index([root] * 10)
    layout.name(root)


@bomb
def archive(folder):
    """An archive that is 1 GiB of zeros in 1 MB."""
    data = packed((entry("a", 1 << 30), 1), (bytes(MIB), 1024), (END, 1))
    (folder / "image.tar.gz").write_bytes(data)


# Modules


def plugin_with(folder, number, payload, extra=b""):
    """Writes the plugin with another section in its place, or one section more behind it."""
    parts = [part for part in wasm.taken_apart(PLUGIN) if part[0] != number] + [(number, payload)]
    order = [0, 1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]
    parts.sort(key=lambda part: order.index(part[0] or 11))
    (folder / "plugin.wasm").write_bytes(wasm.put_together(parts) + extra)


def part_of_plugin(number):
    return next(payload for found, payload in wasm.taken_apart(PLUGIN) if found == number)


@bomb
def imports(folder):
    """120,000 functions of one name, which no proxy has."""
    one = wasm.name("env") + wasm.name("function") + b"\0\0"
    plugin_with(folder, wasm.IMPORT, wasm.unsigned(120_000) + one * 120_000)


@bomb
def exports(folder):
    some = b"".join(wasm.name(f"e{number}") + b"\0\0" for number in range(1_000_000))
    plugin_with(folder, wasm.EXPORT, wasm.unsigned(1_000_003) + part_of_plugin(wasm.EXPORT)[1:] + some)


@bomb
def functions(folder):
    """A million functions of one end each."""
    parts = dict(wasm.taken_apart(PLUGIN))
    declared = wasm.unsigned(1_000_002) + parts[wasm.FUNCTION][1:] + b"\0" * 1_000_000
    bodies = wasm.unsigned(1_000_002) + parts[wasm.CODE][1:] + b"\2\0\x0b" * 1_000_000
    parts |= {wasm.FUNCTION: declared, wasm.CODE: bodies}
    (folder / "plugin.wasm").write_bytes(wasm.put_together(parts.items()))


@bomb
def local_variables(folder):
    """Two functions that declare 2³² locals, and a million groups of them."""
    many = wasm.sized(wasm.unsigned(1_000_000) + b"\1\x7f" * 1_000_000 + wasm.END)
    huge = wasm.sized(wasm.unsigned(1) + wasm.unsigned(0xFFFFFFFF) + b"\x7f" + wasm.END)
    plugin_with(folder, wasm.CODE, wasm.unsigned(2) + many + huge)


@bomb
def sections(folder):
    """A million custom sections."""
    (folder / "plugin.wasm").write_bytes(PLUGIN + wasm.custom("x") * 1_000_000)


@bomb
def types(folder):
    """A million types of a hundred parameters each."""
    one = b"\x60" + wasm.unsigned(100) + b"\x7f" * 100 + b"\0"
    plugin_with(folder, wasm.TYPE, wasm.unsigned(1_000_002) + part_of_plugin(wasm.TYPE)[1:] + one * 1_000_000)


@bomb
def counts(folder):
    """Every section announces 2³² - 1 items."""
    parts = [(number, wasm.unsigned(0xFFFFFFFF)) for number in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11)]
    (folder / "plugin.wasm").write_bytes(wasm.put_together(parts))


@bomb
def names(folder):
    """A name section with 200,000 names of functions, and with 500,000 of locals."""
    one = b"".join(wasm.unsigned(number) + wasm.name(f"f{number}") for number in range(200_000))
    some = wasm.unsigned(1) + wasm.unsigned(0) + wasm.unsigned(500_000) + (b"\0" + wasm.name("x")) * 500_000
    parts = wasm.section(1, wasm.unsigned(200_000) + one) + wasm.section(2, some)
    (folder / "plugin.wasm").write_bytes(PLUGIN + wasm.custom("name", parts))


@bomb
def producers(folder):
    """A producers section with a million fields of a hundred values."""
    one = wasm.name("language") + wasm.unsigned(10) + (wasm.name("C") + wasm.name("")) * 10
    payload = wasm.unsigned(1_000_000) + one * 1_000_000
    (folder / "plugin.wasm").write_bytes(PLUGIN + wasm.custom("producers", payload))


# Dockerfiles, and files of credentials


def dockerfile(folder, text, ignore=None):
    (folder / "context").mkdir(exist_ok=True)
    (folder / "context/plugin.wasm").write_bytes(PLUGIN)
    (folder / "context/Dockerfile").write_text(text)
    if ignore is not None:
        (folder / "context/.dockerignore").write_text(ignore)


@bomb
def arguments(folder):
    """Forty arguments, each twice the one before it: 2⁴⁰ characters."""
    lines = [f"ARG A{number}=${{A{number - 1}}}${{A{number - 1}}}" for number in range(1, 41)]
    dockerfile(folder, "\n".join(["FROM scratch", "ARG A0=xx", *lines, "LABEL a=$A40", "COPY plugin.wasm /", ""]))


@bomb
def ignored(folder):
    """Patterns that could try every way to split a name, for names of a hundred letters."""
    path = folder / "context" / ("a" * 90) / ("a" * 50)
    path.mkdir(parents=True)
    for number in range(30):
        (path / (("a" * 90) + str(number))).write_bytes(b"")
    patterns = ["**/" * 60 + "b", "*a" * 60 + "b", "**/" + "*a/" * 30 + "b", "**a" * 30 + "b", "**" * 60 + "b"]
    dockerfile(folder, "FROM scratch\nCOPY . /\n", "\n".join(patterns))


@bomb
def wildcards(folder):
    """The same in COPY."""
    (folder / "context").mkdir()
    for number in range(100):
        (folder / "context" / (("a" * 190) + str(number))).write_bytes(b"")
    dockerfile(folder, f"FROM scratch\nCOPY {'*a' * 60}b /\n")


@bomb
def credentials(folder):
    """A config.json with half a million registries."""
    auths = {f"r{number}.example": {"auth": "dTpw"} for number in range(500_000)}
    (folder / "config.json").write_text(json.dumps({"auths": auths}))


@bomb
def deep_credentials(folder):
    (folder / "config.json").write_text('{"auths":' * 1_000_000)


def main():
    if len(sys.argv) != 3:
        print("\n".join(BOMBS))
        return 64
    BOMBS[sys.argv[1]](pathlib.Path(sys.argv[2]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
