#!/usr/bin/env python3
"""Writes a valid proxy-wasm module of a given size that compresses as the modules of compilers do.

  generated.py BYTES FILE

The same size gives the same bytes. Functions consist of idioms: short runs of statements that recur within a function, more
rarely within the module, as in compiled code; a fifth of the module is data with words and tables. Nothing of it is meant to run.
"""

import argparse
import itertools
import pathlib
import random
import sys

PARAMETERS, LOCALS = 2, 10
FUNCTION_SIZE = 8_000
"""Bytes of one function."""
STATEMENTS, IDIOMS = 30_000, 12_000
"""How many different ones a module has."""


FIRST = [(0, b"\x02\x00\x0b"), (1, b"\x04\x00\x41\x00\x0b")]
"""Type and body of the functions that a proxy requires: the marker of the ABI, and `malloc`."""


def unsigned(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def signed(value):
    out = bytearray()
    while not -64 <= value < 64:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


def name(text):
    return unsigned(len(text)) + text.encode()


def section(number, content):
    return bytes([number]) + unsigned(len(content)) + content


def vector(items):
    return unsigned(len(items)) + b"".join(items)


class Code:
    """Makes statements that leave the stack as they found it, so that any order of them is valid."""

    def __init__(self, source, functions):
        self.random, self.functions = source, functions

    def skewed(self, limit):
        """A number below the limit; small ones are more frequent."""
        return int(limit * self.random.random() ** 3)

    def get(self):
        return b"\x20" + bytes([self.skewed(PARAMETERS + LOCALS)])

    def set(self):
        return b"\x21" + bytes([self.skewed(PARAMETERS + LOCALS)])

    def constant(self):
        exponent = self.random.choice([3, 3, 5, 7, 12, 17, 28])
        return b"\x41" + signed(self.random.randrange(1 << exponent) - (1 << exponent >> 4))

    def place(self):
        return b"\x02" + unsigned(8 * self.skewed(self.random.choice([8, 40, 400])))

    def operator(self):
        return bytes([self.random.choice(b"\x6a\x6a\x6a\x6b\x6c\x71\x72\x73\x74\x76")])

    def condition(self):
        compare = bytes([self.random.choice(b"\x46\x47\x48\x49\x4a\x4b\x4c\x4d\x4e\x4f")])
        return self.get() + self.random.choice([self.get, self.constant])() + compare

    def statement(self):
        kind = self.random.randrange(10)
        if kind < 3:
            return self.get() + b"\x28" + self.place() + self.set()
        if kind < 5:
            return self.get() + self.random.choice([self.get, self.constant])() + b"\x36" + self.place()
        if kind < 7:
            return self.get() + self.constant() + self.operator() + self.set()
        if kind < 8:
            return self.get() + self.get() + b"\x10" + unsigned(len(FIRST) + self.skewed(self.functions)) + self.set()
        if kind < 9:
            return self.condition() + b"\x04\x40" + self.get() + self.constant() + b"\x6a" + self.set() + b"\x0b"
        return b"\x02\x40" + self.condition() + b"\x0d\x00" + self.get() + b"\x2d\x00" + unsigned(self.skewed(60)) + self.set() + b"\x0b"


def weights(count, exponent):
    return list(itertools.accumulate(1 / (rank + 3) ** exponent for rank in range(count)))


def functions(source, size):
    """Yields the bodies of functions, together about as many bytes as asked for."""
    code = Code(source, min(size // FUNCTION_SIZE, 120))
    statements = [code.statement() for _ in range(STATEMENTS)]
    common = weights(STATEMENTS, 0.75)
    idioms = [b"".join(source.choices(statements, cum_weights=common, k=source.randrange(2, 7))) for _ in range(IDIOMS)]
    often = weights(IDIOMS, 0.7)
    near = weights(120, 0.9)
    head = vector([unsigned(LOCALS) + b"\x7f"])
    for number in itertools.count():
        if size <= 0:
            return
        length, parts, wanted = 0, [], min(size, FUNCTION_SIZE)
        if number % 4 == 0:  # a file of the source
            local = source.choices(idioms, cum_weights=often, k=120)
        while length < wanted:
            piece = source.choices(local, cum_weights=near, k=8) + source.choices(statements, cum_weights=common, k=9)
            piece += [code.statement() for _ in range(4)]
            source.shuffle(piece)
            parts += piece
            length += sum(map(len, piece))
        body = head + b"".join(parts) + b"\x20\x00\x0b"
        size -= len(body)
        yield unsigned(len(body)) + body


def data(source, size):
    """Returns names, messages and tables, as in a data segment."""
    syllables = [bytes(source.choices(b"etaoinshrdlucmfwypvbgk", k=source.randrange(2, 4))) for _ in range(400)]
    words = [b"".join(source.choices(syllables, k=source.randrange(1, 5))) for _ in range(4000)]
    common, out, length = weights(len(words), 0.9), [], 0
    while length < size:
        if source.random() < 0.5:
            piece = b" ".join(source.choices(words, cum_weights=common, k=source.randrange(2, 40))) + b"\0"
        else:
            start = source.randrange(1 << 20)
            steps = (source.choice([8, 16, 16, 24, 64, 96, source.randrange(4000)]) for _ in range(source.randrange(8, 200)))
            piece = b"".join(value.to_bytes(4, "little") for value in itertools.accumulate(steps, initial=start))
        out.append(piece)
        length += len(piece)
    return b"".join(out)[:size]


def module(size):
    """Returns a module whose size differs from the given one by less than a function's."""
    source = random.Random(size)
    strings = data(source, size // 5)
    bodies = [body for _, body in FIRST] + list(functions(source, size - len(strings)))
    # () → (), (i32) → i32 and (i32, i32) → i32
    types = [b"\x60\x00\x00", b"\x60\x01\x7f\x01\x7f", b"\x60\x02\x7f\x7f\x01\x7f"]
    declared = [kind for kind, _ in FIRST] + [2] * (len(bodies) - len(FIRST))
    exports = [
        name("proxy_abi_version_0_2_1") + b"\x00" + unsigned(0),
        name("malloc") + b"\x00" + unsigned(1),
        name("memory") + b"\x02" + unsigned(0),
    ]
    pages = len(strings) // 65536 + 2
    return b"".join(
        [
            b"\0asm\x01\0\0\0",
            section(1, vector(types)),
            section(3, vector([unsigned(kind) for kind in declared])),
            section(5, vector([b"\x00" + unsigned(pages)])),
            section(7, vector(exports)),
            section(10, vector(bodies)),
            section(11, vector([b"\x00\x41" + signed(1024) + b"\x0b" + unsigned(len(strings)) + strings])),
        ]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, metavar="BYTES")
    parser.add_argument("file", type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()
    options.file.write_bytes(module(options.size))


if __name__ == "__main__":
    sys.exit(main())
