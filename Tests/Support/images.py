"""Writes images of every shape found in registries, each as an OCI layout NAME/ with the tag v1, into a folder.

The module in most of them is also written as module.wasm.
"""

import argparse
import gzip
import hashlib
import io
import json
import pathlib
import tarfile

from wasm_assembler import Plugin, i32

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER_GZIP = OCI_LAYER + "+gzip"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
DOCKER_LAYER_GZIP = DOCKER_LAYER + ".gzip"
SOLO_CONFIG = "application/vnd.module.wasm.config.v1+json"
SOLO_LAYER = "application/vnd.module.wasm.content.layer.v1+wasm"
CNCF_CONFIG = "application/vnd.wasm.config.v0+json"
CNCF_LAYER = "application/wasm"
TO_OCI_CONFIG = "application/vnd.wasm.config.v1+json"
TO_OCI_LAYER = "application/vnd.wasm.content.layer.v1+wasm"
COMPONENT_LAYER = "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm"

MODULE = Plugin().define("proxy_on_request_headers", "iii:i", i32(0)).bytes()
COMPONENT = b"\0asm\x0d\0\1\0"
LIMIT = 256 << 20


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def packed(data):
    return gzip.compress(data, mtime=0)


def zstd(data):
    """Returns a zstd frame of one raw block (RFC 8878 §3.1.1), which needs no compressor."""
    assert len(data) < 1 << 17
    head = b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little")
    return head + (1 | len(data) << 3).to_bytes(3, "little") + data


