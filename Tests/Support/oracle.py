"""Has a real Envoy and `wasmpack check` judge the same modules: the corpus of modules.py and the mutants of mutants.py.

Prints one JSON document: {"corpus": {NAME: ROW}, "mutants": {NAME: ROW}}. A row has what Envoy did ("verdict", "said": see
envoy_judge.py), and what the program did with each command: its exit status, and what it printed with --json. It is
"of_bodies" when `check` takes a module that Envoy's engine does not compile, and would with other function bodies. Judges
nothing itself.
"""

import argparse
import concurrent.futures
import functools
import json
import pathlib
import subprocess
import tempfile

import envoy_judge
import modules
import mutants

PATIENCE = 120
"""Seconds that one command may take: a bound for what hangs, far more than anything needs."""


def said(command):
    """Exit status, negative after a signal, `None` after the time limit; and the document on standard output."""
    try:
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return {"status": None, "document": None, "stderr": "too slow"}
    try:
        document = json.loads(run.stdout)
    except ValueError:
        document = None
    return {"status": run.returncode, "document": document, "stderr": run.stderr.decode("utf-8", "replace")[-2000:]}


def looked_at(program, folder, module, commands):
    layout = folder / f"{module.stem}-layout"
    arguments = {
        "check": ["check", str(module), "--json"],
        "inspect": ["inspect", str(module), "--json"],
        "build": ["build", str(module), "--json", "--layout", str(layout)],
    }
    return {command: said([program] + arguments[command]) for command in commands}


def rows(options, folder, further=()):
    """A row for each module; of the commands besides `check`, which read it the same way, every fifth module has answers."""
    places = sorted(folder.glob("*.wasm"))
    verdicts = envoy_judge.judge(options.envoy, places)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        commands = [("check", *further) if number % 5 == 0 else ("check",) for number in range(len(places))]
        answers = pool.map(functools.partial(looked_at, options.wasmpack, folder), places, commands)
        found = {place.stem: verdicts[place.stem] | answer for place, answer in zip(places, answers)}

    def is_open(row):
        return row["check"]["status"] == 0 and envoy_judge.NOT_COMPILED in row["said"]

    bad = envoy_judge.with_bad_bodies(options.envoy, [place for place in places if is_open(found[place.stem])])
    return {name: row | {"of_bodies": name in bad} for name, row in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wasmpack", help="the program")
    parser.add_argument("envoy", help="the other program")
    parser.add_argument(
        "plugin", type=pathlib.Path, help="a whole module to make mutants of, beside those of the corpus"
    )
    parser.add_argument("--mutants", type=int, default=210, help="how many (210)")
    parser.add_argument("--seed", type=int, default=1, help="which (1)")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="wasmpack-oracle-") as folder:
        corpus, changed = pathlib.Path(folder, "corpus"), pathlib.Path(folder, "mutants")
        modules.write(dict(modules.corpus()), corpus)
        originals = [("plugin", options.plugin.read_bytes())]
        originals += [(name, (corpus / f"{name}.wasm").read_bytes()) for name in ("every-section", "all-at-once-0_2_1")]
        modules.write(dict(mutants.mutants(originals, options.mutants, options.seed)), changed)
        found = {
            "corpus": rows(options, corpus),
            "mutants": rows(options, changed, ["inspect", "build"]),
        }
        print(json.dumps(found))


if __name__ == "__main__":
    main()
