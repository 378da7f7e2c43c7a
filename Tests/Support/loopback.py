"""The shared code of the test servers in this folder: a threaded HTTP/1.1 server on loopback, with or without TLS.

A server here is started by a test or a script, prints one JSON line with its port on stdout when it is ready, and ends
when its stdin closes or on SIGTERM: servers end with their caller, and no port is ever guessed.
"""

import argparse
import base64
import hashlib
import http.server
import itertools
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time

PIECE = 64 * 1024


class Abort(Exception):
    """Closes the connection immediately: the peer gets only what was already sent."""


class Server(http.server.ThreadingHTTPServer):
    """Accepts on loopback; every connection has its own thread and number, the TLS handshake happens in the thread."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, handler, port, certificate=None, key=None, client_ca=None, address="127.0.0.1"):
        super().__init__((address, port), handler)
        self.connections = itertools.count(1)
        self.accepted = 0
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate, key)
        if client_ca:
            self.tls.load_verify_locations(client_ca)
            self.tls.verify_mode = ssl.CERT_REQUIRED

    @property
    def scheme(self):
        return "https" if self.tls else "http"

    def verify_request(self, request, client_address):
        self.accepted += 1  # including connections without a request
        return True

    def finish_request(self, request, client_address):
        try:
            if self.tls:
                request.settimeout(10)  # for the handshake
                try:
                    request = self.tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
                    request.do_handshake()
                except ssl.SSLError:
                    farewell(request)
                    raise
                request.settimeout(None)
            handler = self.RequestHandlerClass(request, client_address, self)
            if self.tls and not handler.aborted:
                request.settimeout(1)
                request.unwrap()  # close_notify: without it the peer must take the end for a cut
        except (OSError, ValueError):
            pass  # the peer went away, refused our certificate, or does not say goodbye
        finally:
            request.close()

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (OSError, ValueError)):
            super().handle_error(request, client_address)


def farewell(connection):
    """Closes a connection after a failed handshake so that the peer can read the alert instead of a reset."""
    raw = socket.socket(fileno=connection.detach())
    with raw:
        raw.settimeout(10)
        raw.shutdown(socket.SHUT_WR)
        while raw.recv(PIECE):
            pass


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection. A subclass has `answer()`, called for each request, whatever its method."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.connection_id = next(self.server.connections)
        self.aborted = False

    def handle(self):
        try:
            super().handle()
        except Abort:
            self.aborted = True
        except (ConnectionError, ssl.SSLError, TimeoutError):
            self.aborted = True

    def handle_expect_100(self):
        return True  # said by `pieces`, when the body is really wanted

    def dispatch(self):
        self.body_length = 0
        self.body_hash = hashlib.sha256()
        self.body_is_read = False
        self.answer()
        if not self.body_is_read and self.has_body():
            self.close_connection = True
            self.linger()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = dispatch

    def has_body(self):
        chunked = self.headers.get("Transfer-Encoding", "").lower() == "chunked"
        return chunked or int(self.headers.get("Content-Length") or 0) > 0

    def linger(self):
        """Gives the peer half a second to read the response to an unread body; closing immediately would reset the connection."""
        try:
            self.wfile.flush()
            if not self.server.tls:
                self.connection.shutdown(socket.SHUT_WR)
            time.sleep(0.5)
        except OSError:
            pass

    def pieces(self):
        """Yields the request's body, with Content-Length or chunked, as it arrives."""
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline(1024).split(b";")[0], 16):
                yield from self.exactly(size)
                self.rfile.readline(1024)
            while self.rfile.readline(1024).strip():
                pass  # trailers
        else:
            yield from self.exactly(int(self.headers.get("Content-Length") or 0))
        self.body_is_read = True

    def exactly(self, size):
        while size:
            piece = self.rfile.read(min(size, PIECE))
            if not piece:
                raise Abort
            size -= len(piece)
            self.body_length += len(piece)
            self.body_hash.update(piece)
            yield piece

    def body_digest(self):
        return "sha256:" + self.body_hash.hexdigest()

    def send(self, status, headers=(), body=b""):
        """Sends a complete response in one write; HEAD gets the same headers and no body."""
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if self.command == "HEAD":
            body = b""
        self._headers_buffer.append(b"\r\n" + body)
        self.flush_headers()

    def send_json(self, status, value, headers=()):
        self.send(status, [("Content-Type", "application/json"), *headers], json.dumps(value).encode() + b"\n")

    def log_message(self, format, *arguments):
        pass


def basic_credentials(header):
    """Returns (user, password) of an `Authorization: Basic` value, or None."""
    scheme, _, value = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (user, password) if colon else None


def fingerprint(secret):
    """Returns the form of a secret in a record: enough to compare two secrets, but not to read them."""
    return "sha256:" + hashlib.sha256(secret.encode()).hexdigest()


def parser(documentation):
    """Returns an argument parser with the options that all servers share."""
    result = argparse.ArgumentParser(
        description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument("--port", type=int, default=0, help="0 (default) takes a free one")
    result.add_argument("--address", default="127.0.0.1", help="where to listen; default: %(default)s")
    result.add_argument("--cert", metavar="FILE", help="serve TLS with this certificate (PEM)")
    result.add_argument("--key", metavar="FILE", help="and its private key (PEM)")
    result.add_argument("--client-ca", metavar="FILE", help="accept only clients with a certificate by this authority (PEM)")
    return result


def end_with_stdin(done):
    """Sets an event when stdin closes or a termination signal arrives."""
    # The caller may have blocked signals, and our children would inherit the mask.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    signal.signal(signal.SIGINT, lambda *_: done.set())

    def until_stdin_closes():
        while os.read(0, 1024):  # not sys.stdin: a thread inside it at exit would be fatal
            pass
        done.set()

    threading.Thread(target=until_stdin_closes, daemon=True).start()


def run(server, **others):
    """Prints the ports and serves until stdin closes or SIGTERM arrives; also runs the other servers, each under its name."""
    done = threading.Event()
    end_with_stdin(done)
    ports = {}
    for name, one in {"port": server, **others}.items():
        threading.Thread(target=one.serve_forever, daemon=True).start()
        ports[name] = one.server_address[1]
    print(json.dumps(ports), flush=True)
    done.wait()  # every thread is a daemon: returning ends them
