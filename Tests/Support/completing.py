#!/usr/bin/env python3
"""Completes a command line in a real shell, and prints the words that the shell then has.

  completing.py bash|bash-completion|zsh|fish SCRIPT TEXT

Starts the shell on a new pseudo-terminal, loads SCRIPT, types TEXT and a Tab, and has the shell print the words of the
line, one per line. `bash-completion` is bash with Debian's package of that name. Exits with 1 after 20 seconds.
"""

import os
import select
import signal
import sys
import time

PATIENCE = 20
DEBIAN = "/usr/share/bash-completion/bash_completion"
SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "bash-completion": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "--private", "-i"],
}


class Shell:
    """A shell on a pseudo-terminal."""

    def __init__(self, command):
        self.process, self.master = os.forkpty()
        if self.process == 0:
            for number in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            os.environ.update(TERM="dumb", PS1="", COLUMNS="400", HISTFILE="")
            os.execvp(command[0], command)
        self.screen = ""

    def type(self, text):
        os.write(self.master, text.encode())

    def wait(self, text):
        """Waits until a text is on the screen after what was waited for before; returns what was there before it."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.screen:
            if time.monotonic() > deadline:
                sys.exit(f"no {text!r} in {self.screen!r}")
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.screen += os.read(self.master, 65536).decode("utf-8", "replace")
                except OSError:
                    sys.exit(f"the shell ended: {self.screen!r}")
        before, self.screen = self.screen.split(text, 1)
        return before


def main():
    name, script, text = sys.argv[1:]
    shell = Shell(SHELLS[name])
    lines = []
    if name == "bash-completion":
        lines.append(f". {DEBIAN}")
    if name == "zsh":
        # Without its "do you want to see all possibilities".
        lines.append("autoload -Uz compinit; compinit -u -D; LISTMAX=0; unsetopt zle_bracketed_paste 2>/dev/null")
    elif name != "fish":
        lines.append("bind 'set enable-bracketed-paste off'; bind 'set bell-style none'")
    lines += [f". {script}", "printf '%s%s\\n' rea dy"]
    shell.type("\n".join(lines) + "\n")
    shell.wait("ready\r\n")
    # The mark is typed after the completion, so that it is handled after it; then the whole line becomes arguments.
    shell.type(text + "\t")
    shell.type("\x01" + "printf '<%s>\\n' begin '' " + "\x05" + " e'n'd\n")
    shell.wait("<begin>\r\n<>\r\n")
    words = shell.wait("<end>\r\n")
    print("\n".join(line[1:-1] for line in words.split("\r\n") if line.startswith("<")))
    shell.type("exit\n")
    os.close(shell.master)
    os.waitpid(shell.process, 0)


main()