def tar(*entries):
    """Returns a ustar archive; an entry is a name and its bytes, or a name, a type and a link target."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for entry in entries:
            head = tarfile.TarInfo(entry[0])
            if len(entry) == 2:
                head.size = len(entry[1])
                archive.addfile(head, io.BytesIO(entry[1]))
            else:
                head.type, head.linkname = entry[1], entry[2]
                archive.addfile(head)
    return out.getvalue()


PLUGIN = tar(("plugin.wasm", MODULE))


class Image:
    """A manifest and the blobs that it references."""

    def __init__(self, layers, config=None, kind=OCI_MANIFEST, config_type=None, **members):
        """A layer is its type, its bytes and, for an ordinary image, the tar in it."""
        self.blobs = {}
        if config is None:
            tars = [layer[2] if len(layer) > 2 else layer[1] for layer in layers]
            config = {"architecture": "amd64", "os": "linux", "config": {}}
            config["rootfs"] = {"type": "layers", "diff_ids": [digest(data) for data in tars]}
        config_type = config_type or (DOCKER_CONFIG if kind == DOCKER_MANIFEST else OCI_CONFIG)
        config = config if isinstance(config, bytes) else json.dumps(config).encode()
        document = {"schemaVersion": 2, "mediaType": kind, "config": self.keep(config_type, config)}
        document["layers"] = [self.keep(layer[0], layer[1]) for layer in layers]
        self.kind = kind
        self.document = {key: value for key, value in (document | members).items() if value is not None}

    def keep(self, kind, data):
        self.blobs[digest(data)] = data
        return {"mediaType": kind, "digest": digest(data), "size": len(data)}

    def manifest(self):
        data = json.dumps(self.document).encode()
        return self.keep(self.kind, data)


class List(Image):
    """An index or a docker list over images, each with a platform or other members of its entry."""

    def __init__(self, *entries, kind=OCI_INDEX):
        self.blobs, self.kind = {}, kind
        self.document = {"schemaVersion": 2, "mediaType": kind, "manifests": []}
        for image, members in entries:
            self.document["manifests"].append(image.manifest() | members)
            self.blobs |= image.blobs


def gzipped(*entries):
    data = tar(*entries)
    return OCI_LAYER_GZIP, packed(data), data


def usual(*more, **members):
    return Image([*more, (OCI_LAYER_GZIP, packed(PLUGIN), PLUGIN)], **members)


def solo(count=2, **members):
    config = b'{"type":"envoy_proxy","abiVersions":["v0.2.1"],"config":{}}'
    extra = [("application/vnd.module.wasm.doc.v1+markdown", b"# docs\n")] * max(0, count - 2)
    layers = [(SOLO_CONFIG, config)] * (count > 1) + extra + [(SOLO_LAYER, MODULE)]
    return Image(layers, config, config_type=SOLO_CONFIG, **members)


def platform(name):
    system, architecture = name.split("/")
    return {"platform": {"os": system, "architecture": architecture}}


def attestation():
    statement = Image([("application/vnd.in-toto+json", b"{}")], {})
    return statement, platform("unknown/unknown") | {
        "annotations": {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest(b"")}
    }


def shapes():
    """Returns the rows of the readers' tables, by name."""
    yield "image", usual()
    yield "docker", Image([(DOCKER_LAYER_GZIP, packed(PLUGIN), PLUGIN)], kind=DOCKER_MANIFEST)
    yield "artifact", solo()
    yield "wasm", cncf((CNCF_LAYER, MODULE))
    yield "wasm-to-oci", Image([(TO_OCI_LAYER, MODULE)], b"{}", config_type=TO_OCI_CONFIG)
    yield "component-layer", Image([(COMPONENT_LAYER, COMPONENT)], {"architecture": "wasm", "os": "wasip1"})
    spec = [(f"application/vnd.module.wasm.{kind}", kind.encode()) for kind in ("spec.v1+yaml", "doc.v1+markdown")]
    yield "higress-layers", usual(*spec)
    yield "empty-config", usual(config=b"{}", config_type="application/vnd.oci.empty.v1+json")
    # Pushed by mistake.
    yield "artifact-one-layer", solo(1)
    yield "artifact-three-layers", solo(3)
    yield "artifact-four-layers", solo(4)
    yield "oras-raw", Image([(OCI_LAYER, MODULE)], b"{}", config_type="application/vnd.unknown.config.v1+json")
    yield "wasm-two-layers", cncf((CNCF_LAYER, MODULE), (CNCF_LAYER, MODULE + b"\0\2\1x"))
    yield "wasm-docker-config", Image([(CNCF_LAYER, MODULE)], b"{}")
    yield "lower-layer", Image([gzipped(("plugin.wasm", MODULE)), gzipped(("readme", b"hello"))])
    yield "lower-layer-whited-out", Image([gzipped(("plugin.wasm", MODULE)), gzipped((".wh.plugin.wasm", b""))])
    yield "two-layers", Image([gzipped(("readme", b"hello")), gzipped(("plugin.wasm", MODULE))])
    yield "other-name", Image([gzipped(("filter.wasm", MODULE))])
    yield "two-other-names", Image([gzipped(("a.wasm", MODULE), ("b.wasm", MODULE))])
    yield "upper-case-name", Image([gzipped(("Plugin.wasm", MODULE))])
    yield "layer-tar", Image([(OCI_LAYER, PLUGIN)])
    yield "layer-zstd", Image([(OCI_LAYER + "+zstd", zstd(PLUGIN), PLUGIN)])
    yield "layer-docker-tar", Image([(DOCKER_LAYER, PLUGIN)], kind=DOCKER_MANIFEST)
    yield "layer-nondistributable", Image(
        [("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", packed(PLUGIN), PLUGIN)]
    )
    yield "layer-unknown", Image([("application/octet-stream", b"something else")], b"{}")
    yield "docker-with-oci-layers", usual(kind=DOCKER_MANIFEST)
    yield "oci-with-docker-layers", Image([(DOCKER_LAYER_GZIP, packed(PLUGIN), PLUGIN)])
    # Media types that do not match the bytes.
    yield "says-gzip-is-tar", Image([(OCI_LAYER_GZIP, PLUGIN)])
    yield "says-gzip-is-zstd", Image([(OCI_LAYER_GZIP, zstd(PLUGIN), PLUGIN)])
    yield "says-gzip-is-module", Image([(OCI_LAYER_GZIP, MODULE)])
    yield "says-tar-is-gzip", Image([(OCI_LAYER, packed(PLUGIN), PLUGIN)])
    yield "says-module-is-tar", solo_of(packed(PLUGIN))
    # Content of the tar.
    yield "in-a-folder", Image([gzipped(("usr/share/plugin.wasm", MODULE))])
    yield "with-a-dot", Image([gzipped(("./plugin.wasm", MODULE))])
    yield "absolute", Image([gzipped(("/plugin.wasm", MODULE))])
    yield "above", Image([gzipped(("../../plugin.wasm", MODULE))])
    yield "twice", Image([gzipped(("plugin.wasm", MODULE), ("plugin.wasm", COMPONENT))])
    yield "symbolic-link", Image([gzipped(("real.wasm", MODULE), ("plugin.wasm", tarfile.SYMTYPE, "real.wasm"))])
    yield "hard-link", Image([gzipped(("real.wasm", MODULE), ("plugin.wasm", tarfile.LNKTYPE, "real.wasm"))])
    yield "link-first", Image([gzipped(("a/plugin.wasm", tarfile.SYMTYPE, "../x"), ("plugin.wasm", MODULE))])
    yield "folder-of-that-name", Image([gzipped(("plugin.wasm", tarfile.DIRTYPE, ""))])
    yield "device-of-that-name", Image([gzipped(("plugin.wasm", tarfile.CHRTYPE, ""))])
    yield "nothing-in-it", Image([gzipped()])
    yield "without-end-mark", without_end()
    yield "cut-tar", Image([(OCI_LAYER_GZIP, packed(PLUGIN[:600]), PLUGIN[:600])])
    yield "cut-gzip", Image([(OCI_LAYER_GZIP, packed(PLUGIN)[:-20], PLUGIN)])
    yield "two-members", Image([(OCI_LAYER_GZIP, packed(PLUGIN[:512]) + packed(PLUGIN[512:]), PLUGIN)])
    yield "more-than-256-MiB", too_large()
    # Content of the file.
    yield "module-is-text", Image([gzipped(("plugin.wasm", b"(module)"))])
    yield "module-is-empty", Image([gzipped(("plugin.wasm", b""))])
    yield "module-is-a-component", Image([gzipped(("plugin.wasm", COMPONENT))])
    yield "module-is-cut", Image([gzipped(("plugin.wasm", MODULE[:-3]))])
    yield "module-misses-an-import", Image([gzipped(("plugin.wasm", Plugin().bring("env", "nope", ":").bytes()))])
    # Inconsistent documents.
    yield "no-layers", Image([])
    yield "wrong-diff-id", usual(config={"rootfs": {"type": "layers", "diff_ids": [digest(b"")]}})
    yield "too-many-diff-ids", usual(config={"rootfs": {"type": "layers", "diff_ids": [digest(PLUGIN)] * 2}})
    yield "config-is-no-json", usual(config=b"nonsense")
    yield "schema-1", usual(schemaVersion=1)
    yield "no-media-type", usual(mediaType=None)
    yield "another-media-type", usual(mediaType=DOCKER_MANIFEST)
    yield "layers-and-manifests", usual(manifests=[])
    yield "wrong-size", wrong_size()
    yield "foreign-layer", foreign()
    # Lists.
    yield "index", List((usual(), platform("linux/amd64")), attestation())
    yield "index-attestation-first", List(attestation(), (usual(), platform("linux/amd64")))
    yield "index-only-attestations", List(attestation())
    yield "index-without-platform", List((usual(), {}))
    yield "index-arm64-only", List((usual(), platform("linux/arm64")))
    yield "index-wasm", List((solo(3), platform("linux/s390x")), (usual(), platform("wasip1/wasm")))
    yield "index-several", List((solo(1), platform("linux/arm64")), (usual(), platform("linux/amd64")))
    yield "index-none-fits", List((usual(), platform("linux/arm64")), (solo(), platform("linux/s390x")))
    yield "index-empty", List()
    yield "index-of-index", List((List((usual(), platform("linux/amd64"))), {}))
    yield "docker-list", List((usual(), platform("linux/amd64")), kind=DOCKER_LIST)


