#!/usr/bin/env python3
"""A registry with one small image that misbehaves below HTTP: each behavior has a port.

What asks for a list of tags, a blob or an upload meets the behavior; other requests are answered correctly, so that a pull, a push
and a list come as far as that. Behaviors of the connection meet every request.

Prints {"ports": {NAME: PORT, …}} when ready; ends when stdin closes or on SIGTERM.
"""

import gzip
import hashlib
import io
import json
import re
import socket
import struct
import sys
import tarfile
import threading

import loopback
from soak_bench import PLUGIN

PIECE = b"x" * 65536
OCI = "application/vnd.oci.image."
CONNECTION, REQUEST = {}, {}


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def image():
    """Returns the manifest, and the blobs by digest."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo("plugin.wasm")
        entry.size = len(PLUGIN)
        archive.addfile(entry, io.BytesIO(PLUGIN))
    layer = gzip.compress(tar.getvalue(), mtime=0)
    rootfs = {"type": "layers", "diff_ids": [digest(tar.getvalue())]}
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": rootfs}).encode()

    def descriptor(data, kind):
        return {"mediaType": OCI + kind, "digest": digest(data), "size": len(data)}

    parts = {"config": descriptor(config, "config.v1+json"), "layers": [descriptor(layer, "layer.v1.tar+gzip")]}
    manifest = json.dumps({"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", **parts}).encode()
    return manifest, {digest(data): data for data in (config, layer)}


MANIFEST, BLOBS = image()
TAGS = json.dumps({"name": "test/plugin", "tags": ["v1"]}).encode()


class Peer:
    """One connection, and the request on it."""

    def __init__(self, connection, port):
        self.connection, self.port = connection, port
        self.reader = connection.makefile("rb")

    def read(self):
        """Reads a request with its body; returns whether there was one."""
        line = self.reader.readline()
        if not line:
            return False
        self.method, self.target, _ = line.decode("latin-1").split(" ", 2)
        self.fields = {}
        while (field := self.reader.readline().decode("latin-1").strip()) != "":
            name, _, value = field.partition(":")
            self.fields[name.lower()] = value.strip()
        if self.fields.get("expect"):
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.body = self.reader.read(int(self.fields.get("content-length", 0)))
        return True

    def send(self, *parts):
        self.connection.sendall(b"".join(parts))

    def answer(self, status, body=b"", *fields, length=None):
        """Returns a correct answer; HEAD gets no body."""
        length = len(body) if length is None else length
        head = [f"HTTP/1.1 {status} Because", f"Content-Length: {length}", *fields, "", ""]
        return "\r\n".join(head).encode() + (b"" if self.method == "HEAD" else body)

    def correct(self):
        """Returns what a registry would answer."""
        path = self.target.partition("?")[0]
        where = f"Location: /v2/test/plugin/blobs/uploads/1{self.target.partition('?')[2] and '?x=1'}"
        if path == "/v2/":
            return self.answer(200, b"{}")
        if path.startswith("/token"):
            return self.answer(200, b'{"token": "abc"}', "Content-Type: application/json")
        if path.endswith("/tags/list"):
            return self.answer(200, TAGS, "Content-Type: application/json")
        if self.method == "PUT" and "/manifests/" in path:
            return self.answer(201, b"", f"Docker-Content-Digest: {digest(self.body)}")
        if path.endswith("/manifests/v1"):
            kind = f"Content-Type: {OCI}manifest.v1+json"
            return self.answer(200, MANIFEST, kind, f"Docker-Content-Digest: {digest(MANIFEST)}")
        if (found := path.rpartition("/")[2]) in BLOBS:
            return self.answer(200, BLOBS[found], "Content-Type: application/octet-stream")
        if "/blobs/uploads/" in path:
            return self.answer({"POST": 202, "PATCH": 202, "PUT": 201, "DELETE": 204}[self.method], b"", where)
        return self.answer(404, b"{}")

    def is_met(self):
        """Whether a behavior answers this request."""
        return bool(re.search("/tags/list|/blobs/uploads/", self.target) or self.method == "GET" and "/blobs/" in self.target)

    def close(self):
        raise loopback.Abort

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def wait(self):
        """Says nothing more, until the client goes away."""
        while self.reader.read1(65536):
            pass
        self.close()


def behavior(table):
    def add(act):
        table[act.__name__.replace("_", "-")] = act
        return act

    return add


def raw(name, data, ends=True):
    """Adds a behavior that sends bytes, and closes."""

    def act(peer):
        peer.send(data)
        if ends:
            peer.close()

    REQUEST[name] = act


# The connection


@behavior(CONNECTION)
def close_at_once(peer):
    peer.close()


@behavior(CONNECTION)
def reset_at_once(peer):
    peer.reset()


@behavior(CONNECTION)
def half_close(peer):
    peer.connection.shutdown(socket.SHUT_WR)
    peer.wait()


@behavior(CONNECTION)
def silence(peer):
    peer.wait()


@behavior(CONNECTION)
def banner(peer):
    peer.send(b"SSH-2.0-OpenSSH_9.2p1\r\n")
    peer.wait()


@behavior(CONNECTION)
def tls_alert(peer):
    peer.send(b"\x15\x03\x03\x00\x02\x02\x28")
    peer.close()


@behavior(CONNECTION)
def answer_before_the_request(peer):
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    peer.wait()


# Ends


@behavior(REQUEST)
def close_after_the_request(peer):
    peer.close()


@behavior(REQUEST)
def reset_after_the_request(peer):
    peer.reset()


@behavior(REQUEST)
def reset_within_the_body(peer):
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    peer.reset()


@behavior(REQUEST)
def stalled_head(peer):
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Le")
    peer.wait()


@behavior(REQUEST)
def stalled_body(peer):
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    peer.wait()


raw("close-within-the-head", b"HTTP/1.1 200 OK\r\nContent-Le")
raw("close-after-the-head", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
raw("close-within-the-body", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
raw("no-line-end", b"HTTP/1.1 200 OK")

# Without an end


def endless(name, start, piece):
    def act(peer):
        peer.send(start)
        while True:
            peer.send(piece)

    REQUEST["endless-" + name] = act


endless("status-line", b"HTTP/1.1 200 ", PIECE)
endless("header-line", b"HTTP/1.1 200 OK\r\nX-A: ", PIECE)
endless("headers", b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 1000)
endless("interim-answers", b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)
endless("body", b"HTTP/1.1 200 OK\r\n\r\n", PIECE)
endless("error-body", b"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\n\r\n{", PIECE)
endless("chunks", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + PIECE + b"\r\n")
endless("chunk-extension", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", PIECE)
endless("trailers", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n" * 1000)
endless("spaces", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", b" " * 65536)

# Lengths

raw("length-is-too-short", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}and more", ends=False)
raw("length-is-negative", b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}")
raw("length-overflows", b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551617\r\n\r\n{}")
raw("two-lengths", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ")
raw("length-and-chunks", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
raw("chunk-is-garbage", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")
raw("chunk-overflows", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n")
raw("chunks-without-end", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")

# Heads

raw("http-0.9", b"just a body\n")
raw("http-2", b"HTTP/2 200\r\nContent-Length: 2\r\n\r\n{}")
raw("http-3.7", b"HTTP/3.7 200 OK\r\nContent-Length: 2\r\n\r\n{}")
raw("status-is-a-word", b"HTTP/1.1 abc\r\nContent-Length: 0\r\n\r\n")
raw("status-000", b"HTTP/1.1 000 Zero\r\nContent-Length: 0\r\n\r\n")
raw("status-999", b"HTTP/1.1 999 What\r\nContent-Length: 2\r\n\r\n{}")
raw("status-101", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nwhat")
raw("status-204-with-a-body", b"HTTP/1.1 204 None\r\nContent-Length: 2\r\n\r\n{}")
raw("status-206-unasked", b"HTTP/1.1 206 Part\r\nContent-Range: bytes 5-6/1000\r\nContent-Length: 2\r\n\r\n{}")
raw("status-304-unasked", b"HTTP/1.1 304 Same\r\n\r\n")
raw("status-416", b"HTTP/1.1 416 Range\r\nContent-Length: 0\r\n\r\n")
raw("field-without-colon", b"HTTP/1.1 200 OK\r\nwhat is this\r\nContent-Length: 2\r\n\r\n{}")
raw("field-with-nul", b"HTTP/1.1 200 OK\r\nX-A: b\0c\r\nContent-Length: 2\r\n\r\n{}")
raw("fields-by-control-characters", b"HTTP/1.1 400 \x1b[2J\r\nWarning: 299 - \"\x1b[31mred\"\r\nContent-Length: 2\r\n\r\n{}")
raw("encoded-as-gzip", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 22\r\n\r\n" + gzip.compress(b"{}", mtime=0))
raw("encoded-as-garbage", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip")
raw("encoded-as-gzip-twice", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")

# Redirects


def redirect(name, location, status=307):
    def act(peer):
        where = location(peer) if callable(location) else location
        peer.send(peer.answer(status, b"", "Location: " + where))

    REQUEST["redirect-" + name] = act


redirect("to-itself", lambda peer: peer.target)
redirect("200-times", lambda peer: f"/v2/test/plugin/blobs/uploads/{int('0' + peer.target.rpartition('/')[2].partition('?')[0][-3:], 36) + 1}")
redirect("to-another-scheme", "gopher://127.0.0.1/")
redirect("to-a-file", "file:///etc/passwd")
redirect("to-a-closed-port", "http://127.0.0.1:1/v2/")
redirect("to-garbage", "http://[::1")
redirect("to-nothing", "")
redirect("to-control-characters", "/\x01\x1b[2J")
redirect("with-a-password", "http://user:word@127.0.0.1:1/")
redirect("of-100-kilobytes", "/v2/" + "a" * 100_000)
redirect("by-300", "/v2/", 300)

# Authentication, and rates


def refused(name, status, *fields):
    REQUEST[name] = lambda peer: peer.send(peer.answer(status, b"{}", *fields))


refused("401-forever", 401, 'WWW-Authenticate: Basic realm="a"')
refused("401-without-challenge", 401)
refused("401-of-garbage", 401, 'WWW-Authenticate: Bearer realm="http://[", =,",')
refused("401-of-another-scheme", 401, "WWW-Authenticate: Negotiate")


@behavior(REQUEST)
def bearer_401_forever(peer):
    challenge = f'WWW-Authenticate: Bearer realm="http://127.0.0.1:{peer.port}/token",service="a"'
    peer.send(peer.answer(401, b"{}", challenge))


refused("429-forever", 429, "Retry-After: 0")
refused("429-after-a-year", 429, "Retry-After: 31536000")
refused("429-after-a-large-number", 429, "Retry-After: 99999999999999999999")
refused("429-after-a-negative-number", 429, "Retry-After: -5")
refused("429-after-a-date-in-the-past", 429, "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT")
refused("429-after-a-date-in-the-future", 429, "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT")
refused("429-after-garbage", 429, "Retry-After: soon")
refused("503-forever", 503, "Retry-After: 0")

# Odd, but correct


@behavior(REQUEST)
def byte_by_byte(peer):
    for byte in peer.correct():
        peer.send(bytes([byte]))


@behavior(REQUEST)
def without_carriage_returns(peer):
    head, _, body = peer.correct().partition(b"\r\n\r\n")
    peer.send(head.replace(b"\r", b""), b"\n\n", body)


@behavior(REQUEST)
def closed_without_a_word(peer):
    peer.send(peer.correct())
    peer.close()


@behavior(REQUEST)
def a_second_answer_behind_the_first(peer):
    peer.send(peer.correct(), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


@behavior(REQUEST)
def interim_answers(peer):
    peer.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\n", peer.correct())


def serve(connection, port, name):
    peer = Peer(connection, port)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        if name in CONNECTION:
            CONNECTION[name](peer)
        while peer.read():
            if name in REQUEST and peer.is_met():
                REQUEST[name](peer)
            else:
                peer.send(peer.correct())
    except (OSError, ValueError, KeyError, loopback.Abort):
        pass
    finally:
        peer.reader.close()
        connection.close()


def accept(listener, name):
    while True:
        connection = listener.accept()[0]
        threading.Thread(target=serve, args=(connection, listener.getsockname()[1], name), daemon=True).start()


def main():
    done, ports = threading.Event(), {}
    loopback.end_with_stdin(done)
    for name in ["correct", *CONNECTION, *REQUEST]:
        listener = socket.create_server(("127.0.0.1", 0), backlog=32)
        ports[name] = listener.getsockname()[1]
        threading.Thread(target=accept, args=(listener, name), daemon=True).start()
    print(json.dumps({"ports": ports}), flush=True)
    done.wait()  # every thread is a daemon: returning ends them


if __name__ == "__main__":
    sys.exit(main())
