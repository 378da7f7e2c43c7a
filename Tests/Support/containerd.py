#!/usr/bin/env python3
"""containerd in a temporary folder, without CRI, for `ctr -a SOCKET`; needs root.

Prints {"socket": PATH} on stdout when ready, or {"error": TEXT}; ends, and removes the folder, when stdin closes or on
SIGTERM.
"""

import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import loopback

PATIENCE = 60


def is_ready(path):
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wasmpack-containerd-"))
    done = threading.Event()
    loopback.end_with_stdin(done)
    config = folder / "config.toml"
    config.write_text(
        "version = 2\n"
        f'root = "{folder}/root"\nstate = "{folder}/state"\n'
        'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
        f'[grpc]\naddress = "{folder}/socket"\n[ttrpc]\naddress = "{folder}/ttrpc"\n'
    )
    log = (folder / "log").open("wb")
    server = subprocess.Popen(["containerd", "-c", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        end = time.monotonic() + PATIENCE
        while not is_ready(folder / "socket"):
            if server.poll() is not None or time.monotonic() > end or done.is_set():
                text = (folder / "log").read_text(errors="replace").strip().splitlines()
                print(json.dumps({"error": text[-1] if text else "containerd does not start"}), flush=True)
                return
            time.sleep(0.05)
        print(json.dumps({"socket": f"{folder}/socket"}), flush=True)
        done.wait()
    finally:
        server.terminate()
        server.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
