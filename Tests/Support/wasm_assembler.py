"""A small assembler: the sections of a plugin, or of any other .wasm file, from Python values.

A signature is written as letters, parameters before the colon, results after it: "ii:i". A body is bytes without the
final `end`; where it needs the index of a function, it is a callable that gets `index_of`.
"""

MAGIC = b"\0asm"
VERSION = b"\1\0\0\0"
PREAMBLE = MAGIC + VERSION

CUSTOM, TYPE, IMPORT, FUNCTION, TABLE, MEMORY, GLOBAL, EXPORT, START, ELEMENT, CODE, DATA, DATA_COUNT, TAG = range(14)

VALUE_TYPES = {
    "i": b"\x7f", "I": b"\x7e", "f": b"\x7d", "F": b"\x7c", "v": b"\x7b",
    "r": b"\x70", "e": b"\x6f", "a": b"\x6e", "q": b"\x6d", "3": b"\x6c", "s": b"\x6b", "y": b"\x6a", "x": b"\x69",
    "0": b"\x71", "9": b"\x73", "8": b"\x72", "7": b"\x74",
    "n": b"\x64\x70", "N": b"\x64\x6f", "t": b"\x63\x00", "T": b"\x63\x02",
}  # fmt: skip
"""i32 i64 f32 f64 v128, func extern any eq i31 struct array exn, none nofunc noextern noexn, (ref func) (ref extern)
(ref null 0) (ref null 2)."""

FUNC_KIND, TABLE_KIND, MEMORY_KIND, GLOBAL_KIND, TAG_KIND = range(5)
END = b"\x0b"
UNREACHABLE = b"\x00"
DROP = b"\x1a"


def unsigned(value, width=0):
    """Returns the LEB128 encoding, padded to at least `width` bytes."""
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if value or len(out) + 1 < width:
            out.append(byte | 0x80)
        else:
            out.append(byte)
            return bytes(out)


def signed(value):
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if (value == 0 and not byte & 0x40) or (value == -1 and byte & 0x40):
            out.append(byte)
            return bytes(out)
        out.append(byte | 0x80)


def sized(data, width=0):
    return unsigned(len(data), width) + data


def name(text):
    return sized(text if isinstance(text, bytes) else text.encode())


def vector(items):
    items = list(items)
    return unsigned(len(items)) + b"".join(items)


def section(number, payload, width=0):
    return bytes([number]) + sized(payload, width)


def custom(title, payload=b""):
    return section(CUSTOM, name(title) + payload)


def value_types(letters):
    return vector(VALUE_TYPES[letter] for letter in letters)


def function_type(signature):
    parameters, results = signature.split(":")
    return b"\x60" + value_types(parameters) + value_types(results)


def limits(minimum, maximum=None, flags=0):
    return bytes([flags | (maximum is not None)]) + unsigned(minimum) + (b"" if maximum is None else unsigned(maximum))


def table(letter="r", minimum=1, maximum=None, flags=0):
    return VALUE_TYPES[letter] + limits(minimum, maximum, flags)


def global_type(letter, mutable=False):
    return VALUE_TYPES[letter] + bytes([mutable])


def read_unsigned(data, at):
    """Returns a number of at most five bytes and its end; ValueError without one."""
    value = 0
    for position, byte in enumerate(data[at : at + 5]):
        value |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            return value, at + position + 1
    raise ValueError("no number here")


def taken_apart(module):
    """Returns the sections of a module, number and payload; ValueError if they do not fill the file."""
    at, found = len(PREAMBLE), []
    while at < len(module):
        size, start = read_unsigned(module, at + 1)
        if start + size > len(module):
            raise ValueError("a section goes beyond the end")
        found.append((module[at], module[start : start + size]))
        at = start + size
    return found


def put_together(sections):
    return PREAMBLE + b"".join(section(number, payload) for number, payload in sections)


def hollow(module):
    """Returns the module with `unreachable` as every body, which is valid for every function; ValueError if impossible."""
    sections = taken_apart(module)
    for index, (number, payload) in enumerate(sections):
        if number == CODE:
            count, at = read_unsigned(payload, 0)
            for _ in range(count):
                size, start = read_unsigned(payload, at)
                at = start + size
            if at != len(payload):
                raise ValueError("the bodies do not fill their section")
            sections[index] = CODE, unsigned(count) + sized(b"\0" + UNREACHABLE + END) * count
    return put_together(sections)


def i32(value):
    return b"\x41" + signed(value)


def i64(value):
    return b"\x42" + signed(value)


def call(index):
    return b"\x10" + unsigned(index)


