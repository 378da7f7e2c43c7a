import Diagnostics
import TestSupport
import Testing
import Wasm

@Suite struct ComponentOutlineTests {
    private static let header: [UInt8] = [0x00, 0x61, 0x73, 0x6D, 0x0D, 0x00, 0x01, 0x00]

    private func outline(_ bytes: [UInt8]) throws -> ComponentOutline {
        try ComponentOutline(of: "x.wasm", size: bytes.count) { offset, count in
            Array(bytes[min(offset, bytes.count)..<min(offset + count, bytes.count)])
        }
    }

    @Test func `reads the names of a component's top-level imports and exports`() throws {
        let outline = try outline(Fixtures.bytes("wasm/component/names.wasm"))
        #expect(outline.imports == ["wasi:io/error@0.2.0", "log", "point"])
        #expect(outline.exports == ["wasi:http/incoming-handler@0.2.0", "run", "m"])
    }

    @Test func `a component without sections has no imports or exports`() throws {
        let outline = try outline(Self.header)
        #expect(outline.imports.isEmpty && outline.exports.isEmpty)
    }

    @Test func `joins a name and its separate version`() throws {
        let name = Array("a:b/c@1".utf8)
        let entry = [1, 2, UInt8(name.count)] + name + [2] + Array(".2".utf8) + [5, 0]
        #expect(try outline(Self.header + [10, UInt8(entry.count)] + entry).imports == ["a:b/c@1.2"])
    }

    static let broken: [(bytes: [UInt8], phrase: String, why: String)] = [
        ([10], "section", "no length"),
        ([10, 5, 1], "section 10", "a section that is cut"),
        ([10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], "number", "a length of more than 32 bits"),
        ([10, 1, 200], "imports", "more imports than bytes"),
        ([10, 4, 1, 0, 9, 0x61], "a name", "a name that is longer than its section"),
        ([10, 5, 1, 0, 1, 0xFF, 1], "UTF-8", "a name that is no text"),
        ([10, 6, 1, 0, 1, 0x61, 2, 0], "kind 2", "an import of a value"),
        ([11, 4, 1, 0, 1, 0x61], "sort", "an export of nothing"),
        ([11, 7, 1, 0, 1, 0x61, 1, 0, 2], "an option", "an export that is cut after its index"),
    ]

    @Test("rejects a malformed component", arguments: broken)
    func rejected(bytes: [UInt8], phrase: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try outline(Self.header + bytes) }
        #expect(failure?.code == .wasmMalformed, "\(why)")
        #expect(failure?.why?.contains(phrase) == true, "\(why): \(failure?.why ?? "")")
    }

    @Test func `does not crash on truncated or changed components`() throws {
        let whole = try Fixtures.bytes("wasm/component/names.wasm")
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            var bytes = whole
            bytes[8 + random.next(below: bytes.count - 8)] = UInt8(truncatingIfNeeded: random.next())
            bytes.removeLast(random.next(below: 3) == 0 ? random.next(below: bytes.count - 8) : 0)
            _ = try? outline(bytes)
        }
    }
}
