#!/usr/bin/env python3
"""Runs a program on a pseudo-terminal, follows what a person sees, and reports the screens.

  screen.py [--columns N] [--rows N] [--stdout FILE] [--stderr FILE] [--wait URL] STEPS PROGRAM ARGUMENT...

STEPS is a JSON list, done in order:

  {"expect": REGEX}     waits until a line of the screen matches
  {"snapshot": NAME}    keeps the screen under a name
  {"resize": COLUMNS}   changes the width of the window; the program gets SIGWINCH
  {"control": [METHOD, PATH, BODY]}  sends a request to the port of --control
  {"close": true}       closes the pipe that `--stdout '|'` gives the program, as `| head` does
  {"hangup": true}      closes the terminal: the program gets SIGHUP, and its output fails
  {"signal": NUMBER}    sends a signal to the program

The bytes go through a terminal emulator (pyte). Prints one line of JSON: {"status": N, "snapshots": {NAME: SCREEN, ...},
"colors": [[ROW, FIRST, LAST, COLOR], ...], "bytes": TEXT, "widest": N}: `status` is the exit status or the negative number of a signal, a SCREEN is the text of the
lines without spaces at their ends, with the last one under "end", `bytes` everything that was written, and `widest` the most
columns that a drawn line of progress had beyond the window (0 or less: it fits).
Exits with 1 if a step takes longer than 60 seconds; the program is killed.
"""

import argparse
import fcntl
import json
import os
import re
import select
import signal
import struct
import sys
import termios
import time
import urllib.request

import pyte

PATIENCE = 60
# The emulator does not know dim text, so that becomes gray.
pyte.graphics.FG_ANSI[2] = pyte.graphics.FG_AIXTERM[90]


class Window:
    """A program in a window of a terminal."""

    def __init__(self, command, columns, rows, files):
        self.master, slave = os.openpty()
        self.columns, self.rows, self.allowed = columns, rows, columns
        self.set_size()
        # Tall, so that nothing scrolls away.
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.bytes, self.unmeasured, self.status, self.snapshots, self.widest = b"", b"", None, {}, -1000
        self.is_open = True
        self.reader, writer = os.pipe() if files[1] == "|" else (None, None)
        self.process = os.fork()
        if self.process == 0:
            os.close(self.master)
            os.login_tty(slave)
            for number, path in files.items():
                if path == "|":
                    os.dup2(writer, number)
                    os.close(self.reader)
                elif path:
                    os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGHUP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.execvp(command[0], command)
        os.close(slave)
        if writer:
            os.close(writer)

    def set_size(self):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def resize(self, columns):
        self.look(0)
        # A line that was drawn before the program saw the new size may still be as wide as the old one.
        self.allowed = max(self.columns, columns)
        self.columns = columns
        self.screen.resize(columns=columns)
        self.set_size()

    def look(self, seconds):
        """Reads new output, up to a time limit; returns whether there was some."""
        if not self.is_open or not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            piece = os.read(self.master, 65536)
        except OSError:  # EIO: the program has ended
            piece = b""
        if not piece:
            self.is_open = False
            return False
        self.bytes += piece
        self.unmeasured += piece
        end = self.unmeasured.rfind(b"\r") + 1
        measured, self.unmeasured = self.unmeasured[:end], self.unmeasured[end:]
        for drawn in re.findall(rb"\x1b\[\?7l([^\r\n]*)\r", measured):
            text = re.sub(rb"\x1b\[[0-9;]*m", b"", drawn).decode("utf-8", "replace")
            if len(text) < self.columns:
                self.allowed = self.columns
            self.widest = max(self.widest, len(text) - self.allowed)
        self.stream.feed(piece)
        return True

    def lines(self):
        """Returns the rows as pairs of text and colored runs.

        Blobs are transferred in parallel, so that their lines come in any order: the layer comes first here. Notes that a
        slow machine waits are left out.
        """
        blocks = []
        for row, text in enumerate(self.screen.display):
            # The rest of a full row belongs to it, and never begins with a label.
            is_full = row > 0 and len(self.screen.display[row - 1].rstrip()) == self.screen.columns
            if not blocks or re.match(r"  \w", text) or not is_full and re.match(r"\w", text) or not text.strip():
                blocks.append([])
            blocks[-1].append((text.rstrip(), self.runs(row)))
        blocks = [block for block in blocks if not block[0][0].startswith("  note     waiting ")]
        position = 1
        while position < len(blocks):
            if [block[0][0][:8].rstrip() for block in blocks[position - 1 : position + 1]] == ["  config", "  layer"]:
                blocks[position - 1 : position + 1] = [blocks[position], blocks[position - 1]]
                position = max(position - 1, 1)
            else:
                position += 1
        return [line for block in blocks for line in block]

    def runs(self, row):
        """Returns the colored runs of a row: first and last column, color."""
        runs = []
        for column in range(self.screen.columns):
            color = self.screen.buffer[row][column].fg
            if color == "default":
                continue
            if runs and runs[-1][1] == column - 1 and runs[-1][2] == color:
                runs[-1][1] = column
            else:
                runs.append([column, column, color])
        return runs

    def colors(self):
        return [[row, *run] for row, (_, runs) in enumerate(self.lines()) for run in runs]

    def text(self):
        return "\n".join(text for text, _ in self.lines()).rstrip() + "\n"

    def wait(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain for {what}; the screen:\n{self.text()}")
            self.look(0.02)

    def has_ended(self):
        if self.status is None:
            process, status = os.waitpid(self.process, os.WNOHANG)
            if process:
                self.status = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return self.status is not None

    def run(self, steps, control):
        for step in steps:
            if "expect" in step:
                pattern = re.compile(step["expect"], re.M)
                self.wait(lambda: pattern.search(self.text()) or self.has_ended(), repr(step["expect"]))
                if not pattern.search(self.text()):
                    while self.look(0):
                        pass
                if not pattern.search(self.text()):
                    raise TimeoutError(f"{step['expect']!r} never came; the screen:\n{self.text()}")
            elif "snapshot" in step:
                self.snapshots[step["snapshot"]] = self.text()
            elif "resize" in step:
                self.resize(step["resize"])
            elif "control" in step:
                method, path, body = step["control"]
                request = urllib.request.Request(control + path, data=body.encode() or None, method=method)
                urllib.request.urlopen(request, timeout=PATIENCE).read()
            elif "close" in step:
                os.close(self.reader)
            elif "hangup" in step:
                os.close(self.master)
                self.is_open = False
            elif "signal" in step:
                os.kill(self.process, step["signal"])
        self.wait(self.has_ended, "its end")
        while self.look(0):
            pass
        self.snapshots["end"] = self.text()
        return {
            "status": self.status,
            "snapshots": self.snapshots,
            "bytes": self.bytes.decode("utf-8", "replace"),
            "colors": self.colors(),
            "widest": self.widest,
        }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--columns", type=int, default=80)
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--stdout", metavar="FILE", help="the file for the program's standard output, or | for a pipe")
    parser.add_argument("--stderr", metavar="FILE", help="the file for its standard error")
    parser.add_argument("--control", metavar="URL", help="the scripted registry's control port")
    parser.add_argument("steps", help="a JSON list")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    files = {1: options.stdout, 2: options.stderr}
    window = Window(options.command, options.columns, options.rows, files)
    try:
        print(json.dumps(window.run(json.loads(options.steps), options.control)))
    except TimeoutError as problem:
        if window.status is None:
            os.kill(window.process, signal.SIGKILL)
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
