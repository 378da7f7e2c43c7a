#!/usr/bin/env python3
"""A server on 127.0.0.1 that sends nothing: it only accepts each connection.

  --full       does not accept connections either (Linux drops connection requests when the queue is full)
  --log FILE   a file that appears on the first connection, or with --full on the first attempt

Prints {"port": N} on stdout when ready; ends when stdin closes.
"""

import argparse
import json
import pathlib
import socket
import sys
import threading
import time

SYN_SENT = "02"


def wait_for_attempt(port):
    """Returns when a local process is about to connect to the port (see proc_net_tcp in the kernel's documentation)."""
    while True:
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[2].endswith(f":{port:04X}") and fields[3] == SYN_SENT:
                return
        time.sleep(0.01)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--log", type=pathlib.Path)
    options = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", 0), backlog=0 if options.full else 16)
    port = listener.getsockname()[1]
    kept = [socket.create_connection(("127.0.0.1", port))] if options.full else []

    def serve():
        if options.full:
            wait_for_attempt(port)
            options.log.touch()
        while not options.full:
            kept.append(listener.accept()[0])
            if options.log:
                options.log.touch()

    threading.Thread(target=serve, daemon=True).start()
    print(json.dumps({"port": port}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
