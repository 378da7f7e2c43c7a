#!/usr/bin/env python3
"""Long transfers over an unreliable network, and kill -9: the program with a real docker-registry, until the first violation.

1. An incompressible module is pushed to the registry and pulled back, through a relay that cuts the connection at
   random points. It must arrive with the correct digest, verified by direct requests to the registry and by skopeo.
2. kill -9 at random moments of pull, push, login and build in turn: never a partial or wrong file, never a tag without its
   content, never a layout or a config.json that is neither the old one nor the new one; and the same command works again.

Prints one line for each step, then a summary. The first violation ends it with exit status 1; the folder is kept for inspection.
The same seed gives the same module, the same points, and the same fractions of each command's duration.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import time

import cuts
import soak_bench
import soak_kills
from soak_bench import Violation, pieces_of, require, sha256, stored_image


class Images:
    """A large image and a small one, each as a module, as a layout and in the registry."""

    def __init__(self, bench, size, seed):
        self.bench, self.port = bench, bench.registry()
        self.large_module = soak_bench.write_module(bench.folder / "large.wasm", size, seed)
        self.small_module = soak_bench.write_module(bench.folder / "small.wasm", 1000, seed + 1)
        self.large, self.small = self.build("large"), self.build("small")
        self.layer = max(file.stat().st_size for file in (bench.folder / "large/blobs/sha256").iterdir())
        require(self.layer >= size, f"the layer has {self.layer} bytes only")
        self.pushed = f"localhost:{self.port}/soak/large:v1"

    def build(self, name):
        return self.bench.run("build", f"{name}.wasm", "--layout", name).said()


def cut_both_ways(images, count, seed, say):
    """Pushes and pulls through cuts; returns a line for the summary."""
    bench, lines = images.bench, []
    for direction in ("up", "down"):
        relay = cuts.Relay(images.port, direction, cuts.points(count, images.layer, seed), seed)
        reference = f"localhost:{relay.port}/soak/large:v1"
        target = bench.folder / "back.wasm"
        if direction == "up":
            run = bench.run("push", reference, "large", "--plain-http")
        else:
            run = bench.run("pull", reference, "-o", target, "--plain-http")
        relay.close()
        for cut in relay.cuts:
            say(f"{direction}: {cut['how']} after {cut['at']} bytes")
        require(len(relay.cuts) == count, f"{direction}: {len(relay.cuts)} cuts instead of {count}", run.said(1))
        require(run.said().endswith("@" + images.large), f"{direction}: another digest than {images.large}", run.said())
        passed = f"{relay.passed / images.layer:.2f} times the layer"
        lines.append(f"{direction} {count} cuts, {run.seconds:.1f} s, {passed} over {relay.connections} connections")
        say(lines[-1])
    stored = stored_image(images.port, "soak/large", "v1")
    require(stored == images.large, f"the registry has {stored} instead of {images.large}")
    require(sha256(pieces_of(target)) == images.large_module, "another module came back", target)
    target.unlink()
    say(inspected_by_skopeo(images))
    return "; ".join(lines)


def inspected_by_skopeo(images):
    if not shutil.which("skopeo"):
        return "skopeo is not installed: not asked"
    command = ["skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", "docker://" + images.pushed]
    said = subprocess.run(command, capture_output=True, text=True, timeout=soak_bench.PATIENCE, check=False)
    require(said.stdout.strip() == images.large, f"skopeo sees another digest than {images.large}", said.stdout, said.stderr)
    return "skopeo sees the same digest"


def soak(bench, options, say):
    images = Images(bench, options.size * 1_000_000, options.seed)
    say(f"a module of {options.size} MB, {images.large}, a layer of {images.layer} bytes")
    summary = [cut_both_ways(images, options.cuts, options.seed, say)]
    if options.kills:
        summary.append(soak_kills.kill(images, options.kills, options.seed, say))
    return summary


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the path to wasmpack")
    parser.add_argument("--size", type=int, default=20, metavar="MB", help="of the module; default: %(default)s")
    parser.add_argument("--cuts", type=int, default=3, metavar="N", help="each way; default: %(default)s")
    parser.add_argument("--kills", type=int, default=5, metavar="N", help="in all; default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    bench, keep, begun = soak_bench.Bench(options.program), False, time.monotonic()

    def say(line):
        print(f"{time.monotonic() - begun:7.1f} s  {line}", flush=True)

    try:
        for line in soak(bench, options, say):
            say(line)
        say(f"nothing was lost (seed {options.seed})")
        return 0
    except Violation as violation:
        keep = True
        print(f"VIOLATION: {violation}\n  seed {options.seed}; look into {bench.folder}", flush=True)
        return 1
    finally:
        bench.close(keep)


if __name__ == "__main__":
    sys.exit(main())
