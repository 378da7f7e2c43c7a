#!/usr/bin/env python3
"""A proxy on loopback: CONNECT tunnels, whole URLs for plain HTTP, and SOCKS 5, on one port.

It connects every host to 127.0.0.1, with the requested port or the one of --to. With --user it accepts only clients
with that name and password (Basic; SOCKS 5's method 2). Each request is a line of JSON in the file of --log: its kind, the
target, the names of its header fields, and whether it was accepted. Prints {"port": N} when ready; ends when stdin closes.
"""

import argparse
import json
import os
import select
import socket
import sys
import threading

import loopback


class Proxy:
    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()

    def record(self, kind, target, fields, let_in):
        if self.options.log:
            line = {"kind": kind, "target": target, "fields": fields, "let_in": let_in}
            with self.lock, open(self.options.log, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def serve(self, client):
        try:
            first = client.recv(1, socket.MSG_PEEK)
            if first == b"\x05":
                self.socks(client)
            elif first:
                self.http(client)
        except (OSError, ValueError, IndexError):
            pass
        finally:
            client.close()

    def http(self, client):
        reader = client.makefile("rb", buffering=0)  # what follows the head is for the server
        head = [reader.readline().decode("latin-1").rstrip()]
        while (line := reader.readline().decode("latin-1").rstrip()) != "":
            head.append(line)
        method, target, _ = head[0].split(" ", 2)
        fields = [line.split(":", 1) for line in head[1:]]
        sent = next((value for name, value in fields if name.lower() == "proxy-authorization"), None)
        let_in = not self.options.user or loopback.basic_credentials((sent or "").strip()) == tuple(
            self.options.user.split(":", 1)
        )
        self.record(method, target, [name for name, _ in fields], let_in)
        if not let_in:
            answer = "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0\r\n\r\n"
            client.sendall(answer.encode())
            return
        if self.options.status:
            client.sendall(f"HTTP/1.1 {self.options.status} No\r\nContent-Length: 0\r\n\r\n".encode())
            return
        place = target if method == "CONNECT" else target.split("/")[2]
        server = self.dial(place.rpartition(":")[2] if ":" in place else "80")
        if method == "CONNECT":
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            kept = [f"{name}:{value}" for name, value in fields if not name.lower().startswith("proxy-")]
            path = "/" + target.split("/", 3)[3]
            server.sendall("\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""]).encode())
        self.join(client, server)

    def socks(self, client):
        wanted = 2 if self.options.user else 0
        methods = client.recv(2)[1]
        if wanted not in client.recv(methods):
            self.record("SOCKS5", "", [], False)
            client.sendall(b"\x05\xff")
            return
        client.sendall(bytes([5, wanted]))
        if wanted:
            name = client.recv(client.recv(2)[1])
            password = client.recv(client.recv(1)[0])
            let_in = b":".join([name, password]) == self.options.user.encode()
            client.sendall(bytes([1, 0 if let_in else 1]))
            if not let_in:
                self.record("SOCKS5", "", [], False)
                return
        kind = client.recv(4)[3]
        if kind == 3:
            host = client.recv(client.recv(1)[0]).decode()
        else:
            host = socket.inet_ntop(*((socket.AF_INET, client.recv(4)) if kind == 1 else (socket.AF_INET6, client.recv(16))))
        port = int.from_bytes(client.recv(2), "big")
        self.record("SOCKS5", f"{host}:{port}", [], True)
        server = self.dial(str(port))
        client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        self.join(client, server)

    def dial(self, port):
        return socket.create_connection(("127.0.0.1", self.options.to or int(port)))

    @staticmethod
    def join(one, other):
        with other:
            while True:
                for ready in select.select([one, other], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    (other if ready is one else one).sendall(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--user", metavar="NAME:PASSWORD", help="the accepted user")
    parser.add_argument("--to", type=int, metavar="PORT", help="the port for all connections")
    parser.add_argument("--status", type=int, help="what it answers instead of doing what it is asked")
    parser.add_argument("--log", metavar="FILE", help="a line of JSON for each request")
    proxy = Proxy(parser.parse_args())
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept():
        while True:
            threading.Thread(target=proxy.serve, args=(listener.accept()[0],), daemon=True).start()

    done = threading.Event()
    loopback.end_with_stdin(done)
    threading.Thread(target=accept, daemon=True).start()
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    done.wait()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
