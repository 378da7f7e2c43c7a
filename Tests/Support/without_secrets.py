#!/usr/bin/env python3
"""Runs a command, passes on what it says, and fails when a secret of the tests is in it.

What failed is said once more at the end, where it is found among thousands of lines.

Every secret that a test uses has "hush" in it, and every token is a JWT; both are found in base64 too.

Usage: without_secrets.py COMMAND [ARGUMENT …]
"""

import base64
import re
import subprocess
import sys

MARK = b"hush"


def marks():
    """The mark as it is, and what base64 makes of it wherever in a group of three bytes it begins."""
    yield MARK
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + MARK)
        yield encoded[(offset * 8 + 5) // 6 : (offset + len(MARK)) * 8 // 6]


# What Swift Testing says of a test's arguments is what the test put in, not what came out.
INPUT = "◇ Test case passing ".encode()
PROBLEM = "✘".encode()
DETAIL = "↳".encode()
RECORDS = tuple(mark.encode() for mark in "◇✔✘↳")
PATTERN = re.compile(b"|".join(re.escape(mark) for mark in marks()) + rb"|eyJ[\w-]{8,}\.eyJ")


def main(command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    leaks, is_input, problems, is_problem = 0, False, [], False
    for line in process.stdout:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        is_problem = PROBLEM in line[:16] or is_problem and DETAIL in line[:16]
        if is_problem:
            problems.append(line)
        # The arguments may have several lines; the next record, or the end of this one, is no input any more.
        if line.startswith(RECORDS):
            is_input = line.startswith(INPUT)
        leaks += not is_input and bool(PATTERN.search(line))
        is_input = is_input and not line.endswith(b" started.\n")
    status = process.wait()
    if status and problems:
        sys.stdout.buffer.write(b"\nwhat failed:\n" + b"".join(problems))
        sys.stdout.buffer.flush()
    if leaks:
        print(f"{leaks} lines above hold a secret of the tests", file=sys.stderr)
    return status or bool(leaks)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
