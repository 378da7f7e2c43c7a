#!/usr/bin/env python3
"""Gets or records a real Envoy's verdicts on the corpus of modules.py and the mutants of mutants.py.

  --write FOLDER          writes the modules as corpus/NAME.wasm and mutants/NAME.wasm, without Envoy
  --envoy FILE            runs that Envoy on them, and prints {NAME: ROW}
  --envoy FILE --record FOLDER
                          also writes FOLDER/VERSION.json for the tests that do not start Envoy

A row has "verdict" and "said" (envoy_judge.py), and is "of_bodies" if Envoy's engine does not compile the
module, but would with other function bodies. A record has the rows by the SHA-256 of the module, a line each, and each
message once. The script itself decides nothing.
"""

import argparse
import hashlib
import json
import pathlib
import re
import subprocess
import tempfile

import envoy_judge
import modules
import mutants

PLUGIN = pathlib.Path(__file__).parents[2] / "Fixtures/wasm/header-authorization/plugin.wasm"
MUTANTS, SEED = 210, 1
CONFIGURATION = re.compile(r"'[^']*/wasmpack-[^']*'")
# Envoy's log of a crash contains memory addresses.
OF_A_DEATH = re.compile(r"#\d+: |Address mapping: |Backtrace |Caught |Envoy version: ")


def write(folder):
    """Returns the modules; the mutants derive from a complete plugin and from two modules of the corpus."""
    corpus = dict(modules.corpus())
    modules.write(corpus, folder / "corpus")
    originals = [("plugin", PLUGIN.read_bytes())]
    originals += [(name, corpus[name]) for name in ("every-section", "all-at-once-0_2_1")]
    modules.write(dict(mutants.mutants(originals, MUTANTS, SEED)), folder / "mutants")


def steady(sentences):
    """Returns the messages without the parts that differ between runs."""
    return [CONFIGURATION.sub("…", sentence) for sentence in sentences if not OF_A_DEATH.match(sentence)]


def rows(envoy, folder, only):
    places = [place for place in sorted(folder.glob("*/*.wasm")) if not only or place.stem in only]
    found = envoy_judge.judge(envoy, places)
    open_ones = [place for place in places if envoy_judge.NOT_COMPILED in found[place.stem]["said"]]
    bad = envoy_judge.with_bad_bodies(envoy, open_ones)
    return {
        place.stem: {
            "sha256": hashlib.sha256(place.read_bytes()).hexdigest(),
            "verdict": found[place.stem]["verdict"],
            "of_bodies": place.stem in bad,
            "said": steady(found[place.stem]["said"]),
        }
        for place in places
    }


def version(envoy):
    said = subprocess.run([envoy_judge.started(envoy), "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"/(\d+\.\d+\.\d+)/", said)[1]


def record(found, envoy):
    """Returns the rows as JSON; each message has a number, and a module's line is [VERDICT, OF_BODIES, NUMBER …]."""
    sentences = sorted({sentence for row in found.values() for sentence in row["said"]})
    number = {sentence: index for index, sentence in enumerate(sentences)}
    lines = {
        row["sha256"]: [row["verdict"], row["of_bodies"], *(number[sentence] for sentence in row["said"])]
        for row in found.values()
    }
    members = ",\n".join(f"{json.dumps(key)}:{json.dumps(lines[key], separators=(',', ':'))}" for key in sorted(lines))
    said = ",\n".join(json.dumps(sentence) for sentence in sentences)
    return f'{{"envoy":"{envoy}","said":[\n{said}\n],"modules":{{\n{members}\n}}}}\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--envoy", metavar="FILE")
    parser.add_argument("--record", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a module to ask about; repeatable")
    options = parser.parse_args()
    if options.write:
        write(options.write)
    if not options.envoy:
        return
    with tempfile.TemporaryDirectory(prefix="wasmpack-oracle-") as folder:
        write(pathlib.Path(folder))
        found = rows(options.envoy, pathlib.Path(folder), set(options.only))
    number = version(options.envoy)
    if options.record:
        options.record.mkdir(parents=True, exist_ok=True)
        (options.record / f"{number}.json").write_text(record(found, number))
    else:
        print(json.dumps({"envoy": number, "modules": found}))


if __name__ == "__main__":
    main()
