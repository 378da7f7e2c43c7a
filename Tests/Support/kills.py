#!/usr/bin/env python3
"""Kills one command that writes at chosen events, by KILL, INT, TERM and HUP in turn, with a real docker-registry.

After each kill: no partial file under its final name, a layout that verifies, a config.json that is the old or the new one,
no tag without its content, no secret in the remaining files, nothing temporary after a signal that the program handles; then
the same command succeeds, and removes what the killed one left. The same seed gives the same choice of points.

Prints one line for each kill, then a summary. The first violation ends it with exit status 1; the folder is kept for inspection.
"""

import argparse
import base64
import collections
import random
import signal
import stat
import sys

import soak_bench
from kill_commands import COMMANDS
from kill_points import SIGNALS, Points, WatchedBench
from soak import Images
from soak_bench import Violation, require

# The mark of the tests' secrets, and its base64 at each position in a group of three bytes.
MARKS = [b"hush", *(base64.b64encode(bytes(n) + b"hush")[(n * 8 + 5) // 6 : (n + 4) * 8 // 6] for n in range(3))]


def leftovers(folder):
    """Returns the program's leftover temporary files and folders."""
    return {str(path) for path in folder.rglob("*wasmpack-*")}


def require_no_secret(bench, may_keep):
    """Searches all remaining files for the secrets of this run."""
    for path in bench.folder.rglob("*"):
        if not path.is_file() or path == bench.config or path.suffix == ".wasm" or path.stat().st_size > 1 << 16:
            continue
        content = path.read_bytes()
        if any(mark in content for mark in MARKS):
            mode = stat.S_IMODE(path.stat().st_mode)
            require(may_keep and path.name.startswith(".wasmpack-secret-") and mode == 0o600, "a secret", path, f"{mode:o}")


def require_no_secret_said(run):
    require(not any(mark.decode() in run.said() + run.said(1) for mark in MARKS), "a secret in the output", run.said(1))


def require_status(run, kind, state):
    """A signal ends the program by its number, or comes before it is handled, or after the work is done."""
    allowed = [-kind] if kind == signal.SIGKILL else [-kind, 128 + kind]
    require(run.status in allowed or run.status == 0 and state == "new", f"{kind.name} ends it with {run.status}", run.said(1))


def kill(bench, images, name, options, say):
    source = random.Random(f"{options.seed} {name}")
    command = COMMANDS[name](images)
    points = Points(bench, command, source)
    command.again()
    lying, states = leftovers(bench.folder), collections.Counter()
    require(not lying, "files that a command left which was not killed", *lying)
    for number in range(options.kills):
        kind = SIGNALS[number % len(SIGNALS)]
        run, (event, at) = points.killed(command, number, kind)
        state = command.check(number // 2)
        left = leftovers(bench.folder) - lying
        say(f"{name}: {kind.name} at {event} {at}: exit {run.status}, {state}, {len(left)} temporary files")
        require_status(run, kind, state)
        require_no_secret(bench, may_keep=name == "login")
        require_no_secret_said(run)
        require(run.status < 0 or not left, "temporary files after a signal that is handled", *left)
        command.again()
        lying = leftovers(bench.folder)
        require(not lying or options.keeps, "the next run has not removed what a killed one left", *lying)
        states[state] += 1
    return f"{name}: {options.kills} kills; " + ", ".join(f"{state} {times}" for state, times in sorted(states.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the path to wasmpack")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--kills", type=int, default=10, metavar="N", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--keeps", action="store_true", help="do not demand that the next run removes what a killed one left")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    bench, keep = WatchedBench(options.program), False

    def say(line):
        print(line, flush=True)

    try:
        images = Images(bench, 300_000, options.seed)
        bench.run("push", images.pushed, "large", "--plain-http")
        say(kill(bench, images, options.command, options, say))
        return 0
    except Violation as violation:
        keep = True
        print(f"VIOLATION: {violation}\n  seed {options.seed}; look into {bench.folder}", flush=True)
        return 1
    finally:
        bench.close(keep)


if __name__ == "__main__":
    sys.exit(main())
