"""Writes the corpus for comparing a real Envoy with `wasmpack check`, one NAME.wasm per module, into a folder."""

import argparse
import pathlib

import modules_binary
import modules_bodies
import modules_interface


def corpus():
    """Returns the name and the bytes of each module; the names are unique."""
    for part in (modules_interface, modules_binary, modules_bodies):
        yield from part.modules()


def write(named, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, module in named.items():
        (folder / f"{name}.wasm").write_bytes(module)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="where to write; made if it is missing")
    options = parser.parse_args()
    write(dict(corpus()), options.folder)


if __name__ == "__main__":
    main()
