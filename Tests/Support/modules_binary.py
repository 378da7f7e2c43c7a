"""Modules that are valid or invalid in the binary format or for the engine: the other half of the corpus."""

from wasm_assembler import (
    CODE, CUSTOM, DATA, DATA_COUNT, DROP, ELEMENT, END, EXPORT, FUNC_KIND, FUNCTION, GLOBAL, GLOBAL_KIND, IMPORT, MAGIC,
    MEMORY, MEMORY_KIND, PREAMBLE, START, TABLE, TABLE_KIND, TAG, TAG_KIND, TYPE, UNREACHABLE, VALUE_TYPES,
    Plugin, call, custom, global_type, i32, i64, limits, name, section, sized, table, unsigned, vector,
)  # fmt: skip

ADD, SUB, MUL = b"\x6a", b"\x6b", b"\x6c"
COMPONENT = b"\x0d\0\1\0"


def get_global(index):
    return b"\x23" + unsigned(index)


def active(offset, data=b"abcd"):
    return b"\0" + offset + END + sized(data)


def elements(offset, count=1):
    return b"\0" + offset + END + vector([unsigned(0)] * count)


def every_section():
    """Returns a module that has all of them and loads: the basis of the mutants."""
    plugin = Plugin("0_2_1", memories=(limits(2, 16),)).bring("env", "proxy_log", "iii:i")
    plugin.bring("wasi_snapshot_preview1", "fd_write", "iiii:i").bring_other(
        "env", "t", TABLE_KIND, table(minimum=4, maximum=8)
    )
    plugin.tags = [b"\0" + unsigned(plugin.type("i:"))]
    plugin.tables = [table("e", 2)]
    plugin.variable("i", i32(64)).variable("I", i64(-1), mutable=True).variable(
        "i", get_global(0) + i32(8) + MUL, "heap"
    )
    plugin.define(None, ":", b"\1\1", vector([b"\2\x7f", b"\1\x7d"])).define("_initialize", ":").define("begin", ":")
    plugin.define("proxy_on_request_headers", "iii:i", lambda of: i32(2) + i32(0) + i32(4) + call(of("proxy_log")))
    plugin.start = lambda of: of("begin")
    plugin.elements = [
        elements(i32(1), 2),
        b"\1\0" + vector([unsigned(3)]),
        b"\6\1" + i32(0) + END + b"\x6f" + vector([b"\xd0\x6f" + END]),
    ]
    plugin.data = [active(get_global(2)), b"\1" + sized(b"passive"), active(i32(0), b"")]
    plugin.data_count = len(plugin.data)
    producers = vector(
        [
            name("language") + vector([name("Rust") + name("2021")]),
            name("processed-by") + vector([name("rustc") + name("1.95.0")]),
        ]
    )
    features = vector([b"+" + name("simd128"), b"-" + name("atomics")])
    names = (
        b"\0" + sized(name("every")) + b"\1" + sized(vector([unsigned(0) + name("log"), unsigned(3) + name("malloc")]))
    )
    plugin.back = [custom("name", names), custom("producers", producers), custom("target_features", features)]
    plugin.back += [
        custom("build_id", sized(bytes(range(8)))),
        custom(".debug_info", bytes(50)),
        custom("sourceMappingURL", name("a.map")),
    ]
    yield "every-section", plugin


