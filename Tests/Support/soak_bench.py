"""The environment of the soak: a separate folder, modules, a real registry, runs of the program, and direct requests."""

import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
PATIENCE = 600
PIECE = 1 << 20
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Violation(Exception):
    """A violated promise, and where to look."""


def require(condition, *what):
    if not condition:
        raise Violation("\n  ".join(str(part) for part in what))


def sha256(pieces):
    result = hashlib.sha256()
    for piece in pieces:
        result.update(piece)
    return "sha256:" + result.hexdigest()


def pieces_of(file):
    with open(file, "rb") as content:
        while piece := content.read(PIECE):
            yield piece


# The smallest plugin that a proxy loads: the marker of ABI 0.2.1, a `malloc` that always fails, and a memory.
PLUGIN = bytes.fromhex(
    "0061736d01000000" "010902600000" "60017f017f" "0303020001" "0503010001"
    "072d03" "1770726f78795f6162695f76657273696f6e5f305f325f31" "0000" "066d616c6c6f63" "0001" "066d656d6f7279" "0200"
    "0a0902" "02000b" "040041000b"
)  # fmt: skip


def write_module(path, size, seed):
    """Writes a valid module of about that size with one incompressible custom section; returns its digest."""
    source, length, encoded = random.Random(seed), size + 1, b""
    while True:
        length, low = length >> 7, length & 0x7F
        encoded += bytes([low | (0x80 if length else 0)])
        if not length:
            break
    with open(path, "wb") as file:
        # A custom section: its id, its length, its name.
        file.write(PLUGIN + b"\0" + encoded + b"\1x")
        left = size - 1
        while left:
            left -= file.write(source.randbytes(min(left, PIECE)))
    return sha256(pieces_of(path))


class Run:
    """A started program with its output in files, so that it never waits for a reader."""

    def __init__(self, bench, arguments, given=b""):
        self.arguments, self.given = arguments, tempfile.TemporaryFile()
        self.given.write(given)
        self.given.seek(0)
        self.files = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            list(map(str, arguments)),
            cwd=bench.folder,
            env=bench.environment,
            stdin=self.given,
            stdout=self.files[0],
            stderr=self.files[1],
        )
        bench.children.append(self.process)

    def end(self, seconds=PATIENCE):
        """Waits for its exit; None if it still runs after the time limit."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def said(self, file=0):
        """Returns its standard output, or standard error for 1."""
        self.files[file].seek(0)
        return self.files[file].read().decode(errors="replace").strip()

    def succeed(self):
        status = self.end()
        self.seconds = time.monotonic() - self.begun
        words = " ".join(map(str, self.arguments[:6]))
        require(status is not None, f"no end after {PATIENCE} s: {words}")
        require(status == 0, f"exit {status}: {words}", self.said(), self.said(1))
        return self


class Bench:
    """The folder, the program and its environment; ends all processes that it started."""

    def __init__(self, program):
        self.program, self.children, self.lifelines = os.path.abspath(program), [], []
        self.wrapper, self.headers = [], {}  # what starts the program; what direct requests to the registry carry
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="wasmpack-soak-"))
        self.temporary = self.folder / "tmp"
        for name in ("tmp", "home/.docker"):
            (self.folder / name).mkdir(parents=True)
        self.config = self.folder / "home/.docker/config.json"
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin:/usr/sbin"),
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.temporary),
            "LC_ALL": "C.UTF-8",
        }

    def close(self, keep):
        for process in self.children:
            if process.poll() is None:
                process.kill()
                process.wait()
        for process in self.lifelines:
            process.stdin.close()
            process.wait(PATIENCE)
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def registry(self, *options):
        """Starts a real docker-registry over plain HTTP; returns its port."""
        command = [sys.executable, str(HERE / "docker_registry.py"), "--plain", *options]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lifelines.append(process)
        ready = json.loads(process.stdout.readline() or b"{}")
        require("port" in ready, "docker-registry does not start", ready.get("error"))
        return ready["port"]

    def start(self, *arguments, given=b""):
        return Run(self, [*self.wrapper, self.program, *arguments], given)

    def run(self, *arguments, given=b""):
        return self.start(*arguments, given=given).succeed()


@contextlib.contextmanager
def answer(port, path, **headers):
    """Returns the registry's response to a direct GET."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        yield connection.getresponse()
    finally:
        connection.close()


def stored_image(port, repository, tag, **headers):
    """Returns the digest that a tag points to, after verifying all content; None without the tag."""
    with answer(port, f"/v2/{repository}/manifests/{tag}", Accept=MANIFEST, **headers) as response:
        if response.status == 404:
            return None
        require(response.status == 200, f"the registry answers {response.status} for the tag {tag} of {repository}")
        manifest = response.read()
    value = json.loads(manifest)
    for blob in [value["config"], *value["layers"]]:
        with answer(port, f"/v2/{repository}/blobs/{blob['digest']}", **headers) as response:
            what = f"{repository}:{tag} names {blob['digest']}"
            require(response.status == 200, what, f"but the registry answers {response.status}")
            actual = sha256(iter(lambda response=response: response.read(PIECE), b""))
            require(actual == blob["digest"], what, f"but has {actual}")
    return sha256([manifest])
