"""Asks a real Envoy what it makes of modules: `--mode validate`, two at a time, each with a time limit.

Reads every *.wasm of a folder. Prints one JSON document: {NAME: {"verdict": VERDICT, "said": [LINE], "of_bodies": BOOL}},
where the verdict is "loads", "refuses", "dies" (ended by a signal) or "hangs", the lines are what Envoy logged as errors,
and it is of bodies when its engine would compile the module with `unreachable` in place of every function body.
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
    """The verdict, and what was logged."""
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
    """Those that can be taken apart, in the folder, without their bodies."""
    places = []
    for module in modules:
        place = folder / module.name
        try:
            place.write_bytes(hollow(module.read_bytes()))
        except ValueError:
            continue
        places.append(place)
    return places


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("envoy", help="the program")
    parser.add_argument("folder", type=pathlib.Path, help="where the modules are")
    parser.add_argument("--at-once", type=int, default=2, help="how many Envoys run side by side (2)")
    parser.add_argument("--limit", type=float, default=60, help="seconds that one module may take (60)")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="wasmpack-judge-") as folder:
        folder = pathlib.Path(folder)
        with concurrent.futures.ThreadPoolExecutor(options.at_once) as pool:

            def ask(some):
                answers = pool.map(functools.partial(judged, options.envoy, folder, options.limit), some)
                return {module.stem: answer for module, answer in zip(some, answers)}

            modules = sorted(options.folder.glob("*.wasm"))
            verdicts = ask(modules)
            refused = [module for module in modules if NOT_COMPILED in verdicts[module.stem]["said"]]
            hollow_ones = ask(hollowed(refused, folder))
    for name, verdict in verdicts.items():
        verdict["of_bodies"] = name in hollow_ones and NOT_COMPILED not in hollow_ones[name]["said"]
    print(json.dumps(verdicts))


if __name__ == "__main__":
    main()
