#!/usr/bin/env python3
"""Runs a program on a new pseudo-terminal with simulated user input, and reports its output.

  terminal.py '[{"expect": "Password"}, {"type": "secret\\n"}]' PROGRAM ARGUMENT...

The steps are done in order:

  {"expect": TEXT}    waits until the text is on the screen, after the previously expected text
  {"type": TEXT}      types; "\\u0003" is Ctrl-C, "\\u001a" Ctrl-Z, "\\u001c" Ctrl-\\, "\\u0004" the end
  {"signal": NUMBER}  sends a signal to the program
  {"until": STATE}    waits until the terminal's echo is "on" or "off", or the program is "stopped"

Prints one line of JSON: {"status": N, "screen": TEXT, "echo": [ON, ...], "isRestored": ON} where `status` is the negative
number of the signal that ended the program, `echo` whether typing was shown before each `type`, and `isRestored` whether
the terminal's settings are the same at the end as at the beginning. Standard output of the program goes to the file
of --output, if given. Exits with 1 if a step takes longer than 20 seconds; the program is killed.
"""

import argparse
import json
import os
import select
import signal
import sys
import termios
import time

PATIENCE = 20


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, command, output):
        self.master, self.slave = os.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.screen, self.seen, self.status = "", 0, None
        self.process = os.fork()
        if self.process == 0:
            os.close(self.master)
            os.login_tty(os.dup(self.slave))
            if output:
                os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGHUP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.execvp(command[0], command)

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def look(self, seconds):
        """Reads new output on the screen, up to a time limit."""
        if select.select([self.master], [], [], seconds)[0]:
            self.screen += os.read(self.master, 65536).decode("utf-8", "replace")

    def wait(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain for {what}; on the screen: {self.screen!r}")
            self.look(0.01)

    def expect(self, text):
        def is_there():
            place = self.screen.find(text, self.seen)
            if place >= 0:
                self.seen = place + len(text)
            return place >= 0

        self.wait(is_there, repr(text))

    def reap(self, flags=0):
        """Returns whether the program has exited, or optionally stopped."""
        if self.status is not None:
            return True
        process, status = os.waitpid(self.process, os.WNOHANG | flags)
        if process and os.WIFSTOPPED(status):
            return True
        if process:
            self.status = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return process != 0

    def run(self, steps):
        echo = []
        for step in steps:
            if "expect" in step:
                self.expect(step["expect"])
            elif "type" in step:
                echo.append(self.echoes())
                os.write(self.master, step["type"].encode())
            elif "signal" in step:
                os.kill(self.process, step["signal"])
            elif step["until"] == "stopped":
                self.wait(lambda: self.reap(os.WUNTRACED), "its stop")
            else:
                self.wait(lambda: self.echoes() == (step["until"] == "on"), f"echo {step['until']}")
        self.wait(self.reap, "its end")
        while select.select([self.master], [], [], 0)[0]:
            self.look(0)
        restored = termios.tcgetattr(self.slave) == self.before
        return {"status": self.status, "screen": self.screen, "echo": echo, "isRestored": restored}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", metavar="FILE", help="the file for the program's standard output")
    parser.add_argument("steps", help="a JSON list")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    terminal = Terminal(options.command, options.output)
    try:
        print(json.dumps(terminal.run(json.loads(options.steps))))
    except TimeoutError as problem:
        os.kill(terminal.process, signal.SIGKILL)
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
