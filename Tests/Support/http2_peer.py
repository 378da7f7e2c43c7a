#!/usr/bin/env python3
"""A registry over TLS that offers HTTP/2 and misbehaves in it: each behavior has a port. Over HTTP/1.1, it is correct.

  http2_peer.py CERTIFICATE KEY

Prints {"ports": {NAME: PORT, …}} when ready; ends when stdin closes or on SIGTERM. The frames are made here, by RFC 9113.
"""

import json
import socket
import ssl
import struct
import sys
import threading

import loopback
import sockets

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 9
END_STREAM, END_HEADERS, ACKNOWLEDGED = 1, 4, 1
STATUS_200 = b"\x88"  # RFC 7541, Appendix A: index 8 of the static table
# So many bytes or frames are more than any client may keep or answer.
PLENTY = 64 * 1024 * 1024
BEHAVIORS = {}


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def field(name, value):
    """Returns a literal header field that is not indexed (RFC 7541, 6.2.2)."""

    def text(data):
        length = len(data)
        if length < 127:
            return bytes([length]) + data
        rest, digits = length - 127, b""
        while rest > 127:
            digits += bytes([rest % 128 + 128])
            rest //= 128
        return b"\x7f" + digits + bytes([rest]) + data

    return b"\x00" + text(name) + text(value)


def behavior(act):
    BEHAVIORS[act.__name__.replace("_", "-")] = act


class Connection:
    """A connection with HTTP/2."""

    def __init__(self, stream):
        self.stream = stream
        self.reader = stream.makefile("rb")

    def send(self, *parts):
        self.stream.sendall(b"".join(parts))

    def read(self):
        """Reads a frame; returns its kind, flags, stream and payload."""
        head = self.reader.read(9)
        if len(head) < 9:
            raise loopback.Abort
        payload = self.reader.read(int.from_bytes(head[:3], "big"))
        return head[3], head[4], int.from_bytes(head[5:], "big"), payload

    def request(self):
        """Greets the client, and returns the stream of its next request."""
        while True:
            kind, flags, stream, _ = self.read()
            if kind == SETTINGS and not flags & ACKNOWLEDGED:
                self.send(frame(SETTINGS, ACKNOWLEDGED, 0))
            if kind == HEADERS:
                return stream

    def greet(self):
        if self.reader.read(len(PREFACE)) != PREFACE:
            raise loopback.Abort
        self.send(frame(SETTINGS, 0, 0))


# Each gets a connection on which the preface is read and the settings are sent.


@behavior
def goaway_at_once(peer):
    peer.send(frame(GOAWAY, 0, 0, struct.pack(">II", 0, 0)))


@behavior
def goaway_enhance_your_calm(peer):
    peer.request()
    peer.send(frame(GOAWAY, 0, 0, struct.pack(">II", 0, 11) + b"too_many_pings"))


@behavior
def goaway_http_1_1_required(peer):
    peer.request()
    peer.send(frame(GOAWAY, 0, 0, struct.pack(">II", 0, 13)))


@behavior
def reset_of_each_stream(peer):
    while True:
        peer.send(frame(RST_STREAM, 0, peer.request(), struct.pack(">I", 2)))


@behavior
def reset_refused(peer):
    while True:
        peer.send(frame(RST_STREAM, 0, peer.request(), struct.pack(">I", 7)))


@behavior
def reset_within_the_body(peer):
    while True:
        stream = peer.request()
        peer.send(frame(HEADERS, END_HEADERS, stream, STATUS_200 + field(b"content-length", b"100")))
        peer.send(frame(DATA, 0, stream, b"{"), frame(RST_STREAM, 0, stream, struct.pack(">I", 2)))


@behavior
def garbage_after_the_preface(peer):
    peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" * 50)


