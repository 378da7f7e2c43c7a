import Diagnostics
import ProxyWasm
import TestSupport
import Testing
import Wasm

/// Tests the failures for files whose sections cannot be read.
@Suite struct OutlineFailureTests {
    private static let preamble = SampleModule.preamble

    private func outline(_ bytes: [UInt8], size: Int? = nil) throws(Failure) -> ModuleOutline {
        try ModuleOutline(of: "plugin.wasm", size: size ?? bytes.count) { offset, count in
            Array(bytes.dropFirst(offset).prefix(count))
        }
    }

    static let files: [(bytes: [UInt8], code: Failure.Code, phrase: String, hint: String?, why: String)] = [
        ([], .notWasm, "plugin.wasm is empty", "build it again", "nothing"),
        ([0], .notWasm, "it starts with 00", nil, "one byte of the magic number"),
        ([0, 0x61, 0x73], .notWasm, "it starts with 00 61 73", nil, "three bytes of it"),
        ([0, 0x61, 0x73, 0x6D], .wasmMalformed, "it ends after 4 bytes", "truncated", "no version"),
        (
            [0, 0x61, 0x73, 0x6D, 1, 0, 0], .wasmMalformed, "it ends after 7 bytes", "truncated",
            "half a version"
        ),
        (
            [0, 0x61, 0x73, 0x6D, 0x0D, 0, 1, 0], .wasmComponent, "header 0d 00 01 00", "wasm32-wasip1",
            "a component"
        ),
        (
            [0, 0x61, 0x73, 0x6D, 0x0E, 0, 1, 0], .wasmComponent, "header 0e 00 01 00", "c-shared",
            "a component of a later version"
        ),
        ([0, 0x61, 0x73, 0x6D, 2, 0, 0, 0], .wasmMalformed, "version 02 00 00 00", nil, "a version to come"),
        ([0, 0x61, 0x73, 0x6D, 0, 0, 0, 1], .wasmMalformed, "version 00 00 00 01", nil, "the wrong order"),
        ([0, 0x61, 0x73, 0x6D, 13, 0, 1, 1], .wasmMalformed, "version 0d 00 01 01", nil, "layer 257"),
        ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0], .notWasm, "it starts with 1f 8b 08 00", "gunzip", "gzip"),
        (Array("\u{7F}ELF\u{2}\u{1}\u{1}".utf8), .notWasm, "7f 45 4c 46", "build for wasm32", "a program"),
        (Array("(module (func))".utf8), .notWasm, "\"(module (func))\"", "wat2wasm", "WebAssembly text"),
        (Array("!<arch>\nlib.o/".utf8), .notWasm, "\"!<arch>\"", "crate-type cdylib", "a static library"),
        (Array("#!/bin/sh\necho".utf8), .notWasm, "\"#!/bin/sh\"", nil, "some text, its first line only"),
        (Array("\u{1B}[2J".utf8), .notWasm, "1b 5b 32 4a", nil, "what would steer a terminal"),
        (Array("\0asM\u{1}\0\0\0".utf8), .notWasm, "00 61 73 4d", nil, "the case counts"),
    ]

    @Test("identifies a file that is not a core module", arguments: files)
    func rejection(bytes: [UInt8], code: Failure.Code, phrase: String, hint: String?, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try outline(bytes) }
        #expect(failure?.code == code, "\(why)")
        let text = "\(failure?.message ?? "") \(failure?.why ?? "")"
        #expect(text.contains(phrase), "\(why): \(text)")
        if let hint {
            #expect(failure?.hints.contains { $0.contains(hint) } == true, "\(why)")
        } else {
            let usual = "build the module, and name the file that the compiler wrote"
            #expect(failure?.hints == (code == .notWasm ? [usual] : []), "\(why)")
        }
    }

    static let fixtures: [(file: String, code: Failure.Code, phrase: String)] = [
        ("wasm/tiny/component.wasm", .wasmComponent, "is a component, not a core module"),
        ("wasm/tiny/git-lfs-pointer/plugin.wasm", .notWasm, "is not a WebAssembly module"),
    ]

    @Test("distinguishes the fixtures", arguments: fixtures)
    func fixture(file: String, code: Failure.Code, phrase: String) throws {
        let bytes = try Fixtures.bytes(file)
        let failure = #expect(throws: Failure.self) { try outline(bytes) }
        #expect(failure?.code == code)
        #expect(failure?.message.contains(phrase) == true)
    }

    @Test func `suggests git lfs pull for a Git LFS pointer`() throws {
        let bytes = try Fixtures.bytes("wasm/tiny/git-lfs-pointer/plugin.wasm")
        let failure = #expect(throws: Failure.self) { try outline(bytes) }
        #expect(failure?.hints == ["git lfs pull"])
    }

    static let broken: [(bytes: [UInt8], phrase: String, why: String)] = [
        (preamble + [1], "cannot be read", "a section without a length"),
        (preamble + [1, 0x80], "cannot be read", "it ends within the length"),
        (preamble + [1, 1], "should have 1 bytes, but 0 follow", "one byte is missing"),
        (preamble + [1, 0xFF, 0xFF, 0xFF, 0x7F, 0], "268435455 bytes, but 1 follow", "far beyond the end"),
        (preamble + [1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], "4294967295 bytes, but 0 follow", "2³² - 1"),
        (preamble + [1, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F], "cannot be read", "a length of 33 bits"),
        (preamble + [1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "cannot be read", "a length of 35 bits"),
        (preamble + [1, 0x80, 0x80, 0x80, 0x80, 0x80, 0], "cannot be read", "a length of six bytes"),
        (preamble + [14, 0], "the section at byte 8 has the unknown id 14", "the first id that is unknown"),
        (
            preamble + [0, 0, 255, 0], "the section at byte 10 has the unknown id 255",
            "an unknown id later on"
        ),
    ]

    @Test("rejects a module with invalid sections", arguments: broken)
    func brokenSections(bytes: [UInt8], phrase: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try outline(bytes) }
        #expect(failure?.code == .wasmMalformed, "\(why)")
        #expect(failure?.why?.contains(phrase) == true, "\(why): \(failure?.why ?? "")")
        #expect(failure?.cause is ModuleOutline.Problem, "\(why)")
    }

    @Test(
        "rejects the truncated fixtures",
        arguments: ["truncated", "section-beyond-end"]
    )
    func brokenFixtures(name: String) throws {
        let bytes = try Fixtures.bytes("wasm/tiny/\(name).wasm")
        let failure = #expect(throws: Failure.self) { try outline(bytes) }
        #expect(failure?.code == .wasmMalformed)
        #expect(failure?.hints.first?.contains("truncated") == true)
    }

    @Test func `accepts the largest module that proxies load, and rejects one byte more`() throws {
        #expect(ModuleOutline.sizeLimit == 268_433_920)
        // The preamble, and one custom section with all the rest.
        let content = ModuleOutline.sizeLimit - 13
        let length = (0..<4).map {
            UInt8(truncatingIfNeeded: content >> (7 * $0)) & 0x7F | ($0 < 3 ? 0x80 : 0)
        }
        let head = Self.preamble + [0] + length
        let largest = try outline(head, size: ModuleOutline.sizeLimit)
        #expect(largest.sections.map { [Int($0.id), $0.offset, $0.size] } == [[0, 13, content]])
        for size in [ModuleOutline.sizeLimit + 1, .max] {
            let failure = #expect(throws: Failure.self) {
                try ModuleOutline(of: "plugin.wasm", size: size) { _, _ in
                    Issue.record("nothing must be read")
                    return []
                }
            }
            #expect(failure?.code == .moduleTooLarge)
            #expect(failure?.message.contains("\(size) bytes") == true)
        }
    }

    @Test func `rejects a module with too many sections before it fills the memory`() throws {
        let limit = 100_000
        let sections = [UInt8](repeating: 0, count: 2 * limit)
        #expect(try outline(Self.preamble + sections).sections.count == limit)
        let failure = #expect(throws: Failure.self) { try outline(Self.preamble + sections + [0, 0]) }
        #expect(failure?.code == .wasmMalformed)
        #expect(failure?.why?.contains("more than 100000 sections") == true)
    }

    @Test func `passes on a failure of the reader`() {
        let failure = #expect(throws: Failure.self) {
            try ModuleOutline(of: "plugin.wasm", size: 8) { (_, _) throws(Failure) in
                throw Failure(.fileUnreadable, "gone")
            }
        }
        #expect(failure?.code == .fileUnreadable)
    }

    @Test func `rejects a file that shrank after its size was read`() {
        let failure = #expect(throws: Failure.self) { try outline(Self.preamble, size: 20) }
        #expect(failure?.code == .wasmMalformed)
    }

    static let consumerMessages:
        [(problem: ModuleOutline.Problem, size: Int, consumerMessage: String?, offset: Int?)] = [
            (.notWasm(start: []), 0, nil, 0),
            (.notWasm(start: [1, 2, 3]), 3, "Missing or unknown Proxy-Wasm ABI version", 0),
            (.notWasm(start: [1, 2, 3, 4, 5, 6, 7, 8]), 8, "Failed to parse corrupted Wasm module", 0),
            (.cutPreamble(size: 7), 7, "Missing or unknown Proxy-Wasm ABI version", 4),
            (.component(version: [13, 0, 1, 0]), 8, "Missing or unknown Proxy-Wasm ABI version", 4),
            (.component(version: [13, 0, 1, 0]), 9, nil, 4),
            (.unknownVersion([2, 0, 0, 0]), 8, "Failed to load Wasm bytecode", 4),
            (.unknownSection(id: 14, at: 8), 10, nil, nil),
            (.tooManySections, 300_000, "Failed to parse corrupted Wasm module", nil),
            (.unreadableLength(at: 8), 9, "Failed to parse corrupted Wasm module", nil),
            (.cutSection(at: 8, size: 5, following: 1), 11, "Failed to parse corrupted Wasm module", nil),
        ]

    @Test("quotes Envoy's message only if it is certain", arguments: consumerMessages)
    func message(problem: ModuleOutline.Problem, size: Int, consumerMessage: String?, offset: Int?) {
        #expect(problem.consumerMessage(ofSize: size) == consumerMessage)
        #expect(problem.offset == offset)
    }
}
