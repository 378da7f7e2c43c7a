#!/usr/bin/env python3
"""Loads `wasmpack serve` with many clients, and prints for each step the time and the server's peak of memory.

  serve_load.py PROGRAM [--docker-registry] [--steps STEP,…] [--tags N] [--blobs N] [--alone N] [--limit MIB] [--folder FOLDER]

  many    100 clients push and pull a blob of 1 MiB each
  large   8 clients push and pull a blob of 256 MiB each
  tags    16 clients set 10,000 tags (--tags), which are listed in pages
  blobs   16 clients push small blobs (--blobs), and pull some of them; not without --steps, --blobs or --alone

  --alone N pushes N small blobs to wasmpack too, and not to docker-registry, which needs several times as long.

  Everything that is pulled is verified. PROGRAM is the built wasmpack; --docker-registry does the same with Debian's
  docker-registry afterwards. Exits with 1 if the peak of wasmpack is over --limit (default 64 MiB). Linux only.

The figures are of this machine and its disk. Only a release build's belong into the documentation.
"""

import argparse
import contextlib
import hashlib
import http.client
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

MIB = 1024 * 1024
PATTERN = bytes(range(256)) * (MIB // 256)
TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG = b"{}"


class Blob:
    """A blob of whole MiB that is different for each number, made as it is sent."""

    def __init__(self, number, mebibytes):
        self.first = f"{number:08}".encode() + PATTERN[8:]
        self.mebibytes, self.size = mebibytes, mebibytes * MIB
        hasher = hashlib.sha256()
        for piece in self:
            hasher.update(piece)
        self.digest = "sha256:" + hasher.hexdigest()

    def __iter__(self):
        yield self.first
        for _ in range(self.mebibytes - 1):
            yield PATTERN


class Client:
    def __init__(self, address, name):
        host, port = address.split(":")
        self.connection = http.client.HTTPConnection(host, int(port), timeout=600)
        self.prefix = f"/v2/{name}"

    def send(self, method, path, body=None, status=(200, 201, 202), **fields):
        fields = {key.replace("_", "-"): value for key, value in fields.items()}
        self.connection.request(method, path, body=body, headers=fields)
        response = self.connection.getresponse()
        if response.status not in status:
            raise SystemExit(f"{method} {path}: {response.status} {response.read(500)!r}")
        return response

    def push(self, blob):
        started = self.send("POST", f"{self.prefix}/blobs/uploads/")
        started.read()
        location = re.sub("^https?://[^/]*", "", started.headers["Location"])
        separator = "&" if "?" in location else "?"
        path = f"{location}{separator}digest={blob.digest}"
        self.send("PUT", path, iter(blob), Content_Length=str(blob.size)).read()

    def push_bytes(self, content):
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        started = self.send("POST", f"{self.prefix}/blobs/uploads/")
        started.read()
        location = re.sub("^https?://[^/]*", "", started.headers["Location"])
        separator = "&" if "?" in location else "?"
        self.send("PUT", f"{location}{separator}digest={digest}", content).read()
        return digest

    def pull(self, blob):
        response = self.send("GET", f"{self.prefix}/blobs/{blob.digest}")
        hasher = hashlib.sha256()
        while piece := response.read(128 * 1024):
            hasher.update(piece)
        if "sha256:" + hasher.hexdigest() != blob.digest:
            raise SystemExit(f"{blob.digest} came back different")


def in_parallel(count, work):
    """Runs work(number) in threads, and raises the first failure."""
    failures = []

    def run(number):
        try:
            work(number)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


class Server:
    def __init__(self, name, process, address, rows):
        self.name, self.process, self.address, self.rows = name, process, address, rows

    def measure(self, title, size, work):
        """Adds the time and the peak of memory of one step to its row, and prints them."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        start = time.monotonic()
        work()
        seconds = time.monotonic() - start
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024
        self.rows.setdefault(title, {})[self.name] = {"median": seconds, "peak": peak}
        rate = f"{size / seconds / MIB:8.0f} MiB/s" if size else " " * 14
        print(f"{self.name:16} {title:36} {seconds:8.2f} s {rate} {peak / MIB:8.1f} MiB at most", flush=True)


@contextlib.contextmanager
def wasmpack(program, folder, rows):
    command = [program, "serve", "--listen", "127.0.0.1:0", "--dir", str(folder / "wasmpack"), "-q"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield Server("wasmpack", process, process.stdout.readline().strip(), rows)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


@contextlib.contextmanager
def docker_registry(folder, rows):
    config = folder / "config.yml"
    storage = json.dumps({"filesystem": {"rootdirectory": str(folder / "docker")}})
    config.write_text(f'version: 0.1\nstorage: {storage}\nhttp: {{ addr: "127.0.0.1:0" }}\n')
    process = subprocess.Popen(
        ["docker-registry", "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        for line in process.stderr:
            if found := re.search(r"listening on (127\.0\.0\.1:\d+)", line):
                break
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield Server("docker-registry", process, found[1], rows)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


CLIENTS = 16
# Every hundredth small blob is pulled.
SAMPLE = 100
STEPS = ("many", "large", "tags", "blobs")


def measure(program, *, has_peer=True, steps=STEPS, tags=10_000, blobs=20_000, alone=100_000, folder=None):
    """Loads wasmpack serve, and then docker-registry; returns the rows of the steps, as bench.py has them."""
    own, rows = pathlib.Path(tempfile.mkdtemp(prefix="serve-load-", dir=folder)), {}
    try:
        with wasmpack(program, own, rows) as server:
            load(server, steps, tags, [blobs, alone])
        if has_peer:
            with docker_registry(own, rows) as server:
                load(server, steps, tags, [blobs])
    finally:
        shutil.rmtree(own, ignore_errors=True)
    return [{"row": title, "results": results} for title, results in rows.items()]


def load(server, steps, tags, blobs):
    if "many" in steps:
        load_blobs(server, 100, 1)
    if "large" in steps:
        load_blobs(server, 8, 256)
    if "tags" in steps:
        load_tags(server, tags)
    if "blobs" in steps:
        for count in blobs:
            if count:
                load_small_blobs(server, count)


def load_blobs(server, clients, mebibytes):
    blobs = [Blob(number, mebibytes) for number in range(clients)]
    name, size = f"load/of-{mebibytes}", clients * mebibytes * MIB
    for verb in ("push", "pull"):
        work = lambda number: getattr(Client(server.address, name), verb)(blobs[number])
        title = f"{clients} clients {verb} {mebibytes} MiB each"
        server.measure(title, size, lambda: in_parallel(clients, work))


def load_small_blobs(server, count):
    name = f"load/blobs-{count}"

    def content(number):
        return f"blob {number:08}".encode()

    def push(client):
        own = Client(server.address, name)
        for number in range(client, count, CLIENTS):
            own.push_bytes(content(number))

    def pull(client):
        own = Client(server.address, name)
        for number in range(client * SAMPLE, count, CLIENTS * SAMPLE):
            digest = hashlib.sha256(content(number)).hexdigest()
            if own.send("GET", f"{own.prefix}/blobs/sha256:{digest}").read() != content(number):
                raise SystemExit(f"blob {number} came back different")

    server.measure(f"{CLIENTS} clients push {count:,} small blobs", 0, lambda: in_parallel(CLIENTS, push))
    server.measure(f"{CLIENTS} clients pull 1 of {SAMPLE} of {count:,}", 0, lambda: in_parallel(CLIENTS, pull))


def load_tags(server, tags):
    client = Client(server.address, "load/tags")
    digest = client.push_bytes(CONFIG)
    part = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": len(CONFIG)}
    manifest = json.dumps({"schemaVersion": 2, "mediaType": TYPE, "config": part, "layers": []})

    def set_tags(number):
        own = Client(server.address, "load/tags")
        for tag in range(number, tags, CLIENTS):
            own.send("PUT", f"{own.prefix}/manifests/t{tag:06}", manifest, Content_Type=TYPE).read()

    def list_tags():
        # A new connection: the server has closed one that was idle for a minute.
        own, found, path = Client(server.address, "load/tags"), [], "/v2/load/tags/tags/list?n=1000"
        while path:
            response = own.send("GET", path)
            found += json.load(response)["tags"]
            link = response.headers["Link"]
            path = re.sub("^https?://[^/]*", "", re.match("<([^>]*)>", link)[1]) if link else None
        if len(found) != tags:
            raise SystemExit(f"{len(found)} of {tags} tags are listed")

    server.measure(f"{CLIENTS} clients set {tags:,} tags", 0, lambda: in_parallel(CLIENTS, set_tags))
    server.measure(f"{tags:,} tags are listed", 0, list_tags)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="PROGRAM")
    parser.add_argument("--docker-registry", action="store_true")
    parser.add_argument("--steps", help="default: many,large,tags")
    parser.add_argument("--tags", type=int, default=10_000)
    parser.add_argument("--blobs", type=int, default=0)
    parser.add_argument("--alone", type=int, default=0)
    parser.add_argument("--limit", type=float, default=64, metavar="MIB")
    parser.add_argument("--folder", type=pathlib.Path, help="where the servers' folders are made; default: TMPDIR")
    options = parser.parse_args()
    steps = options.steps.split(",") if options.steps else [step for step in STEPS if step != "blobs" or options.blobs or options.alone]
    if unknown := set(steps) - set(STEPS):
        parser.error(f"unknown steps: {', '.join(unknown)}")
    rows = measure(
        options.program,
        has_peer=options.docker_registry,
        steps=steps,
        tags=options.tags,
        blobs=options.blobs or (0 if options.alone else 20_000),
        alone=options.alone,
        folder=options.folder,
    )
    peak = max(row["results"]["wasmpack"]["peak"] for row in rows) / MIB
    if peak > options.limit:
        print(f"wasmpack serve took {peak:.1f} MiB; the limit is {options.limit:g} MiB", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
