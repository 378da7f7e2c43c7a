#!/usr/bin/env python3
"""A relay on loopback that cuts connections in the middle: an unreliable network between a client and a real server.

It passes all bytes both ways (also TLS), and counts those of one direction over all connections. Where the count
reaches one of its points, both ends of that connection are closed, by FIN or by RST; after the last point everything passes.
The points are given (--at), or random below a total (--cuts and --total): a transfer of at least that size meets all of them.

Prints {"port": N} when ready; each cut is a line of JSON in the file of --log. Ends when stdin closes or on SIGTERM.
"""

import argparse
import json
import random
import socket
import struct
import sys
import threading

import loopback


def points(count, total, seed):
    """Returns `count` points below a total, in order; the same for the same seed."""
    return sorted(random.Random(seed).sample(range(1, total), count))


class Relay:
    """Listens on a free port and forwards everything to another port of this machine."""

    def __init__(self, to, direction="up", at=(), seed=1, log=None):
        self.to, self.direction, self.log = to, direction, log
        self.points, self.random = sorted(at), random.Random(seed)
        self.passed, self.cuts, self.connections = 0, [], 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def cut_from_here(self, at):
        """Sets new points, counted from now; keeps the record of earlier cuts."""
        with self.lock:
            self.points = sorted(self.passed + point for point in at)

    def close(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
        except OSError:
            pass
        self.listener.close()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.to), 10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self.connections += 1
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, target, direction in ((client, server, "up"), (server, client, "down")):
                threading.Thread(target=self.pump, args=(source, target, direction), daemon=True).start()

    def pump(self, source, target, direction):
        """Forwards one direction of one connection, until its end or a cut."""
        try:
            while data := source.recv(loopback.PIECE):
                counts = self.direction in (direction, "both")
                allowed, how = self.count(len(data), direction) if counts else (len(data), None)
                target.sendall(data[:allowed])
                if how:
                    self.end(source, target, how)
                    return
            target.shutdown(socket.SHUT_WR)
        except OSError:
            self.end(source, target, "fin")

    def count(self, size, direction):
        """Returns how much of a piece may pass, and how the connection is cut after it, if it is."""
        with self.lock:
            if not self.points or self.passed + size < self.points[0]:
                self.passed += size
                return size, None
            allowed = max(self.points.pop(0) - self.passed, 0)
            self.passed += allowed
            how = self.random.choice(["fin", "reset"])
            self.cuts.append({"at": self.passed, "direction": direction, "how": how})
            if self.log:
                with open(self.log, "a", encoding="utf-8") as file:
                    file.write(json.dumps(self.cuts[-1]) + "\n")
            return allowed, how

    @staticmethod
    def end(one, other, how):
        for connection in (one, other):
            try:
                if how == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # Wakes the other direction, which keeps the connection open while it waits.
                connection.shutdown(socket.SHUT_RD if how == "reset" else socket.SHUT_RDWR)
            except OSError:
                pass
        for connection in (one, other):
            connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=int, required=True, metavar="PORT", help="the port to which everything is forwarded")
    parser.add_argument("--direction", choices=["up", "down", "both"], default="up", help="default: %(default)s")
    parser.add_argument("--at", type=int, action="append", default=[], metavar="BYTES", help="a point, repeatable")
    parser.add_argument("--cuts", type=int, default=0, metavar="N", help="number of random points")
    parser.add_argument("--total", type=int, default=1 << 20, metavar="BYTES", help="below this; default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="of what is random; default: %(default)s")
    parser.add_argument("--log", metavar="FILE", help="a line of JSON for each cut")
    options = parser.parse_args()
    at = options.at + points(options.cuts, options.total, options.seed)
    relay = Relay(options.to, options.direction, at, options.seed, options.log)
    done = threading.Event()
    loopback.end_with_stdin(done)
    print(json.dumps({"port": relay.port}), flush=True)
    done.wait()  # every thread is a daemon: returning ends them


if __name__ == "__main__":
    sys.exit(main())