def segments():
    page = 65536
    for word, segment in (
        ("inside", active(i32(0))), ("to-the-end", active(i32(page - 4))), ("past-the-end", active(i32(page - 3))),
        ("far-past-the-end", active(i32(page * 2))), ("empty-at-the-end", active(i32(page), b"")),
        ("empty-past-the-end", active(i32(page + 1), b"")), ("negative-offset", active(i32(-1))),
        ("computed-inside", active(i32(page) + i32(4) + SUB)), ("computed-past", active(i32(page) + i32(3) + SUB)),
        ("multiplied-past", active(i32(page // 2) + i32(2) + MUL)), ("wraps-around", active(i32(-1) + i32(1) + ADD)),
        ("passive", b"\1" + sized(b"abcd")), ("memory-named", b"\2\0" + i32(0) + END + sized(b"abcd")),
        ("of-no-such-memory", b"\2\7" + i32(0) + END + sized(b"abcd")), ("offset-of-another-type", active(i64(0))),
        ("offset-too-many", active(i32(0) + i32(0))), ("offset-missing", active(b"")), ("flags-unknown", b"\3" + sized(b"a")),
        ("offset-calls", active(call(0))), ("offset-divides", active(i32(4) + i32(2) + b"\x6d")),
    ):  # fmt: skip
        yield f"data-{word}", Plugin().having(data=[segment])
    yield "data-second-past", Plugin().having(data=[active(i32(0)), active(i32(page))])
    yield "data-at-own-global", Plugin().variable("i", i32(page - 4)).having(data=[active(get_global(0))])
    yield "data-past-by-own-global", Plugin().variable("i", i32(page - 3)).having(data=[active(get_global(0))])
    yield "data-past-by-global-of-global", Plugin().variable("i", i32(page)).variable(
        "i", get_global(0) + i32(1) + ADD
    ).having(data=[active(get_global(1))])
    yield "data-at-mutable-global", Plugin().variable("i", i32(0), mutable=True).having(data=[active(get_global(0))])
    yield "data-at-imported-global", Plugin().bring_other("env", "g", GLOBAL_KIND, global_type("i")).having(
        data=[active(get_global(0))]
    )
    yield "data-without-memory", Plugin(memories=()).having(data=[active(i32(0))])
    imports = Plugin(memories=()).bring_other("env", "memory", MEMORY_KIND, limits(1))
    yield "data-in-imported-memory", imports.having(data=[active(i32(0))])
    imports = Plugin(memories=()).bring_other("env", "memory", MEMORY_KIND, limits(1))
    yield "data-past-imported-memory", imports.having(data=[active(i32(page))])
    yield "data-past-the-minimum-not-the-maximum", Plugin(memories=(limits(1, 4),)).having(data=[active(i32(page))])
    yield "data-in-empty-memory", Plugin(memories=(limits(0),)).having(data=[active(i32(0))])
    yield "data-empty-in-empty-memory", Plugin(memories=(limits(0),)).having(data=[active(i32(0), b"")])
    yield "data-in-memory64", Plugin(memories=(limits(1, None, 4),)).having(data=[active(i64(0))])
    yield "data-past-memory64", Plugin(memories=(limits(1, None, 4),)).having(data=[active(i64(page))])
    yield "data-counted", Plugin().having(data=[active(i32(0))], data_count=1)
    yield "data-counted-wrongly", Plugin().having(data=[active(i32(0))], data_count=2)
    yield "data-counted-but-missing", Plugin().having(data_count=1)
    yield "data-length-lies", Plugin().having(extra={DATA: vector([b"\0" + i32(0) + END + b"\x7f" + b"abcd"])})
    yield "data-count-lies", Plugin().having(extra={DATA: unsigned(3) + active(i32(0))})
    for word, segment in (
        ("inside", elements(i32(0))), ("to-the-end", elements(i32(2))), ("past-the-end", elements(i32(3))),
        ("empty-at-the-end", elements(i32(3), 0)), ("empty-past-the-end", elements(i32(4), 0)),
        ("passive", b"\1\0" + vector([unsigned(0)])), ("declared", b"\3\0" + vector([unsigned(0)])),
        ("of-no-such-function", b"\0" + i32(0) + END + vector([unsigned(99)])), ("kind-unknown", b"\1\1" + vector([unsigned(0)])),
        ("expressions", b"\4" + i32(0) + END + vector([b"\xd2\0" + END])), ("null", b"\4" + i32(0) + END + vector([b"\xd0\x70" + END])),
        ("expression-of-another-type", b"\4" + i32(0) + END + vector([i32(0) + END])), ("flags-unknown", b"\x08"),
        ("table-named", b"\6\0" + i32(0) + END + b"\x70" + vector([b"\xd2\0" + END])), ("passive-past", b"\1\0" + vector([unsigned(0)] * 9)),
        ("externref-into-funcref", b"\6\0" + i32(0) + END + b"\x6f" + vector([b"\xd0\x6f" + END])),
    ):  # fmt: skip
        yield f"elements-{word}", Plugin().having(tables=[table(minimum=3)], elements=[segment])
    yield "elements-without-table", Plugin().having(elements=[elements(i32(0))])
    imports = Plugin().bring_other("env", "t", TABLE_KIND, table(minimum=1))
    yield "elements-past-imported-table", imports.having(elements=[elements(i32(1))])
    yield "elements-at-own-global-past", Plugin().variable("i", i32(3)).having(
        tables=[table(minimum=3)], elements=[elements(get_global(0))]
    )


def files():
    whole = Plugin().bytes()
    yield "file-empty", b""
    for size in (1, 4, 7):
        yield f"file-of-{size}-bytes", PREAMBLE[:size]
    yield "file-of-a-preamble", PREAMBLE
    yield "file-bad-magic", b"\0asn" + whole[4:]
    yield "file-bad-magic-long", b"GIF89a" + bytes(40)
    yield "file-version-2", MAGIC + b"\2\0\0\0" + whole[8:]
    yield "file-version-0", MAGIC + bytes(4) + whole[8:]
    yield "file-component-preamble-over-core", MAGIC + COMPONENT + whole[8:]
    yield "file-component-empty", MAGIC + COMPONENT
    yield "file-component-with-module", MAGIC + COMPONENT + section(1, whole)
    yield "file-trailing-zero", whole + b"\0"
    yield "file-trailing-zeros", whole + bytes(16)
    yield "file-trailing-byte", whole + b"\1"
    yield "file-trailing-empty-custom", whole + custom("")
    yield "file-twice", whole + whole
    yield "file-text", b"(module)\n"


def custom_sections():
    good = sized(b"\1" + sized(vector([unsigned(0) + name("f")])))[1:]
    for word, payload in (
        ("good", good), ("empty", b""), ("of-the-module", b"\0" + sized(name("plugin"))),
        ("subsection-too-long", b"\1\x7f" + good[2:]), ("subsection-cut", b"\1"), ("unknown-subsection", b"\x63" + sized(b"abc")),
        ("map-cut", b"\1" + sized(unsigned(2) + unsigned(0) + name("f"))), ("map-too-long", b"\1" + sized(vector([unsigned(0) + name("f")]) + b"x")),
        ("index-beyond-2-30", b"\1" + sized(vector([unsigned(1 << 30) + name("f")]))),
        ("index-out-of-range", b"\1" + sized(vector([unsigned(4000) + name("f")]))),
        ("name-longer-than-map", b"\1" + sized(unsigned(1) + unsigned(0) + b"\x20f")),
        ("bad-utf8", b"\1" + sized(vector([unsigned(0) + name(b"\xff\xfe")]))),
        ("unordered", b"\1" + sized(vector([unsigned(1) + name("g"), unsigned(0) + name("f")]))),
        ("padded", b"\1" + sized(vector([unsigned(0, 5) + name("f")]), 5)), ("six-bytes", b"\1" + sized(b"\1\x80\x80\x80\x80\x80\0\1f")),
        ("locals-broken", b"\2" + sized(b"\xff\xff")), ("map-twice", good + good), ("map-twice-second-broken", good + b"\1" + sized(b"\5")),
        ("module-name-cut", b"\0" + sized(b"\x20p")),
    ):  # fmt: skip
        yield f"name-{word}", Plugin().having(back=[custom("name", payload)])
    broken = custom("name", b"\1\x7f")
    yield "name-second-broken", Plugin().having(back=[custom("name", good), broken])
    yield "name-first-broken", Plugin().having(back=[broken, custom("name", good)])
    yield "name-in-front", Plugin().having(front=[custom("name", good)])
    yield "name-in-front-broken", Plugin().having(front=[broken])
    for title in ("producers", "target_features", "build_id", "sourceMappingURL", "dylink.0", "signature", ".debug_info",
                  "precompiled_v8", "external_debug_info", "component-type:x", "linking", "Name", "wasmpack"):  # fmt: skip
        yield f"custom-{title.replace(':', '-')}-garbage", Plugin().having(back=[custom(title, b"\xff\xff\xff")])
    yield "custom-without-a-name", Plugin().having(back=[section(CUSTOM, b"")])
    yield "custom-name-beyond", Plugin().having(back=[section(CUSTOM, b"\x20abc")])
    yield "custom-name-bad-utf8", Plugin().having(back=[custom(b"\xff\xfe")])
    yield "custom-hundred", Plugin().having(back=[custom("x", b"y")] * 100)


def integers():
    whole = Plugin()
    parts = [section(number, payload) for number, payload in whole.sections().items()]
    first = whole.sections()[TYPE]
    rest = b"".join(parts[1:])
    yield "leb-section-padded-to-5", PREAMBLE + section(TYPE, first, 5) + rest
    yield "leb-section-of-6", PREAMBLE + section(TYPE, first, 6) + rest
    yield "leb-section-of-2-30", PREAMBLE + b"\1" + unsigned(1 << 30) + rest
    yield "leb-section-too-large", PREAMBLE + b"\1\xff\xff\xff\xff\x1f" + rest
    yield "leb-count-padded", Plugin().having(extra={MEMORY: unsigned(1, 5) + limits(1)}).bytes()
    yield "leb-count-of-6", Plugin().having(extra={MEMORY: unsigned(1, 6) + limits(1)}).bytes()
    yield "leb-count-padded-too-much-set", Plugin().having(extra={MEMORY: b"\x81\x80\x80\x80\x10" + limits(1)}).bytes()
    yield "leb-export-count-of-6", Plugin().having(extra={EXPORT: unsigned(0, 6)}).bytes()
    yield "leb-constant-not-canonical", Plugin().variable("i", b"\x41\x80\x80\x80\x80\x70").bytes()
    yield "leb-constant-canonical", Plugin().variable("i", b"\x41\x80\x80\x80\x80\x78").bytes()


def broken_sections():
    def having(number, payload):
        return Plugin().having(extra={number: payload}).bytes()

    whole = Plugin()
    sections = whole.sections()
    parts = {number: section(number, payload) for number, payload in sections.items()}
    yield "section-twice", PREAMBLE + parts[TYPE] + b"".join(parts.values())
    yield "section-out-of-order", PREAMBLE + parts[FUNCTION] + parts[TYPE] + parts[EXPORT] + parts[MEMORY] + parts[CODE]
    yield "section-unknown-14", whole.bytes() + section(14, b"")
    yield "section-unknown-200", whole.bytes() + section(200, b"abc")
    yield "section-empty-tag", PREAMBLE + parts[TYPE] + parts[FUNCTION] + parts[MEMORY] + section(TAG, b"\0") + parts[
        EXPORT
    ] + parts[CODE]
    yield "section-tag-behind-global", Plugin().having(back=[section(TAG, b"\0")]).bytes()
    yield "section-cut", whole.bytes()[:-1]
    yield "section-code-missing", PREAMBLE + b"".join(part for number, part in parts.items() if number != CODE)
    yield "section-function-missing", PREAMBLE + b"".join(part for number, part in parts.items() if number != FUNCTION)
    yield "section-type-missing", PREAMBLE + b"".join(part for number, part in parts.items() if number != TYPE)
    yield "section-memory-missing", PREAMBLE + b"".join(part for number, part in parts.items() if number != MEMORY)
    for number, payload in sections.items():
        yield f"section-{number}-with-a-byte-more", having(number, payload + b"\0")
        yield f"section-{number}-a-byte-short", having(number, payload[:-1])
        yield f"section-{number}-counts-one-more", having(number, bytes([payload[0] + 1]) + payload[1:])
        yield f"section-{number}-counts-millions", having(number, unsigned(100_000_000) + payload[1:])
        yield f"section-{number}-empty", having(number, b"")
    yield "type-form-unknown", having(TYPE, vector([b"\x40\0\0"] * 3))
    yield "type-value-unknown", having(TYPE, vector([b"\x60\1\x10\0", b"\x60\0\0", b"\x60\1\x7f\1\x7f"]))
    yield "type-of-struct", Plugin().knowing(b"\x5f\1\x7f\1").bytes()
    yield "type-of-array", Plugin().knowing(b"\x5e\x78\0").bytes()
    yield "type-recursive-group", Plugin().knowing(b"\x4e\2\x50\0\x5f\1\x63\3\0\x5e\x7f\1").bytes()
    yield "type-sub-final", Plugin().knowing(b"\x4f\0\x60\0\0").bytes()
    yield "type-sub-of-nothing", Plugin().knowing(b"\x50\1\x07\x5f\0").bytes()
    yield "type-index-out-of-range", having(FUNCTION, vector([unsigned(77)] * 2))
    yield "function-of-a-struct-type", Plugin().knowing(b"\x5f\0").define(None, b"\x5f\0", b"").bytes()
    yield "import-kind-unknown", having(IMPORT, vector([name("env") + name("x") + b"\x09\0"]))
    yield "import-type-out-of-range", having(IMPORT, vector([name("env") + name("proxy_log") + b"\0\x63"]))
    yield "import-name-bad-utf8", Plugin().bring("env", b"\xff", ":").bytes()
    yield "import-module-bad-utf8", Plugin().bring(b"\xff", "x", ":").bytes()
    yield "export-name-bad-utf8", Plugin().define(b"\xc0\x80", ":").bytes()
    yield "export-name-of-nothing", Plugin().define("", ":").bytes()
    yield "export-twice", Plugin().define("x", ":").define("x", ":").bytes()
    yield "export-twice-of-other-kinds", Plugin().define("memory", ":").bytes()
    yield "export-of-no-such-function", Plugin().export("x", FUNC_KIND, 99).bytes()
    yield "export-of-no-such-memory", Plugin().export("x", MEMORY_KIND, 9).bytes()
    yield "export-of-no-such-table", Plugin().export("x", TABLE_KIND, 0).bytes()
    yield "export-of-no-such-global", Plugin().export("x", GLOBAL_KIND, 0).bytes()
    yield "export-of-no-such-tag", Plugin().export("x", TAG_KIND, 0).bytes()
    yield "export-kind-unknown", Plugin().export("x", 9, 0).bytes()
    yield "memory-flags-unknown", Plugin(memories=(b"\x40\1",)).bytes()
    yield "table-maximum-below-minimum", Plugin().having(tables=[table(minimum=2, maximum=1)]).bytes()
    yield "table-of-numbers", Plugin().having(tables=[b"\x7f" + limits(1)]).bytes()
    yield "table-with-init", Plugin().having(tables=[b"\x40\0\x70" + limits(1) + b"\xd0\x70" + END]).bytes()
    yield "table-with-init-of-another-type", Plugin().having(tables=[b"\x40\0\x70" + limits(1) + i32(0) + END]).bytes()
    yield "table-not-nullable-without-init", Plugin().having(tables=[table("n")]).bytes()
    yield "global-without-end", Plugin().having(extra={GLOBAL: vector([global_type("i") + i32(0)])}).bytes()
    yield "global-mutability-unknown", Plugin().having(globals=[b"\x7f\2" + i32(0) + END]).bytes()
    yield "global-of-another-type", Plugin().variable("i", i64(0)).bytes()
    yield "global-without-value", Plugin().variable("i", b"").bytes()
    yield "global-two-values", Plugin().variable("i", i32(0) + i32(0)).bytes()
    yield "global-not-constant", Plugin().variable("i", i32(6) + i32(2) + b"\x6d").bytes()
    yield "global-of-a-later-global", Plugin().variable("i", get_global(1)).variable("i", i32(0)).bytes()
    yield "global-of-an-earlier-global", Plugin().variable("i", i32(0)).variable("i", get_global(0)).bytes()
    yield "global-of-no-such-function", Plugin().variable("r", b"\xd2\x63").bytes()
    yield "global-of-a-mutable-global", Plugin().variable("i", i32(0), mutable=True).variable(
        "i", get_global(0)
    ).bytes()
    yield "body-too-long", having(CODE, vector([b"\x7f\0" + END] * 2))
    yield "body-counts-wrongly", having(CODE, vector([sized(b"\0" + END)] * 5))
    yield "body-of-nothing", having(CODE, vector([b"\0"] * 2))


def engine_limits():
    yield "limit-1000-parameters", Plugin().define(None, "i" * 1000 + ":").bytes()
    yield "limit-1001-parameters", Plugin().define(None, "i" * 1001 + ":").bytes()
    yield "limit-1000-results", Plugin().define(None, ":" + "i" * 1000).bytes()
    yield "limit-1001-results", Plugin().define(None, ":" + "i" * 1001).bytes()
    for count in (50_000, 50_001, 4_000_000_000):
        runs = vector([unsigned(count) + b"\x7f"])
        yield f"limit-{count}-locals", Plugin().define(None, ":", b"", runs).bytes()
    yield "limit-locals-with-parameters", Plugin().define(
        None, "ii:", b"", vector([unsigned(49_999) + b"\x7f"])
    ).bytes()
    for count in (10_000_000, 10_000_001):
        yield f"limit-table-of-{count}", Plugin().having(tables=[table(minimum=count)]).bytes()
    for size in (7_654_321, 7_654_322):
        yield f"limit-body-of-{size}", Plugin().define(None, ":", b"\1" * (size - 2)).bytes()
    nested = 100_000
    yield "limit-nested-blocks", Plugin().define(None, ":", b"\2\x40" * nested + END * nested).bytes()
    for count in (65_520, 65_521):
        targets = b"\x0e" + vector([b"\0"] * count) + b"\0"
        yield f"limit-br_table-of-{count}", Plugin().define(None, ":", i32(0) + targets).bytes()
    yield "limit-name-of-100000", Plugin().define("x" * 100_000, ":").bytes()
    yield "limit-name-of-100001", Plugin().define("x" * 100_001, ":").bytes()
    yield "many-exports", Plugin().having(
        exports=[(f"e{index}", FUNC_KIND, ("own", 0)) for index in range(1_000)] + [("proxy_abi_version_0_2_1", FUNC_KIND, ("own", 0)), ("malloc", FUNC_KIND, ("own", 1))]
    ).bytes()  # fmt: skip


def features():
    words = {
        "v": "v128", "r": "funcref", "e": "externref", "a": "anyref", "q": "eqref", "3": "i31ref", "s": "structref",
        "y": "arrayref", "x": "exnref", "0": "nullref", "9": "nullfuncref", "8": "nullexternref", "7": "nullexnref",
        "n": "ref-func", "N": "ref-extern",
    }  # fmt: skip
    for letter, word in words.items():
        yield f"exports-a-function-taking-{word}", Plugin().define("f", letter + ":", b"").bytes()
        yield f"has-a-function-taking-{word}", Plugin().define(None, letter + ":", b"").bytes()
    for letter in "vreaxn0":
        if letter != "n":
            yield f"exports-a-function-giving-{words[letter]}", Plugin().define("f", ":" + letter).bytes()
            yield f"exports-a-global-{words[letter]}", Plugin().variable(
                letter, Plugin.zeros(":" + letter), "g"
            ).bytes()
    for letter in "reax":
        plugin = Plugin().having(tables=[table(letter)]).export("t", TABLE_KIND, 0)
        yield f"exports-a-table-of-{words[letter]}", plugin.bytes()
    yield "exports-a-function-of-a-typed-reference", Plugin().define("f", "t:", b"").bytes()
    yield "has-a-function-of-a-typed-reference", Plugin().define(None, "t:", b"").bytes()
    struct = Plugin().knowing(b"\x5f\0")
    yield "has-a-function-of-a-struct", struct.define(None, "T:", b"").bytes()
    struct = Plugin().knowing(b"\x5f\0")
    yield "exports-a-function-of-a-struct", struct.define("f", "T:", b"").bytes()
    yield "imports-a-function-of-a-typed-reference", Plugin().bring("env", "proxy_done", "t:i").bytes()
    yield "exports-a-v128-without-marker", Plugin(None).define("f", "v:", b"").bytes()
    yield "exports-a-v128-and-misses-an-import", Plugin().bring("env", "nothing", ":").define("f", "v:", b"").bytes()
    yield "exports-a-v128-and-has-no-malloc", Plugin(malloc=None).define("f", "v:", b"").bytes()
    yield "exports-a-v128-callback", Plugin().define("proxy_on_tick", "v:", b"").bytes()
    tag = Plugin()
    tag.tags = [b"\0" + unsigned(tag.type("i:"))]
    yield "has-a-tag", tag.bytes()
    yield "exports-a-tag", tag.export("tag", TAG_KIND, 0).bytes()

    def body(code, signature=":", **changes):
        return Plugin().having(**changes).define(None, signature, code).bytes()

    zero = b"\xfd\x0c" + bytes(16)
    yield "uses-simd", body(zero + DROP)
    yield "uses-relaxed-simd", body(zero + zero + b"\xfd\x80\x02" + DROP)
    yield "uses-fp16", body(b"\x43" + bytes(4) + b"\xfd\xa0\x02" + DROP)
    yield "uses-tail-calls", body(b"\x12\0")
    yield "uses-threads", body(i32(0) + b"\xfe\x10\2\0" + DROP)
    yield "uses-bulk-memory", body(i32(0) * 3 + b"\xfc\x0b\0")
    yield "uses-sign-extension", body(i32(0) + b"\xc0" + DROP)
    yield "uses-saturating-conversion", body(b"\x43" + bytes(4) + b"\xfc\0" + DROP)
    yield "uses-wide-arithmetic", body(i64(0) * 4 + b"\xfc\x13" + DROP + DROP)
    yield "uses-memory-init-without-count", Plugin().having(data=[b"\1" + sized(b"a")]).define(
        None, ":", i32(0) * 3 + b"\xfc\x08\0\0"
    ).bytes()  # fmt: skip
    yield "uses-memory-init-with-count", Plugin().having(data=[b"\1" + sized(b"a")], data_count=1).define(
        None, ":", i32(0) * 3 + b"\xfc\x08\0\0"
    ).bytes()  # fmt: skip
    old = Plugin()
    old.tags = [b"\0" + unsigned(old.type(":"))]
    yield "uses-old-exceptions", old.define(None, ":", b"\x06\x40\x19" + END).bytes()
    new = Plugin()
    new.tags = [b"\0" + unsigned(new.type(":"))]
    yield "uses-new-exceptions", new.define(None, ":", b"\x1f\x40\x01\x02\x00" + END).bytes()
    both = Plugin()
    both.tags = [b"\0" + unsigned(both.type(":"))]
    both.define(None, ":", b"\x06\x40\x19" + END).define(None, ":", b"\x1f\x40\x01\x02\x00" + END)
    yield "uses-both-exceptions", both.bytes()
    yield "uses-stack-switching-type", Plugin().knowing(b"\x5d\0").bytes()
    yield "uses-custom-page-sizes", Plugin(memories=(b"\x08\1\0",)).bytes()
    yield "uses-shared-types", Plugin().knowing(b"\x65\x60\0\0").bytes()
    yield "uses-table64", Plugin().having(tables=[table(flags=4)]).bytes()
    yield "uses-a-shared-table", Plugin().having(tables=[table(flags=3, minimum=1) + b"\2"]).bytes()
    yield "uses-stringref", Plugin().knowing(b"\x60\1\x67\0").bytes()
    yield "uses-i31", body(i32(0) + b"\xfb\x1c" + DROP)


def bodies():
    for word, code, signature in (
        ("of-another-type", i64(0), ":i"), ("value-missing", b"", ":i"), ("value-left-over", i32(0), ":"),
        ("unknown-opcode", b"\xff", ":"), ("no-such-local", b"\x20\x63" + DROP, ":"), ("no-such-function", call(500), ":"),
        ("no-such-global", b"\x23\x63" + DROP, ":"), ("no-such-type", i32(0) + b"\x11\x63\0", ":"), ("ends-early", END + b"\1", ":"),
        ("block-open", b"\2\x40", ":"), ("branch-too-far", b"\x0c\x63", ":"), ("call-with-nothing", b"\x10\1", ":"),
        ("else-without-if", b"\5", ":"), ("no-such-table", i32(0) + b"\x11\0\7", ":"), ("misaligned", i32(0) + b"\x28\x09\0" + DROP, ":"),
        ("constant-cut", b"\x41", ":"), ("reserved-prefix", b"\xfc\xff\x7f", ":"), ("unreachable-anything", UNREACHABLE + b"\x6a" + DROP, ":"),
    ):  # fmt: skip
        yield f"body-{word}", Plugin().define(None, signature, code).bytes()
    yield "body-without-end", Plugin().having(extra={CODE: vector([sized(b"\0"), sized(b"\0" + i32(0) + END)])}).bytes()
    yield "body-local-of-unknown-type", Plugin().define(None, ":", b"", vector([b"\1\x10"])).bytes()
    yield "body-locals-cut", Plugin().define(None, ":", b"", b"\5").bytes()
    yield "body-loads-without-memory", Plugin(memories=()).define(None, ":", i32(0) + b"\x28\2\0" + DROP).bytes()
    yield "body-ref-func-undeclared", Plugin().define(None, ":", b"\xd2\2" + DROP).bytes()


GROUPS = (every_section, segments, files, custom_sections, integers, broken_sections, engine_limits, features, bodies)


def modules():
    for group in GROUPS:
        for title, module in group():
            yield title, module if isinstance(module, bytes) else module.bytes()
