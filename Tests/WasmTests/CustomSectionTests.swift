import Diagnostics
import Testing
import Wasm

@Suite struct CustomSectionTests {
    @Test func `who made a module is read`() throws {
        let fields = vector([
            name("language") + vector([name("Rust") + name("")]),
            name("processed-by") + vector([name("rustc") + name("1.94.0"), name("wasm-opt") + name("125")]),
        ])
        let module = try PluginBytes(rest: custom("producers", fields)).read()
        #expect(module.problems == [])
        #expect(
            module.producers == [
                Module.Producer(field: "language", name: "Rust", version: ""),
                Module.Producer(field: "processed-by", name: "rustc", version: "1.94.0"),
                Module.Producer(field: "processed-by", name: "wasm-opt", version: "125"),
            ]
        )
    }

    @Test func `what thousands of sections say together fills no memory`() throws {
        let producers = custom(
            "producers",
            vector([name("x") + vector(Array(repeating: [0, 0], count: 800))])
        )
        let features = custom("target_features", vector(Array(repeating: [0x2B, 0], count: 800)))
        let long = custom(String(repeating: "a", count: 60_000), [])
        let rest = [producers, features, long].flatMap { Array(repeating: $0, count: 3).joined() }
        let module = try PluginBytes(rest: rest).read()
        #expect(module.problems == [])
        #expect(module.producers.count == 1000)
        #expect(module.targetFeatures.count == 1000)
        #expect(module.customSections.count == 9)
        #expect(module.customSections.allSatisfy { $0.name.utf8.count < 1000 })
    }

    @Test func `features, the build's identity and the source map are read`() throws {
        let features = vector([[0x2B] + name("simd128"), [0x2D] + name("atomics")])
        let rest =
            custom("target_features", features) + custom("build_id", [3, 0x0A, 0, 0xFF])
            + custom("sourceMappingURL", name("https://maps.example/a.map"))
        let module = try PluginBytes(rest: rest).read()
        #expect(module.problems == [])
        #expect(module.targetFeatures == ["+simd128", "-atomics"])
        #expect(module.buildID == "0a00ff")
        #expect(module.sourceMappingURL == "https://maps.example/a.map")
    }

    @Test func `sections are seen by name, with the place and size of what they hold`() throws {
        let names = ["signature", "precompiled_v8", "dylink.0", "component-type:a", ".debug_info", "", "ä"]
        let plugin = PluginBytes(rest: names.flatMap { custom($0, [7, 7, 7]) })
        let module = try plugin.read()
        #expect(module.problems == [])
        #expect(module.customSections.map(\.name) == names)
        for section in module.customSections {
            #expect(section.size == 3)
            #expect(plugin.bytes[section.offset..<section.offset + section.size] == [7, 7, 7])
        }
    }

    @Test func `names and debug information can be stripped`() throws {
        let rest =
            custom(".debug_line", [1, 2, 3]) + custom("name", [0, 2, 1, 0x61]) + custom("producers", [0])
        #expect(try PluginBytes(rest: rest).read().strippableSize == 7)
    }

    static let unreadable: [(title: String, content: [UInt8], why: String)] = [
        ("producers", [], "nothing"),
        ("producers", [1, 8, 0x61], "a name that is cut off"),
        ("producers", [0xFF, 0xFF, 0x03], "more fields than anybody writes"),
        ("target_features", [1, 0x3D, 1, 0x61], "a sign that is none"),
        ("build_id", [5, 1], "shorter than it says"),
        ("build_id", unsigned(257) + [UInt8](repeating: 1, count: 257), "longer than anybody writes"),
        ("sourceMappingURL", [1, 0xFF], "no UTF-8"),
    ]

    @Test("what nobody needs to load a module is a note at most", arguments: unreadable)
    func note(title: String, content: [UInt8], why: String) throws {
        let module = try PluginBytes(rest: custom(title, content)).read()
        #expect(module.problems.map(\.id) == ["custom-section-unreadable"], "\(why)")
        #expect(module.problems.allSatisfy { $0.severity == .note && $0.message.contains(title) }, "\(why)")
        #expect(module.problems.allSatisfy { $0.saying == nil }, "\(why)")
    }

    static let corrupted: [(rest: [UInt8], phrase: String, why: String)] = [
        (section(0, []), "the length of the name of a custom section", "no name at all"),
        (section(0, [5, 0x61]), "should have 5 bytes, but 1 follow", "a name beyond the section"),
        (section(0, [0x80, 0x80, 0x80, 0x80, 0x80, 0]), "no number below 2³⁰", "a length of six bytes"),
        (custom("name", [1]), "the size of a part of the name section", "a part without a size"),
        (custom("name", [1, 5]), "should have 5 bytes, but 0 follow", "a part beyond the section"),
        (custom("name", [1, 2, 0]), "should have 2 bytes, but 1 follow", "one byte too few"),
        (custom("name", [9, 5, 0]), "should have 5 bytes, but 1 follow", "a part that nobody knows"),
        (custom("name", [1, 0]), "the number of names of functions", "no map"),
        (custom("name", [1, 1, 5]), "5 names should follow, but only 0", "more names than bytes"),
        (custom("name", [1, 2, 0, 0]), "do not end where they should", "a byte behind the map"),
        (custom("name", [1, 1, 1, 0, 0]), "do not end where they should", "a map beyond its part"),
        (custom("name", [1, 4, 1, 0, 9, 0x61]), "should have 9 bytes", "a name that is cut off"),
        (
            custom("name", [1, 8, 1, 0x80, 0x80, 0x80, 0x80, 0x04, 1, 0x61]),
            "the index of a function's name is no number below 2³⁰", "an index of 31 bits"
        ),
    ]

    @Test("what Envoy itself looks at has to be right", arguments: corrupted)
    func corruption(rest: [UInt8], phrase: String, why: String) throws {
        let plugin = PluginBytes(rest: rest)
        let problem = try #require(try plugin.read().problems.first, "\(why)")
        #expect(problem.id == "corrupted-module", "\(why)")
        #expect(problem.saying == "Failed to parse corrupted Wasm module", "\(why)")
        #expect(problem.message.contains(phrase), "\(why): \(problem.message)")
        #expect((problem.offset ?? 0) > plugin.bytes.count - rest.count, "\(why)")
    }

    static let names: [(rest: [UInt8], functions: [Int: String], why: String)] = [
        (custom("name", []), [:], "empty"),
        (custom("name", [0, 2, 9, 0x61]), [:], "a module's name that is cut off"),
        (custom("name", [2, 1, 0xFF]), [:], "locals are not looked at"),
        (custom("name", [1, 1, 0, 1, 1, 0]), [:], "two maps"),
        (custom("name", [1, 4, 1, 9, 1, 0xFF]), [9: "\u{FFFD}"], "no such function, and no UTF-8"),
        (
            custom("name", [1, 4, 1, 0, 1, 0x61]) + custom("name", [1, 5]), [0: "a"],
            "only the first such section counts"
        ),
        (
            custom("name", [1, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x03, 1, 0x61]), [(1 << 30) - 1: "a"],
            "the largest index"
        ),
    ]

    @Test("the rest of the names may be anything", arguments: names)
    func anything(rest: [UInt8], functions: [Int: String], why: String) throws {
        let module = try PluginBytes(rest: rest).read()
        #expect(module.problems == [], "\(why)")
        #expect(module.functionNames == functions, "\(why)")
    }

    @Test func `a section's name that is not UTF-8 is refused by the engine`() throws {
        let problems = try PluginBytes(rest: section(0, [1, 0xFF])).read().problems
        #expect(problems.map(\.saying) == ["Failed to load Wasm bytecode"])
    }

    static let exports: [(content: [UInt8], saying: String, why: String)] = [
        (unsigned(1 << 30), "Failed to parse corrupted Wasm module", "a count of 31 bits"),
        (unsigned(1 << 20), "Failed to parse corrupted Wasm module", "a count beyond the file"),
        ([28] + marker + [1], "Failed to parse corrupted Wasm module", "a count beyond the section"),
        ([27] + marker + [1], "Failed to load Wasm bytecode", "as many exports as bytes"),
        ([1, 1, 0x61], "Failed to parse corrupted Wasm module", "an end within an export"),
        (
            vector([name("a") + [0] + unsigned(1 << 30), marker]), "Failed to parse corrupted Wasm module",
            "an index of 31 bits before the marker"
        ),
        (
            vector([marker, name("a") + [0] + unsigned(1 << 30)]), "Failed to load Wasm bytecode",
            "and behind it, where Envoy has stopped looking"
        ),
    ]

    @Test("Envoy looks through the exports up to the marker", arguments: exports)
    func looking(content: [UInt8], saying: String, why: String) throws {
        // What is behind the section is not taken for exports.
        let problems = try PluginBytes([7: content], rest: custom("a", content)).read().problems
        #expect(problems.map(\.saying) == [saying], "\(why)")
    }
}