def cncf(*layers):
    config = {"created": "1970-01-01T00:00:00Z", "architecture": "wasm", "os": "wasip1"}
    config["layerDigests"] = [digest(data) for _, data in layers]
    return Image(layers, config, config_type=CNCF_CONFIG)


def solo_of(data):
    return Image([(SOLO_CONFIG, b"{}"), (SOLO_LAYER, data)], b"{}", config_type=SOLO_CONFIG)


def without_end():
    data = PLUGIN[: 512 + len(MODULE)]
    return Image([(OCI_LAYER_GZIP, packed(data), data)])


def too_large():
    """Returns a layer with 257 MiB of zeros before the plugin, compressed to a quarter of a megabyte."""
    head = tarfile.TarInfo("zeros")
    head.size = LIMIT + (1 << 20)
    squeezed = gzip.compress(head.tobuf(tarfile.USTAR_FORMAT), mtime=0)
    squeezed += gzip.compress(bytes(1 << 20), mtime=0) * (head.size >> 20) + packed(PLUGIN)
    return Image([(OCI_LAYER_GZIP, squeezed)], b"{}")


def wrong_size():
    image = usual()
    image.document["layers"][0]["size"] += 1
    return image


def foreign():
    image = usual()
    image.document["layers"][0]["urls"] = ["https://example.com/layer"]
    return image


def write(image, folder):
    """Writes an image as a layout."""
    descriptor = image.manifest()
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for name, data in image.blobs.items():
        (blobs / name.removeprefix("sha256:")).write_bytes(data)
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    descriptor["annotations"] = {"org.opencontainers.image.ref.name": "v1"}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [descriptor]}))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="where to write; made if it is missing")
    options = parser.parse_args()
    for name, image in shapes():
        write(image, options.folder / name)
    (options.folder / "module.wasm").write_bytes(MODULE)


if __name__ == "__main__":
    main()
