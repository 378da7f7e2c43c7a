"""The points at which commands are killed: events, not times.

A point is a byte (the signal is sent when the N-th byte of all connections reaches the relay before the registry) or a call
(the signal is sent when a thread of the program enters its N-th call of one kind that changes files, by strace).
"""

import base64
import collections
import json
import os
import re
import signal
import threading
import time

import cuts
import soak_bench
from soak_bench import Violation, require

USER, PASSWORD = "demo", "hush-of-the-kills"
SIGNALS = [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
# Without openat: opening the libraries would count as well, and the write after it meets the new file.
CALLS = "rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,ftruncate,fchmod,fchmodat,fsync,flock,write,pwrite64"
BOUND = 120  # seconds; only a hang takes longer


class Watch(cuts.Relay):
    """A relay that cuts nothing: it counts the bytes of both directions, and sends a signal at one of them."""

    def __init__(self, to):
        self.at, self.fired, self.run, self.ready = None, False, None, threading.Event()
        super().__init__(to, "both")

    def arm(self, at):
        """Counts from 0, up to a point; `aim` then names the run."""
        with self.lock:
            self.passed, self.at, self.fired = 0, at, False
            self.ready.clear()

    def aim(self, run, number):
        self.run, self.number = run, number
        self.ready.set()

    def count(self, size, direction):
        with self.lock:
            self.passed += size
            fires = self.at is not None and self.passed >= self.at and not self.fired
            self.fired = self.fired or fires
        if fires and self.ready.wait(BOUND):
            self.run.process.send_signal(self.number)
        return size, None


class WatchedBench(soak_bench.Bench):
    """A bench whose registry wants credentials, and is reached through a relay that sends signals."""

    def registry(self, *options):
        port = super().registry("--auth", "htpasswd", "--user", f"{USER}:{PASSWORD}", *options)
        self.relay = Watch(port)
        encoded = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        self.headers = {"Authorization": f"Basic {encoded}"}
        self.name = f"localhost:{self.relay.port}"
        self.config.write_text(json.dumps({"auths": {self.name: {"auth": encoded}}}))
        self.config.chmod(0o600)
        return self.relay.port

    def traced(self, *options):
        self.log = self.folder / "calls.log"
        self.wrapper = ["strace", "-f", "-qq", "-o", str(self.log), "-e", f"trace={CALLS}", *options]


def calls_of(text):
    """Returns the calls of a trace that change files, as (name, which of its thread's calls of that name)."""
    counts, found = collections.Counter(), []
    for line in text.splitlines():
        if match := re.match(r"(\d+) +(\w+)\(", line):
            counts[match.groups()] += 1
            # Neither a message on standard error nor a wake-up of another thread.
            if not re.search(r'write\((2, |\d+, "\\1(\\0){7}", 8\))', line):
                found.append((match[2], counts[match.groups()]))
    return found


class Points:
    """The points of one command, found in a run that is not killed."""

    def __init__(self, bench, command, source):
        self.bench, self.source = bench, source
        command.set_up(1000)
        bench.relay.arm(None)
        bench.traced()
        run = command.start()
        bench.wrapper = []
        run.succeed()
        self.bytes = bench.relay.passed
        self.calls = collections.defaultdict(list)
        for name, number in calls_of(bench.log.read_text()):
            self.calls[name].append(number)
        require(self.calls, "strace shows no call that changes a file")

    def choose(self, number):
        """Returns the point of a kill: every second one is a byte, if the command talks to a registry."""
        if self.bytes and number % 2:
            return "byte", self.source.randint(1, self.bytes)
        # Each kind of call is as probable as the others: there is one rename for a hundred writes.
        name = self.source.choice(sorted(self.calls))
        return name, self.source.choice(self.calls[name])

    def killed(self, command, number, kind):
        """Starts the command and sends it a signal at a point that it reaches; returns the run and the point."""
        for _ in range(50):
            point = self.choose(number)
            command.set_up(number // 2)
            run, was_hit = self.run(command, point, kind)
            if was_hit:
                return run, point
        raise Violation("a command that reaches none of its points")

    def run(self, command, point, kind):
        name, at = point
        bench = self.bench
        bench.relay.arm(at if name == "byte" else None)
        if name != "byte":
            bench.log.unlink(missing_ok=True)
            # A signal of strace is for one thread, where all but SIGKILL may be blocked: the program stops, and gets it then.
            sent = "SIGKILL" if kind == signal.SIGKILL else "SIGSTOP"
            bench.traced("-e", f"inject={name}:signal={sent}:when={at}")
        run = command.start()
        bench.wrapper, was_hit = [], False
        if name == "byte":
            bench.relay.aim(run, kind)
        elif kind != signal.SIGKILL:
            was_hit = self.signal_when_stopped(run, kind)
        run.status = run.end(BOUND)
        require(run.status is not None, f"no end within {BOUND} s of {kind.name} at {name} {at}")
        return run, bench.relay.fired or was_hit or run.status == -signal.SIGKILL

    def signal_when_stopped(self, run, kind):
        """Waits until strace has stopped the program, or it ends; returns whether it got the signal."""
        stops, until = 0, time.monotonic() + BOUND
        while run.process.poll() is None and time.monotonic() < until:
            text = self.bench.log.read_text(errors="replace") if self.bench.log.exists() else ""
            seen = text.count("--- SIGSTOP")
            if seen > stops:
                program = int(text.split(maxsplit=1)[0])
                if not stops:
                    os.kill(program, kind)
                # Each thread that reaches its own N-th call stops the program again.
                os.kill(program, signal.SIGCONT)
                stops = seen
            time.sleep(0.002)
        return stops > 0
