import Diagnostics
import TestSupport
import Testing
import Wasm

@Suite struct PreambleTests {
    private func outline(_ bytes: [UInt8]) throws(Failure) -> ModuleOutline {
        try ModuleOutline(of: "plugin.wasm", size: bytes.count) { offset, count in
            Array(bytes.dropFirst(offset).prefix(count))
        }
    }

    static let refused: [(bytes: [UInt8], code: Failure.Code, phrase: String, hint: String?, why: String)] = [
        ([], .notWasm, "plugin.wasm is empty", "build it again", "nothing"),
        ([0], .notWasm, "it starts with 00", nil, "one byte of the magic number"),
        ([0, 0x61, 0x73], .notWasm, "it starts with 00 61 73", nil, "three bytes of it"),
        ([0, 0x61, 0x73, 0x6D], .wasmMalformed, "it ends after 4 bytes", "cut off", "no version"),
        (
            [0, 0x61, 0x73, 0x6D, 1, 0, 0], .wasmMalformed, "it ends after 7 bytes", "cut off",
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
        ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0], .notWasm, "it starts with 1f 8b 08 00", "unpack it first", "gzip"),
        (Array("\u{7F}ELF\u{2}\u{1}\u{1}".utf8), .notWasm, "7f 45 4c 46", "build for wasm32", "a program"),
        (Array("(module (func))".utf8), .notWasm, "\"(module (func))\"", "wat2wasm", "WebAssembly text"),
        (Array("!<arch>\nlib.o/".utf8), .notWasm, "\"!<arch>\"", "crate-type cdylib", "a static library"),
        (Array("#!/bin/sh\necho".utf8), .notWasm, "\"#!/bin/sh\"", nil, "some text, its first line only"),
        (Array("\u{1B}[2J".utf8), .notWasm, "1b 5b 32 4a", nil, "what would steer a terminal"),
        (Array("\0asM\u{1}\0\0\0".utf8), .notWasm, "00 61 73 4d", nil, "the case counts"),
    ]

    @Test("what is no core module is named, with what it seems to be", arguments: refused)
    func refusal(bytes: [UInt8], code: Failure.Code, phrase: String, hint: String?, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try outline(bytes) }
        #expect(failure?.code == code, "\(why)")
        let text = "\(failure?.message ?? "") \(failure?.why ?? "")"
        #expect(text.contains(phrase), "\(why): \(text)")
        if let hint {
            #expect(failure?.hints.contains { $0.contains(hint) } == true, "\(why)")
        } else {
            #expect(failure?.hints == [], "\(why)")
        }
    }

    static let fixtures: [(file: String, code: Failure.Code, phrase: String)] = [
        ("wasm/tiny/component.wasm", .wasmComponent, "is a component, not a core module"),
        ("wasm/tiny/git-lfs-pointer/plugin.wasm", .notWasm, "is not a WebAssembly module"),
    ]

    @Test("the fixtures are told apart", arguments: fixtures)
    func fixture(file: String, code: Failure.Code, phrase: String) throws {
        let bytes = try Fixtures.bytes(file)
        let failure = #expect(throws: Failure.self) { try outline(bytes) }
        #expect(failure?.code == code)
        #expect(failure?.message.contains(phrase) == true)
    }

    @Test func `a Git LFS pointer comes with the command that helps`() throws {
        let bytes = try Fixtures.bytes("wasm/tiny/git-lfs-pointer/plugin.wasm")
        let failure = #expect(throws: Failure.self) { try outline(bytes) }
        #expect(failure?.hints == ["git lfs pull"])
    }
}
