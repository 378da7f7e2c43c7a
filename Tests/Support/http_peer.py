"""An HTTP/1.1 server on loopback with correct and faulty behavior on demand. For tests; standard library only.

It prints its port on one line when it is ready, and ends when its standard input ends.

usage: http_peer.py [--tls CERTIFICATE KEY [--client-ca FILE | --wishes-client-ca FILE [--later] | --old]]
"""

import contextlib
import hashlib
import json
import os
import socket
import ssl
import struct
import sys
import threading
import warnings

CHUNK = bytes(range(256)) * 256
# The time limit for a mark: longer than any suite may take, so that the suite's limit ends a test first.
PATIENCE = 600


class Marks:
    """Events by name, for tests that wait for one."""

    def __init__(self):
        self.lock = threading.Lock()
        self.events = {}

    def __getitem__(self, name):
        with self.lock:
            return self.events.setdefault(name, threading.Event())


MARKS = Marks()


class Connection:
    """One accepted connection and the requests on it."""

    def __init__(self, number, sock):
        self.number = number
        self.sock = sock
        self.reader = sock.makefile("rb")
        self.requests = 0

    def serve(self):
        try:
            while self.serve_one():
                pass
        except (OSError, ValueError):
            pass
        finally:
            self.reader.close()
            self.sock.close()

    def serve_one(self):
        if self.reader.peek(1)[:1] == b"\x16":
            return self.refuse_tls()
        line = self.reader.readline()
        if not line:
            return False
        self.requests += 1
        self.method, self.target, _ = line.decode("latin-1").split(" ", 2)
        self.fields = []
        while (line := self.reader.readline().decode("latin-1").rstrip("\r\n")) != "":
            name, value = line.split(":", 1)
            self.fields.append([name, value.strip()])
        self.length = int(self.field("content-length") or 0)
        path, _, query = self.target.partition("?")
        verb, *words = path.strip("/").split("/")
        action = getattr(self, "do_" + verb.replace("-", "_"), None)
        if action is None:
            self.body()
            self.answer(404, b"")
            return True
        return action(*words) is not False

    def refuse_tls(self):
        """Answers a TLS handshake on a plain port as servers do; then waits until the client disconnects."""
        self.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        while self.reader.read1(65536):
            pass
        return False

    def field(self, wanted):
        return next((value for name, value in self.fields if name.lower() == wanted), None)

    def body(self):
        """Reads the request's body; returns its digest."""
        digest, left = hashlib.sha256(), self.length
        while left > 0:
            data = self.reader.read(min(left, 65536))
            if not data:
                raise OSError("the body is cut short")
            digest.update(data)
            left -= len(data)
        return digest.hexdigest()

    def send(self, data):
        self.sock.sendall(data)

    def answer(self, status, data, *lines):
        head = [f"HTTP/1.1 {status} Because", f"Content-Length: {len(data)}", *lines, "", ""]
        self.send("\r\n".join(head).encode() + (b"" if self.method == "HEAD" else data))

    def client(self):
        """Returns the common name of the client's certificate, if it sent one."""
        shown = getattr(self.sock, "getpeercert", dict)() or {}
        return next((value for part in shown.get("subject", ()) for name, value in part if name == "commonName"), None)

    # The methods for each path. A method that returns False closes the connection.

    def do_echo(self, *_):
        """Returns the received request and the number of its connection."""
        digest = self.body()
        report = {
            "method": self.method, "target": self.target, "headers": self.fields, "sha256": digest,
            "length": self.length, "connection": self.number, "requests": self.requests, "client": self.client(),
        }  # fmt: skip
        self.answer(200, json.dumps(report).encode(), "Content-Type: application/json", "X-Two: a", "x-two: b")

    def do_ask_again(self):
        """Requests a certificate after the handshake (TLS 1.3); reports whether the client supports this."""
        try:
            self.sock.verify_client_post_handshake()
            self.answer(200, b"asked")
        except ssl.SSLError as error:
            self.answer(200, error.reason.encode())

    def do_drop_reused(self):
        """Closes without a response, unless the connection is new."""
        return self.do_echo() if self.requests == 1 else self.body() and False

    def do_status(self, code, *_):
        self.body()
        self.answer(int(code), b"" if code in ("204", "304") else b"body of " + code.encode(), "Location: /elsewhere")

    def do_bytes(self, count):
        """Sends a body of the given size: 00 01 … FF 00 …"""
        self.answer(200, (CHUNK * (int(count) // len(CHUNK) + 1))[: int(count)])

    def do_chunked(self):
        """A chunked body with a trailer."""
        self.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        self.send(b"5\r\nhello\r\n6\r\n world\r\n0\r\nHTTP/1.1: 500\r\nX-Late: yes\r\n\r\n")

    def do_cut(self, count):
        """Announces more than it sends."""
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * int(count))
        return False

    def do_cut_chunked(self):
        self.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        return False

    def do_bad_chunk(self):
        self.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n")
        return False

    def do_endless(self):
        """A body without an end."""
        self.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            self.send(b"%x\r\n" % len(CHUNK) + CHUNK + b"\r\n")

    def do_huge(self):
        """Announces an impossibly large body."""
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904\r\n\r\n")
        return False

    def do_silent(self, mark):
        """Sends nothing. Marks when the request arrives and when the client disconnects."""
        MARKS[mark + "-asked"].set()
        try:
            self.reader.read(1)
        finally:
            MARKS[mark + "-gone"].set()
        return False

    def do_drip(self, mark):
        """Sends a head and some bytes, then nothing more."""
        self.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nfirst")
        return self.do_silent(mark)

    def do_stuck(self, mark):
        """Stops reading, so that an upload stalls, until the test releases it."""
        MARKS[mark + "-asked"].set()
        MARKS[mark + "-go"].wait(PATIENCE)
        return False

    def do_mark(self, mark):
        MARKS[mark].set()
        self.answer(200, b"")

    def do_when(self, mark):
        """Answers when an event has happened."""
        self.answer(200 if MARKS[mark].wait(PATIENCE) else 504, b"")

    def do_meet(self, name, count):
        """Answers when the given number of requests wait here at the same time."""
        with MARKS.lock:
            waiting = MARKS.events.setdefault(name + "-barrier", threading.Barrier(int(count)))
        waiting.wait(PATIENCE)
        self.answer(200, str(self.number).encode())

    def do_empty(self, *_):
        return False

    def do_reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def do_reset_upload(self):
        """Reads some of the body, then resets."""
        self.reader.read(1000)
        return self.do_reset()

    def do_refuse(self):
        """Answers 401 before the body has been read, then reads and drops the rest."""
        self.answer(401, b"who are you", "Connection: close")
        while self.reader.read1(65536):
            pass
        return False

    def do_watched(self, mark):
        """Answers, and marks when the client closes the connection without another request."""
        self.answer(200, b"")
        return self.do_silent(mark)

    def do_once(self):
        """Answers, promises to keep the connection, and closes it."""
        self.body()
        self.answer(200, b"")
        return False

    def do_raw(self, name):
        """Sends invalid HTTP responses, by name."""
        self.body()
        self.send(RAW[name])
        return False

    def do_interim(self):
        self.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style>\r\nX-Interim: yes\r\n\r\n")
        self.answer(200, b"final", "X-Final: yes")

    def do_interim_forever(self):
        while True:
            self.send(b"HTTP/1.1 103 Early Hints\r\nLink: </style>\r\n\r\n")

    def do_fields(self, count, size):
        """Sends a head with the given number of fields and bytes per value."""
        self.answer(200, b"", *(f"X-{n}: {'v' * int(size)}" for n in range(int(count))))


RAW = {
    "garbage": b"\x00\x01\x02 this is not http\r\n\r\n",
    "http09": b"just a body\n",
    "version2": b"HTTP/2 200\r\nContent-Length: 0\r\n\r\n",
    "two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "listed-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello!",
    "same-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "signed-length": b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
    "negative-length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
    "word-length": b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello",
    "overflowing-length": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
    "gzip-transfer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "no-colon": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nthis is no field\r\n\r\n",
    "blank-before-colon": b"HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
    "no-status": b"HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n",
    "switching": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "folded": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Folded: one\r\n\t two\r\nX-Next: three\r\n\r\nhello",
    "until-close": b"HTTP/1.0 200 OK\r\n\r\nuntil close",
    "long-line": b"HTTP/1.1 200 OK\r\nX-Long: " + b"v" * 300_000 + b"\r\n\r\n",
    "gzip-body": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip",
}


def serve(number, sock, context):
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            sock = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            sock.do_handshake()
    except OSError:
        # A rejected client can read the alert instead of a reset.
        with socket.socket(fileno=sock.detach()) as raw, contextlib.suppress(OSError):
            raw.settimeout(10)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(65536):
                pass
        return
    Connection(number, sock).serve()


def accept(listener, context):
    number = 0
    while True:
        sock, _ = listener.accept()
        number += 1
        threading.Thread(target=serve, args=(number, sock, context), daemon=True).start()


def main():
    context = None
    if sys.argv[1:2] == ["--tls"]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        if sys.argv[4:5] == ["--client-ca"]:
            context.load_verify_locations(sys.argv[5])
            context.verify_mode = ssl.CERT_REQUIRED
        if sys.argv[4:5] == ["--wishes-client-ca"]:
            context.load_verify_locations(sys.argv[5])
            context.verify_mode = ssl.CERT_OPTIONAL
            context.post_handshake_auth = "--later" in sys.argv
        if sys.argv[4:5] == ["--old"]:
            # At most TLS 1.1, which OpenSSL only allows at security level 0.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    threading.Thread(target=accept, args=(listener, context), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()
    os._exit(0)


main()