class Plugin:
    """A plugin that Envoy accepts by default; every part can be added, changed or omitted."""

    def __init__(self, marker="0_2_1", malloc="i:i", memories=(limits(1),)):
        self.types = []
        self.imports = []
        self.functions = []
        self.tables = []
        self.memories = list(memories)
        self.tags = []
        self.globals = []
        self.exports = []
        self.start = None
        self.elements = []
        self.data_count = None
        self.data = []
        self.front = []
        self.back = []
        self.extra = {}
        if self.memories:
            self.export("memory", MEMORY_KIND, 0)
        if marker:
            self.define(f"proxy_abi_version_{marker}", ":")
        if malloc:
            self.define("malloc", malloc)

    def type(self, signature):
        encoded = signature if isinstance(signature, bytes) else function_type(signature)
        if encoded not in self.types:
            self.types.append(encoded)
        return self.types.index(encoded)

    def knowing(self, *types):
        """Adds types after the used ones; their indexes start at `len(self.types)`."""
        self.types += types
        return self

    def bring(self, module, title, signature):
        """Imports a function; all imports come before the functions that the module defines."""
        self.imports.append((module, title, FUNC_KIND, unsigned(self.type(signature))))
        return self

    def bring_other(self, module, title, kind, description):
        self.imports.append((module, title, kind, description))
        return self

    def define(self, title, signature, body=None, local_runs=b"\0"):
        """Adds a function, exported if it has a name; without a body it returns zeros."""
        self.functions.append((self.type(signature), self.zeros(signature) if body is None else body, local_runs))
        if title is not None:
            self.exports.append((title, FUNC_KIND, ("own", len(self.functions) - 1)))
        return self

    def export(self, title, kind, index):
        self.exports.append((title, kind, index))
        return self

    def variable(self, letter, init, title=None, mutable=False):
        self.globals.append(global_type(letter, mutable) + init + END)
        if title is not None:
            self.export(title, GLOBAL_KIND, ("own", len(self.globals) - 1))
        return self

    def having(self, **changes):
        """Sets a part that has no separate method."""
        for key, value in changes.items():
            setattr(self, key, value)
        return self

    @staticmethod
    def zeros(signature):
        if isinstance(signature, bytes):
            return b""
        zero = {
            "i": i32(0), "I": i64(0), "f": b"\x43" + bytes(4), "F": b"\x44" + bytes(8), "v": b"\xfd\x0c" + bytes(16),
            "r": b"\xd0\x70", "e": b"\xd0\x6f", "a": b"\xd0\x6e", "q": b"\xd0\x6d", "3": b"\xd0\x6c", "s": b"\xd0\x6b",
            "y": b"\xd0\x6a", "x": b"\xd0\x69", "0": b"\xd0\x71", "9": b"\xd0\x73", "8": b"\xd0\x72", "7": b"\xd0\x74",
            "n": UNREACHABLE, "N": UNREACHABLE, "t": b"\xd0\x00",
        }  # fmt: skip
        return b"".join(zero[letter] for letter in signature.split(":")[1])

    def imported(self, kind):
        return sum(1 for entry in self.imports if entry[2] == kind)

    def index_of(self, title):
        """Returns the index of an imported or exported function by its name."""
        functions = [entry for entry in self.imports if entry[2] == FUNC_KIND]
        for index, entry in enumerate(functions):
            if entry[1] == title:
                return index
        return next(
            self._index(kind, index) for known, kind, index in self.exports if known == title and kind == FUNC_KIND
        )

    def _index(self, kind, index):
        return self.imported(kind) + index[1] if isinstance(index, tuple) else index

    def sections(self):
        """Returns the existing sections by number, encoded without their heads, in the order of the format."""
        bodies = []
        for _, body, local_runs in self.functions:
            bodies.append(sized(local_runs + (body(self.index_of) if callable(body) else body) + END))
        start = self.start(self.index_of) if callable(self.start) else self.start
        exports = [
            name(title) + bytes([kind]) + unsigned(self._index(kind, index)) for title, kind, index in self.exports
        ]
        parts = {
            TYPE: self.types,
            IMPORT: [name(module) + name(title) + bytes([kind]) + rest for module, title, kind, rest in self.imports],
            FUNCTION: [unsigned(index) for index, _, _ in self.functions],
            TABLE: self.tables,
            MEMORY: self.memories,
            TAG: self.tags,
            GLOBAL: self.globals,
            EXPORT: exports,
            START: start,
            ELEMENT: self.elements,
            DATA_COUNT: self.data_count,
            CODE: bodies,
            DATA: self.data,
        }
        encoded = {}
        for number, part in parts.items():
            if number in self.extra:
                encoded[number] = self.extra[number]
            elif number in (START, DATA_COUNT):
                if part is not None:
                    encoded[number] = unsigned(part)
            elif part:
                encoded[number] = vector(part)
        return encoded

    def bytes(self):
        middle = b"".join(section(number, payload) for number, payload in self.sections().items())
        return PREAMBLE + b"".join(self.front) + middle + b"".join(self.back)
