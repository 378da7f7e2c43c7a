"""Writes nearly valid modules: seeded changes of complete modules, one NAME.wasm each, into a folder."""

import argparse
import pathlib
import random

import modules
from wasm_assembler import CODE, CUSTOM, DATA, PREAMBLE, put_together, read_unsigned, section, taken_apart, unsigned


def flip_a_bit(module, chance):
    changed = bytearray(module)
    changed[chance.randrange(len(module))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flip_a_bit_in_a_section(module, chance):
    parts = taken_apart(module)
    index = chance.choice(
        [index for index, (number, payload) in enumerate(parts) if payload and number not in (CODE, DATA)]
    )
    number, payload = parts[index]
    parts[index] = number, flip_a_bit(payload, chance)
    return put_together(parts)


def set_a_byte(module, chance):
    changed = bytearray(module)
    changed[chance.randrange(len(module))] = chance.choice([0, 1, 0x0B, 0x40, 0x60, 0x7F, 0x80, 0xFF])
    return bytes(changed)


def cut(module, chance):
    return module[: chance.randrange(len(module))]


def cut_a_section(module, chance):
    parts = taken_apart(module)
    index = chance.randrange(len(parts))
    number, payload = parts[index]
    parts[index] = number, payload[: chance.randrange(len(payload) + 1)]
    return put_together(parts)


def lengthen_a_section(module, chance):
    parts = taken_apart(module)
    index = chance.randrange(len(parts))
    number, payload = parts[index]
    parts[index] = number, payload + chance.randbytes(chance.randrange(1, 4))
    return put_together(parts)


def drop_a_section(module, chance):
    parts = taken_apart(module)
    del parts[chance.randrange(len(parts))]
    return put_together(parts)


def repeat_a_section(module, chance):
    parts = taken_apart(module)
    parts.insert(chance.randrange(len(parts) + 1), chance.choice(parts))
    return put_together(parts)


def swap_sections(module, chance):
    parts = taken_apart(module)
    one, other = chance.sample(range(len(parts)), 2)
    parts[one], parts[other] = parts[other], parts[one]
    return put_together(parts)


def insert_a_section(module, chance):
    parts = taken_apart(module)
    parts.insert(chance.randrange(len(parts) + 1), (chance.randrange(16), chance.randbytes(chance.randrange(6))))
    return put_together(parts)


def lie_about_a_length(module, chance):
    parts = taken_apart(module)
    index = chance.randrange(len(parts))
    out = PREAMBLE
    for position, (number, payload) in enumerate(parts):
        size = len(payload)
        if position == index:
            size = max(0, size + chance.choice([-2, -1, 1, 2, 100, 1 << 20, 1 << 29, 1 << 30, (1 << 32) - 1 - size]))
        out += bytes([number]) + unsigned(size) + payload
    return out


def lie_about_a_count(module, chance):
    parts = taken_apart(module)
    index = chance.choice([index for index, (number, payload) in enumerate(parts) if payload and number != CUSTOM])
    number, payload = parts[index]
    count, rest = read_unsigned(payload, 0)
    wrong = max(0, count + chance.choice([-1, 1, 2, 50, 1 << 16, 1 << 29, 1 << 31]))
    parts[index] = number, unsigned(wrong) + payload[rest:]
    return put_together(parts)


def widen_a_length(module, chance):
    parts = taken_apart(module)
    index = chance.randrange(len(parts))
    width = chance.choice([3, 4, 5, 5, 6, 9])
    heads = [
        section(number, payload, width if position == index else 0) for position, (number, payload) in enumerate(parts)
    ]
    return PREAMBLE + b"".join(heads)


def append(module, chance):
    return module + chance.randbytes(chance.randrange(1, 9))


CHANGES = (
    flip_a_bit, flip_a_bit_in_a_section, flip_a_bit_in_a_section, set_a_byte, cut, cut_a_section, lengthen_a_section,
    drop_a_section, repeat_a_section, swap_sections, insert_a_section, lie_about_a_length, lie_about_a_count,
    widen_a_length, append,
)  # fmt: skip


def mutants(originals, count, seed):
    """Returns the name and the bytes of each mutant; the same for the same seed on every machine."""
    for number in range(count):
        chance = random.Random(seed * 1_000_003 + number)
        change = CHANGES[number % len(CHANGES)]
        stem, module = originals[number // len(CHANGES) % len(originals)]
        yield f"{number:04}-{stem}-{change.__name__.replace('_', '-')}", change(module, chance)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="where to write; made if it is missing")
    parser.add_argument("module", type=pathlib.Path, nargs="+", help="the whole modules to change")
    parser.add_argument("--count", type=int, default=300, help="how many (300)")
    parser.add_argument("--seed", type=int, default=1, help="which (1)")
    options = parser.parse_args()
    originals = [(place.stem, place.read_bytes()) for place in options.module]
    modules.write(dict(mutants(originals, options.count, options.seed)), options.folder)


if __name__ == "__main__":
    main()
