#!/usr/bin/env python3
"""Prints a session of `wasmpack run --watch` with a real Envoy, for docs/reference/run.md.

A build that answers with another text, one that is cut off, and the first one again are copied over plugin.wasm. After
each, a request is sent.
"""
import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading


class Session:
    """A running `wasmpack run --watch`, whose lines are printed as they come."""

    def __init__(self, program, envoy, folder):
        self.lines = []
        self.changed = threading.Condition()
        # Both streams in one pipe, as on a terminal.
        self.process = subprocess.Popen(
            [program, "run", "plugin.wasm", "--watch", f"--envoy={envoy}"],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()

    def wait_for(self, pattern):
        """Waits for a line, and prints the lines up to it."""
        def found():
            return next((n for n, line in enumerate(self.lines) if re.search(pattern, line)), None)

        with self.changed:
            if not self.changed.wait_for(lambda: found() is not None, timeout=60):
                sys.exit(f"no line with {pattern!r} after: {''.join(self.lines)}")
            end = found() + 1
            shown, self.lines = self.lines[:end], self.lines[end:]
        sys.stdout.write("".join(shown))
        return shown[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the built wasmpack")
    parser.add_argument("envoy", help="the Envoy")
    parser.add_argument("module", help="the reference plugin")
    parser.add_argument("folder", help="an empty folder to work in")
    options = parser.parse_args()
    folder = pathlib.Path(options.folder)
    first = pathlib.Path(options.module).read_bytes()
    second = first.replace(b"Forbidden by ASM", b"Forbidden by new")
    (folder / "plugin.wasm").write_bytes(first)

    print("$ wasmpack run plugin.wasm --watch", flush=True)
    session = Session(options.program, options.envoy, folder)
    url = session.wait_for(r"^http://").strip()

    def request():
        print(f"# in another terminal: curl {url}")
        answer = subprocess.run(["curl", "-s", url], capture_output=True, text=True, check=True).stdout
        session.wait_for("only true can passthrough")
        print(f"# curl prints: {answer}")

    def install(what, content, line):
        print(f"# {what}")
        new = folder / "new.wasm"
        new.write_bytes(content)
        os.replace(new, folder / "plugin.wasm")
        session.wait_for(line)

    request()
    install("the compiler writes a new build", second, "  live ")
    request()
    install("the compiler is interrupted", first[:500], "still serves")
    request()
    install("the compiler writes a complete build", first, "  live ")
    session.process.send_signal(signal.SIGTERM)
    session.process.wait(timeout=60)


if __name__ == "__main__":
    main()
