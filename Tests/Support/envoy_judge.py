"""Gets a real Envoy's verdicts on modules: `--mode validate`, two in parallel, each with a time limit.

Reads every *.wasm of a folder. Prints one JSON document: {NAME: {"verdict": VERDICT, "said": [LINE]}}, where the verdict
is "loads", "refuses", "dies" (ended by a signal) or "hangs", and the lines are what Envoy logged as errors.
"""

import argparse
import concurrent.futures
import functools
import json
import pathlib
import re
import subprocess
import tempfile

from envoy import configuration
from wasm_assembler import hollow

NOT_COMPILED = "Wasm VM failed Failed to load Wasm bytecode"
LINE = re.compile(r"^\[(?:error|critical)\] (.*)")
LOUDEST = 20


def judged(envoy, folder, limit, module):
    """Returns the verdict and the log."""
    place = folder / f"{module.stem}.json"
    place.write_text(json.dumps(configuration(str(module), backend=9)))
    command = [envoy, "--mode", "validate", "-c", place, "--concurrency", "1", "--disable-hot-restart"]
    command += ["-l", "error", "--log-format", "[%l] %v"]
    try:
        run = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return {"verdict": "hangs", "said": []}
    lines = (LINE.match(line) for line in run.stdout.decode("utf-8", "replace").splitlines())
    verdict = "loads" if run.returncode == 0 else "dies" if run.returncode < 0 else "refuses"
    return {"verdict": verdict, "said": [line[1] for line in lines if line][:LOUDEST]}


def hollowed(modules, folder):
    """Writes the modules that can be parsed into the folder, without their function bodies."""
    places = []
    for module in modules:
        place = folder / module.name
        try:
            place.write_bytes(hollow(module.read_bytes()))
        except ValueError:
            continue
        places.append(place)
    return places


def judge(envoy, modules, limit=60, at_once=2):
    """Returns the verdict of each module, by name."""
    with tempfile.TemporaryDirectory(prefix="wasmpack-judge-") as folder:
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            answers = pool.map(functools.partial(judged, started(envoy), pathlib.Path(folder), limit), modules)
            return {module.stem: answer for module, answer in zip(modules, answers)}


def with_bad_bodies(envoy, modules):
    """Returns the modules that the engine compiles only with `unreachable` as every function body."""
    with tempfile.TemporaryDirectory(prefix="wasmpack-hollow-") as folder:
        verdicts = judge(envoy, hollowed(modules, pathlib.Path(folder)))
    return {name for name, verdict in verdicts.items() if NOT_COMPILED not in verdict["said"]}


def started(envoy):
    """Returns the real executable: PyPI's `envoy` is a script that only starts it, and takes a quarter of the time."""
    programs = pathlib.Path(envoy).resolve().parent.parent.glob("lib/python*/site-packages/envoy/_bin/**/envoy")
    return str(next(programs, envoy))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("envoy", help="the program")
    parser.add_argument("folder", type=pathlib.Path, help="where the modules are")
    parser.add_argument("--at-once", type=int, default=2, help="how many Envoys run side by side (2)")
    parser.add_argument("--limit", type=float, default=60, help="seconds that one module may take (60)")
    options = parser.parse_args()
    print(json.dumps(judge(options.envoy, sorted(options.folder.glob("*.wasm")), options.limit, options.at_once)))


if __name__ == "__main__":
    main()
