import Diagnostics
import TestSupport
import Testing
import Wasm

@testable import ProxyWasm

@Suite struct EnvoyParserTests {
    static let corrupted: [(rest: [UInt8], phrase: String, why: String)] = [
        (section(0, []), "the length of the name of a custom section", "no name at all"),
        (section(0, [5, 0x61]), "should have 5 bytes, but 1 follow", "a name beyond the section"),
        (section(0, [0x80, 0x80, 0x80, 0x80, 0x80, 0]), "not a number below 2³⁰", "a length of six bytes"),
        (custom("name", [1]), "the size of a subsection of the name section", "a part without a size"),
        (custom("name", [1, 5]), "should have 5 bytes, but 0 follow", "a part beyond the section"),
        (custom("name", [1, 2, 0]), "should have 2 bytes, but 1 follow", "one byte too few"),
        (custom("name", [9, 5, 0]), "should have 5 bytes, but 1 follow", "an unknown part"),
        (custom("name", [1, 0]), "the number of function names", "no map"),
        (custom("name", [1, 1, 5]), "5 names should follow, but only 0", "more names than bytes"),
        (custom("name", [1, 2, 0, 0]), "do not fill their subsection", "a byte behind the map"),
        (custom("name", [1, 1, 1, 0, 0]), "do not fill their subsection", "a map beyond its part"),
        (custom("name", [1, 4, 1, 0, 9, 0x61]), "should have 9 bytes", "a name that is cut off"),
        (
            custom("name", [1, 8, 1, 0x80, 0x80, 0x80, 0x80, 0x04, 1, 0x61]),
            "the index of a function's name is not a number below 2³⁰", "an index of 31 bits"
        ),
    ]

    @Test("Envoy rejects a module that its own parser cannot read", arguments: corrupted)
    func corruption(rest: [UInt8], phrase: String, why: String) throws {
        let plugin = PluginBytes(rest: rest)
        let problem = try #require(ModuleCheck(try plugin.read()).firstError, "\(why)")
        #expect(problem.id == "corrupted-module", "\(why)")
        #expect(problem.consumerMessage == "Failed to parse corrupted Wasm module", "\(why)")
        #expect(problem.message.contains(phrase), "\(why): \(problem.message)")
        #expect((problem.offset ?? 0) > plugin.bytes.count - rest.count, "\(why)")
    }

    static let names: [(rest: [UInt8], functions: [Int: String], why: String)] = [
        (custom("name", []), [:], "empty"),
        (custom("name", [0, 2, 9, 0x61]), [:], "a module's name that is cut off"),
        (custom("name", [2, 1, 0xFF]), [:], "local names are not checked"),
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

    @Test("accepts any other content of the name section", arguments: names)
    func anything(rest: [UInt8], functions: [Int: String], why: String) throws {
        let reading = try PluginBytes(rest: rest).read()
        #expect(reading.corruptions == [] && reading.module.problems == [], "\(why)")
        #expect(reading.module.functionNames == functions, "\(why)")
    }

    @Test func `the engine rejects a section name that is not UTF-8`() throws {
        let errors = try ModuleCheck(PluginBytes(rest: section(0, [1, 0xFF])).read()).errors
        #expect(errors.map(\.consumerMessage) == ["Failed to load Wasm bytecode"])
    }

    static let exports: [(content: [UInt8], consumerMessage: String, why: String)] = [
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
            "and after it, where Envoy has stopped parsing"
        ),
    ]

    @Test("Envoy parses the exports up to the marker", arguments: exports)
    func looking(content: [UInt8], consumerMessage: String, why: String) throws {
        // Bytes after the section are not parsed as exports.
        let errors = try ModuleCheck(PluginBytes([7: content], rest: custom("a", content)).read()).errors
        #expect(errors.map(\.consumerMessage) == [consumerMessage], "\(why)")
    }

    @Test func `reports a section that Envoy cannot parse once, and errors elsewhere too`()
        throws
    {
        let exports = try PluginBytes([7: [28] + marker + [1], 5: [9]]).read()
        #expect(exports.corruptions.map(\.step) == [.readExports])
        #expect(exports.module.exports == [])
        #expect(exports.module.problems.map(\.kind) == [.invalid])
        #expect(ModuleCheck(exports).ids == ["corrupted-module", "invalid-module"])
        let names = try PluginBytes(rest: custom("name", [1, 5])).read()
        #expect(names.corruptions.map(\.step) == [.parse])
        #expect(names.module.customSections.map(\.name) == ["name"])
    }

    @Test func `Envoy does not reach an export section in the wrong order`() throws {
        let late = try readModule(SampleModule.preamble + section(10, [0]) + section(7, [28]))
        #expect(late.corruptions == [])
        #expect(late.module.problems.map(\.kind) == [.invalid])
    }
}