@behavior
def header_list_too_large(peer):
    stream = peer.request()
    peer.send(frame(HEADERS, 0, stream, STATUS_200))
    block = field(b"x-padding", b"a" * 16000)
    for _ in range(PLENTY // len(block)):
        peer.send(frame(CONTINUATION, 0, stream, block))


@behavior
def empty_continuations_without_end(peer):
    stream = peer.request()
    peer.send(frame(HEADERS, 0, stream, STATUS_200))
    for _ in range(2_000_000):
        peer.send(frame(CONTINUATION, 0, stream) * 100)


@behavior
def header_that_expands(peer):
    """An entry of 4 KB in the table, and then a byte for each repetition."""
    stream = peer.request()
    entry = b"\x40" + field(b"x-a", b"b" * 3900)[1:]
    peer.send(frame(HEADERS, END_HEADERS, stream, STATUS_200 + entry + b"\xbe" * 12000))


@behavior
def header_block_invalid(peer):
    peer.send(frame(HEADERS, END_HEADERS, peer.request(), b"\xff\xff\xff\xff\xff\xff\xff\xff"))


@behavior
def header_upper_case(peer):
    while True:
        stream = peer.request()
        peer.send(frame(HEADERS, END_HEADERS | END_STREAM, stream, STATUS_200 + field(b"X-Upper", b"a")))


@behavior
def header_without_status(peer):
    peer.send(frame(HEADERS, END_HEADERS | END_STREAM, peer.request(), field(b"content-length", b"0")))


@behavior
def frame_too_large(peer):
    peer.send(b"\xff\xff\xff", bytes([DATA, 0]), struct.pack(">I", peer.request()), b"x" * PLENTY)


@behavior
def frame_of_another_stream(peer):
    peer.request()
    peer.send(frame(DATA, 0, 99, b"x"))


@behavior
def push_promise(peer):
    stream = peer.request()
    peer.send(frame(PUSH_PROMISE, END_HEADERS, stream, struct.pack(">I", 2) + STATUS_200))


@behavior
def pings_without_end(peer):
    peer.request()
    for _ in range(2_000_000):
        peer.send(frame(PING, 0, 0, b"01234567") * 100)


@behavior
def body_without_end(peer):
    stream = peer.request()
    peer.send(frame(HEADERS, END_HEADERS, stream, STATUS_200))
    while True:
        peer.send(frame(DATA, 0, stream, b"x" * 16384))


@behavior
def body_longer_than_its_length(peer):
    while True:
        stream = peer.request()
        peer.send(frame(HEADERS, END_HEADERS, stream, STATUS_200 + field(b"content-length", b"2")))
        peer.send(frame(DATA, END_STREAM, stream, b"{}" * 100))


@behavior
def closed_after_the_request(peer):
    peer.request()


@behavior
def closed_after_the_head(peer):
    peer.send(frame(HEADERS, END_HEADERS, peer.request(), STATUS_200))


def serve(connection, context, name):
    connection.settimeout(60)
    try:
        stream = context.wrap_socket(connection, server_side=True)
        if stream.selected_alpn_protocol() == "h2":
            peer = Connection(stream)
            try:
                peer.greet()
                BEHAVIORS[name](peer)
                if not name.startswith("closed-"):
                    while True:
                        peer.read()
            finally:
                peer.reader.close()
                stream.close()
            return
        sockets.serve(stream, 0, "correct")
    except (OSError, ValueError, loopback.Abort):
        connection.close()


def accept(listener, context, name):
    while True:
        connection = listener.accept()[0]
        threading.Thread(target=serve, args=(connection, context, name), daemon=True).start()


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:])
    context.set_alpn_protocols(["h2", "http/1.1"])
    done, ports = threading.Event(), {}
    loopback.end_with_stdin(done)
    for name in BEHAVIORS:
        listener = socket.create_server(("127.0.0.1", 0), backlog=32)
        ports[name] = listener.getsockname()[1]
        threading.Thread(target=accept, args=(listener, context, name), daemon=True).start()
    print(json.dumps({"ports": ports}), flush=True)
    done.wait()


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    sys.exit(main())
