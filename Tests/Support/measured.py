#!/usr/bin/env python3
"""Runs a program, and writes what it needed: {"peak": bytes of memory, "seconds": of processor time} as JSON into a file.

The peak is that of the program alone (wait4): a large parent process would count as its own until exec. Ends like the program.

usage: measured.py FILE PROGRAM [ARGUMENT …]
"""

import json
import os
import pathlib
import signal
import sys


def main():
    program = os.fork()
    if program == 0:
        os.execv(sys.argv[2], sys.argv[2:])
    _, status, usage = os.wait4(program, 0)
    scale = 1 if sys.platform == "darwin" else 1024
    report = {"peak": usage.ru_maxrss * scale, "seconds": usage.ru_utime + usage.ru_stime}
    pathlib.Path(sys.argv[1]).write_text(json.dumps(report))
    if os.WIFSIGNALED(status):
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    return os.WEXITSTATUS(status)


if __name__ == "__main__":
    sys.exit(main())
