import TestSupport
import Testing
import Wasm

@Suite struct CustomSectionTests {
    @Test func `reads the producers of a module`() throws {
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

    @Test func `limits the memory for thousands of sections`() throws {
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

    @Test func `reads features, the build ID and the source map`() throws {
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

    @Test func `lists sections with name, offset and size of their content`() throws {
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

    @Test func `counts names and debug information as strippable`() throws {
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

    @Test("reports unreadable optional sections as notes at most", arguments: unreadable)
    func note(title: String, content: [UInt8], why: String) throws {
        let module = try PluginBytes(rest: custom(title, content)).read()
        #expect(module.problems.map(\.kind) == [.unreadableSection], "\(why)")
        #expect(module.problems.allSatisfy { $0.message.contains(title) }, "\(why)")
    }

    static let names: [(content: [UInt8], functions: [Int: String], why: String)] = [
        ([1], [:], "a part without a size"),
        ([1, 5, 1, 0, 1, 0x61], [:], "a part beyond the section"),
        ([1, 1, 5], [:], "more names than bytes"),
        ([1, 4, 1, 9, 1, 0xFF], [9: "\u{FFFD}"], "no UTF-8"),
        ([1, 7, 2, 0, 1, 0x61, 1, 9, 0x62], [0: "a"], "a name that is cut off"),
        ([0, 2, 9, 0x61, 1, 4, 1, 0, 1, 0x61], [0: "a"], "a name of the module that is cut off"),
    ]

    @Test("omits unreadable names silently", arguments: names)
    func unreadableNames(content: [UInt8], functions: [Int: String], why: String) throws {
        let module = try PluginBytes(rest: custom("name", content)).read()
        #expect(module.problems == [], "\(why)")
        #expect(module.functionNames == functions, "\(why)")
        #expect(module.customSections.map(\.name) == ["name"], "\(why)")
    }

    @Test func `rejects a section name that is truncated or not UTF-8`() throws {
        for content in [[1, 0xFF], [5, 0x61], []] as [[UInt8]] {
            let problems = try PluginBytes(rest: section(0, content)).read().problems
            #expect(problems.map(\.kind) == [.invalid])
        }
    }

    @Test func `does not read skipped sections`() throws {
        let bytes = PluginBytes([7: [1, 9]], rest: section(0, [9])).bytes
        let outline = try ModuleOutline(size: bytes.count) { offset, count in
            Array(bytes.dropFirst(offset).prefix(count))
        }
        let skipped = outline.sections.filter { [0, 7].contains($0.id) }.map(\.offset)
        let module = try Module(outline, skipping: Set(skipped)) { offset, count in
            Array(bytes.dropFirst(offset).prefix(count))
        }
        #expect(module.problems == [])
        #expect(module.exports == [] && module.customSections == [])
    }
}
