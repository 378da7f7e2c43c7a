"""Rows with many images or tags: the same work at two sizes, one ten times the other."""

import datetime
import gzip
import hashlib
import http.server
import io
import json
import os
import re
import shlex
import tarfile
import threading
import urllib.parse

import generated

IMAGES, TAGS = (100, 1_000), (10_000, 100_000)
PAGE = 1_000
"""The most tags in a page of the registry."""
MODULE = 20_000
"""The size of each module, in bytes."""

WORKS = {
    "ls": IMAGES,
    "inspect one": IMAGES,
    "build one more": IMAGES,
    "verify": IMAGES,
    "copy one to an archive": IMAGES,
    "ls, archive": IMAGES,
    "verify, archive": IMAGES,
    "copy one out of an archive": IMAGES,
    "tags": TAGS,
}


def row(work, size):
    return f"{size:,} tags" if work == "tags" else f"{work}, {size:,} images"


def rows():
    """Every work with the names of its two rows."""
    return {work: [row(work, size) for size in sizes] for work, sizes in WORKS.items()}


class Layout:
    """Writes a layout whose images have the tags `v1`, `v2` and so on, each with its own module.

    With blobs older than a day, a program that removes unreferenced ones has to look at all of them.
    """

    def __init__(self, folder, count, age=datetime.timedelta(days=2)):
        self.written = (datetime.datetime.now() - age).timestamp()
        self.blobs = folder / "blobs/sha256"
        self.blobs.mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        module = generated.module(MODULE)
        index = [self.image(module + generated.section(0, generated.name(f"number {number}")), number) for number in range(1, count + 1)]
        (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": index}))

    def image(self, module, number):
        """Returns the entry in the index."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            entry = tarfile.TarInfo("plugin.wasm")
            entry.size = len(module)
            tar.addfile(entry, io.BytesIO(module))
        layer = buffer.getvalue()
        diff_id = f"sha256:{hashlib.sha256(layer).hexdigest()}"
        config = {
            "architecture": "amd64",
            "created": "1970-01-01T00:00:00Z",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [diff_id]},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": self.document("application/vnd.oci.image.config.v1+json", config),
            "layers": [self.blob("application/vnd.oci.image.layer.v1.tar+gzip", gzip.compress(layer, 6, mtime=0))],
        }
        names = {
            "io.containerd.image.name": f"bench.test/a/b:v{number}",
            "org.opencontainers.image.ref.name": f"v{number}",
        }
        return self.document(manifest["mediaType"], manifest) | {"annotations": names}

    def document(self, media_type, content):
        return self.blob(media_type, json.dumps(content).encode())

    def blob(self, media_type, content):
        """Writes a blob; returns its descriptor."""
        digest = hashlib.sha256(content).hexdigest()
        file = self.blobs / digest
        file.write_bytes(content)
        os.utime(file, (self.written, self.written))
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}


class TagLists(http.server.BaseHTTPRequestHandler):
    """Answers as a registry whose repositories have the number of tags that is their name."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        found = re.fullmatch(r"/v2/bench/(\d+)/tags/list", self.path.partition("?")[0])
        query = urllib.parse.parse_qs(self.path.partition("?")[2])
        first = int(query.get("last", ["t0"])[0][1:]) + 1
        last = min(int(found[1]), first + PAGE - 1) if found else 0
        body = json.dumps({"name": "bench", "tags": [f"t{number}" for number in range(first, last + 1)]} if found else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if found and last < int(found[1]):
            self.send_header("Link", f'</v2/bench/{found[1]}/tags/list?n={PAGE}&last=t{last}>; rel="next"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class TagRegistry(http.server.ThreadingHTTPServer):
    plain = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), TagLists)
        self.name = f"localhost:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def repository(self, tags):
        return f"{self.name}/bench/{tags}"


def archive(layout):
    """The layout as a tar."""
    file = layout.with_suffix(".tar")
    with tarfile.open(file, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name in ("oci-layout", "index.json", "blobs"):
            tar.add(layout / name, name)
    return file


def measure(bench):
    """Measures the rows that are wanted."""
    wanted = [(work, size) for work, sizes in WORKS.items() for size in sizes if bench.wanted(row(work, size))]
    place = f"{bench.place}/out"
    for count in IMAGES:
        if not any(size == count for _, size in wanted):
            continue
        layout = bench.folder / f"layout-of-{count}"
        Layout(layout, count)
        tar = archive(layout)
        module = bench.folder / "small.wasm"
        module.write_bytes(generated.module(MODULE))
        copied = [f"cp -al {shlex.quote(str(layout))} {shlex.quote(place)}"]
        commands = {
            "ls": lambda peer, layout=layout: peer.list(layout),
            "inspect one": lambda peer, layout=layout, count=count: peer.inspect(f"{layout}:v{count // 2}"),
            "build one more": lambda peer, module=module: peer.named_build(place, str(module)),
            "verify": lambda peer, layout=layout: peer.verify(layout),
            "copy one to an archive": lambda peer, layout=layout, count=count: peer.copy(f"{layout}:v{count // 2}", f"{place}.tar"),
            "ls, archive": lambda peer, tar=tar: peer.list(tar),
            "verify, archive": lambda peer, tar=tar: peer.verify(tar),
            "copy one out of an archive": lambda peer, tar=tar, count=count: peer.copy(f"{tar}:v{count // 2}", f"{place}:v1"),
        }
        for work, command in commands.items():
            if (work, count) in wanted:
                bench.measure(row(work, count), command, copied if work == "build one more" else ())
    if any(work == "tags" for work, _ in wanted):
        with TagRegistry() as registry:
            for size in TAGS:
                if ("tags", size) in wanted:
                    bench.measure(row("tags", size), lambda peer, size=size: peer.tags(registry, registry.repository(size)))
            registry.shutdown()
