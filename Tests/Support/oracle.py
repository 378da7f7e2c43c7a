"""Has a real Envoy and `wasmpack check` judge the same modules: the corpus of modules.py and the mutants of mutants.py.

Prints one JSON document: {"corpus": {NAME: ROW}, "mutants": {NAME: ROW}}. A row has what Envoy did ("verdict", "said",
"of_bodies": see envoy_judge.py), and what the program did with each command: its exit status, and what it printed with
--json. Judges nothing itself.
"""

import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

import modules
import mutants

HERE = pathlib.Path(__file__).parent
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


def rows(options, folder, commands):
    judge = [sys.executable, HERE / "envoy_judge.py", options.envoy, folder]
    verdicts = json.loads(subprocess.run(judge, stdout=subprocess.PIPE, check=True).stdout)
    places = sorted(folder.glob("*.wasm"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda place: looked_at(options.wasmpack, folder, place, commands), places)
        return {place.stem: verdicts[place.stem] | answer for place, answer in zip(places, answers)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wasmpack", help="the program")
    parser.add_argument("envoy", help="the other program")
    parser.add_argument(
        "plugin", type=pathlib.Path, help="a whole module to make mutants of, beside those of the corpus"
    )
    parser.add_argument("--mutants", type=int, default=300, help="how many (300)")
    parser.add_argument("--seed", type=int, default=1, help="which (1)")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="wasmpack-oracle-") as folder:
        corpus, changed = pathlib.Path(folder, "corpus"), pathlib.Path(folder, "mutants")
        modules.write(dict(modules.corpus()), corpus)
        originals = [("plugin", options.plugin.read_bytes())]
        originals += [(name, (corpus / f"{name}.wasm").read_bytes()) for name in ("every-section", "all-at-once-0_2_1")]
        modules.write(dict(mutants.mutants(originals, options.mutants, options.seed)), changed)
        found = {
            "corpus": rows(options, corpus, ["check"]),
            "mutants": rows(options, changed, ["check", "inspect", "build"]),
        }
        print(json.dumps(found))


if __name__ == "__main__":
    main()
