#!/usr/bin/env python3
"""Runs `swift test` with short output: each failing test immediately, then the slowest tests, skipped tests and a summary.

All output of the tests goes into a log, whose name is printed after a failure. The run also fails if a
secret of the tests is in that log: every secret that a test uses has "hush" in it, and every token is a JWT; both are found
in base64 too.

Usage: run_tests.py LOG COMMAND [ARGUMENT …]     (the command is `swift test …`, or the built test bundle)
"""

import base64
import collections
import json
import os
import pathlib
import re
import subprocess
import sys

SLOWEST = 10
LONGEST_LINE = 1000
"""Characters of one line that are printed; the log has all of them."""
MOST_LINES = 60
"""Lines of one issue that are printed."""
LONG = "make test-all"
"""Marks the reason of a test that is skipped because it is long (Tests/TestSupport/Long.swift)."""

# Swift Testing's symbols, and its lines about a test's arguments, which are input and not output.
MARKS = tuple(mark.encode() for mark in "◇✔✘↳➜±⚠")
INPUT = "◇ Test case passing ".encode()
PROBLEM = "✘ Test ".encode()
DETAILS = tuple(mark.encode() for mark in "↳±")
SKIPPED = b"skipped: "
"""Begins the line of a test that finds out on its way that it cannot go on here."""
TIMED = "◷ ".encode()
"""Begins the line with a test's duration (Tests/TestSupport/Timed.swift)."""
NO_PROBLEM = re.compile(rb" Test run with |recorded a known issue|passed after .* with \d+ known issues?\.")


def marks(mark=b"hush"):
    """Returns the mark, and its base64 encodings at each of the three offsets."""
    yield mark
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + mark)
        yield encoded[(offset * 8 + 5) // 6 : (offset + len(mark)) * 8 // 6]


HERE_IS_PYTHON = pathlib.Path(sys.executable).resolve().parent
SECRET = re.compile(b"|".join(re.escape(mark) for mark in marks()) + rb"|eyJ[\w-]{8,}\.eyJ")


class Secrets:
    """Finds lines that contain a secret, and ignores the tests' input."""

    def __init__(self):
        self.is_input, self.number, self.found = False, 0, []

    def search(self, line):
        self.number += 1
        # The arguments may have several lines; they end with the next record, or the end of this one.
        if line.startswith(MARKS):
            self.is_input = line.startswith(INPUT)
        if not self.is_input and SECRET.search(line):
            self.found.append(self.number)
        self.is_input = self.is_input and not line.endswith(b" started.\n")


class Problems:
    """Prints only the lines of failing tests, each issue with its details."""

    def __init__(self):
        self.is_inside, self.lines, self.count = False, 0, 0

    def show(self, line):
        if line.startswith(PROBLEM):
            self.is_inside, self.lines = not NO_PROBLEM.search(line), 0
            self.count += self.is_inside
        elif line.startswith(MARKS) and not line.startswith(DETAILS):
            self.is_inside = False
        self.lines += 1
        if self.is_inside and self.lines <= MOST_LINES:
            say(line.decode("utf-8", "replace").rstrip("\n"))
        elif self.is_inside and self.lines == MOST_LINES + 1:
            say("  …")


def say(line):
    left = len(line) - LONGEST_LINE
    print(line if left <= 0 else f"{line[:LONGEST_LINE]}… ({left} more characters)", flush=True)


class Events:
    """The skipped tests with their reasons, and the unfinished tests, from Swift Testing's stream of events."""

    def __init__(self, path):
        self.names, self.open, self.skipped = {}, collections.Counter(), collections.defaultdict(list)
        with open(path, encoding="utf-8") as stream:
            for line in stream:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue  # the last one of a process that was killed
                getattr(self, "on_" + record["kind"], lambda _: None)(record["payload"])

    def on_test(self, test):
        if test["kind"] == "function":
            suite = test["id"].partition("/")[0]
            self.names[test["id"]] = f"{suite}: {test.get('displayName') or test['name'].strip('`()')}"

    def on_event(self, event):
        test, kind = event.get("testID"), event["kind"]
        if test not in self.names:
            return
        if kind in ("testStarted", "testEnded"):
            self.open[test] += 1 if kind == "testStarted" else -1
        elif kind == "testSkipped":
            text = " ".join(message["text"] for message in event["messages"])
            self.skipped[text.partition("skipped: ")[2].strip('"') or "no reason"].append(self.names[test])

    def unfinished(self):
        return [self.names[test] for test, count in self.open.items() if count > 0]


class Times:
    """The duration of each test, from `.timed`: Swift Testing's times include the wait before a test starts."""

    def __init__(self):
        self.seconds = collections.Counter()

    def take(self, line):
        """Returns whether the line reports a duration."""
        if not line.startswith(TIMED):
            return False
        _, seconds, name = line.decode("utf-8", "replace").rstrip("\n").split(" ", 2)
        self.seconds[name] += float(seconds)
        return True


def summary(events, times):
    """Prints the slowest tests, with their cases added up, and the skipped ones by reason."""
    print(f"the slowest {SLOWEST} tests, in seconds:")
    for name, seconds in times.seconds.most_common(SLOWEST):
        say(f"{seconds:8.1f}  {name}")
    for reason, names in sorted(events.skipped.items()):
        if LONG in reason:
            say(f"left for `{LONG}`: {len(names)} long tests")
        else:
            say(f"skipped, {reason}: {len(names)} tests")
            for name in names[:5]:
                say(f"          {name}")
            if len(names) > 5:
                say(f"          … and {len(names) - 5} more")


def run(log_path, command):
    """Returns the exit status; prints further problems, the summary, and the log's path if it helps."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    events_path = log_path.with_suffix(".json")
    events_path.write_bytes(b"")
    secrets, problems, times = Secrets(), Problems(), Times()
    last, tail, skips = None, collections.deque(maxlen=30), []
    with subprocess.Popen(
        [*command, "--event-stream-output-path", str(events_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # Where `python3` is a script that looks for Python, hundreds of starts cost minutes.
        env=os.environ | {"NO_COLOR": "1", "PATH": f"{HERE_IS_PYTHON}:{os.environ['PATH']}"},
    ) as process, open(log_path, "wb") as log:
        for line in process.stdout:
            log.write(line)
            secrets.search(line)
            if times.take(line):
                continue
            problems.show(line)
            tail.append(line)
            if line.startswith(SKIPPED):
                skips.append(line.decode("utf-8", "replace").strip())
            if b" Test run with " in line:
                last = line.decode("utf-8", "replace").strip()
    status = process.returncode
    events = Events(events_path)
    if status and (not problems.count or not last):
        print(f"exit status {status}; the last lines:")
        for line in tail:
            say("  " + line.decode("utf-8", "replace").rstrip("\n"))
    for name in events.unfinished()[:50]:
        say(f"did not end: {name}")
    if secrets.found:
        numbers = ", ".join(map(str, secrets.found[:10]))
        print(f"{len(secrets.found)} lines hold a secret of the tests, in {log_path} at {numbers}")
    if not status:
        summary(events, times)
        for line in sorted(set(skips)):
            say(line)
    if status or secrets.found:
        print(f"everything that was said: {log_path}")
    # Other programs read the result here.
    print(last or "no tests were run", flush=True)
    return status or int(bool(secrets.found)) or int(last is None)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(run(pathlib.Path(sys.argv[1]), sys.argv[2:]))
