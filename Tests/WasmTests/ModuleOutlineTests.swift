import Diagnostics
import TestSupport
import Testing
import Wasm

@Suite struct ModuleOutlineTests {
    private static let preamble = SampleModule.preamble

    private func outline(_ bytes: [UInt8], size: Int? = nil) throws -> ModuleOutline {
        try ModuleOutline(size: size ?? bytes.count) { offset, count in
            Array(bytes.dropFirst(offset).prefix(count))
        }
    }

    /// Id, offset and size of each section.
    private func shape(_ outline: ModuleOutline) -> [[Int]] {
        outline.sections.map { [Int($0.id), $0.offset, $0.size] }
    }

    static let read: [(bytes: [UInt8], sections: [[Int]], why: String)] = [
        (preamble, [], "the empty module"),
        (preamble + [0, 0], [[0, 10, 0]], "a section of nothing"),
        (preamble + [1, 2, 7, 7], [[1, 10, 2]], "two bytes"),
        (preamble + [13, 0], [[13, 10, 0]], "the last section that is known: tags"),
        (preamble + [1, 0x80, 0x80, 0x80, 0x80, 0], [[1, 14, 0]], "a zero in five bytes"),
        (
            preamble + [0, 1, 9, 3, 0, 0, 2, 8, 8],
            [[0, 10, 1], [3, 13, 0], [0, 15, 2]],
            "three sections, in any order"
        ),
    ]

    @Test("finds the offset and size of each section", arguments: read)
    func reading(bytes: [UInt8], sections: [[Int]], why: String) throws {
        let outline = try outline(bytes)
        #expect(shape(outline) == sections, "\(why)")
        #expect(outline.size == bytes.count, "\(why)")
    }

    @Test func `reads the modules of the fixtures`() throws {
        #expect(try outline(Fixtures.bytes("wasm/tiny/empty.wasm")).sections.isEmpty)
        #expect(try outline(Fixtures.bytes("wasm/tiny/abi-0.2.1.wasm")).sections.map(\.id) == [7])
        #expect(try outline(Fixtures.bytes("wasm/header-authorization/plugin.wasm")).sections.count > 5)
    }

    static let broken: [(bytes: [UInt8], problem: ModuleOutline.Problem, why: String)] = [
        (preamble + [1], .unreadableLength(at: 8), "a section without a length"),
        (preamble + [1, 0x80], .unreadableLength(at: 8), "it ends within the length"),
        (preamble + [1, 1], .cutSection(at: 8, size: 1, following: 0), "one byte is missing"),
        (
            preamble + [1, 0xFF, 0xFF, 0xFF, 0x7F, 0],
            .cutSection(at: 8, size: 268_435_455, following: 1), "far beyond the end"
        ),
        (
            preamble + [1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
            .cutSection(at: 8, size: 4_294_967_295, following: 0), "2³² - 1"
        ),
        (
            preamble + [1, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F], .unreadableLength(at: 8), "a length of 33 bits"
        ),
        (
            preamble + [1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], .unreadableLength(at: 8), "a length of 35 bits"
        ),
        (
            preamble + [1, 0x80, 0x80, 0x80, 0x80, 0x80, 0], .unreadableLength(at: 8),
            "a length of six bytes"
        ),
        (preamble + [14, 0], .unknownSection(id: 14, at: 8), "the first id that is unknown"),
        (preamble + [0, 0, 255, 0], .unknownSection(id: 255, at: 10), "an unknown id later on"),
    ]

    @Test("rejects a module with invalid sections", arguments: broken)
    func rejection(bytes: [UInt8], problem: ModuleOutline.Problem, why: String) {
        #expect(outlineProblem(of: bytes) == problem, "\(why)")
    }

    @Test func `limits the number of sections`() throws {
        let limit = 100_000
        let sections = [UInt8](repeating: 0, count: 2 * limit)
        #expect(try outline(Self.preamble + sections).sections.count == limit)
        #expect(outlineProblem(of: Self.preamble + sections + [0, 0]) == .tooManySections)
    }

    @Test func `throws read errors`() throws {
        let error = #expect(throws: ReadError<ModuleOutline.Problem>.self) {
            try ModuleOutline(size: 8) { (_, _) throws(Failure) in throw Failure(.fileUnreadable, "gone") }
        }
        guard case .failure(let failure) = error else {
            Issue.record("not a failure")
            return
        }
        #expect(failure.code == .fileUnreadable)
    }

    @Test func `rejects a file that was truncated after its size was read`() {
        #expect(outlineProblem(of: Self.preamble, size: 20) == .unreadableLength(at: 8))
    }

    @Test func `does not crash on any mutation of a module`() throws {
        var random = SeededGenerator(seed: 5)
        let original = try Fixtures.bytes("wasm/header-authorization/plugin.wasm")
        var rejected = 0
        for _ in 0..<3_000 {
            var bytes = original
            for _ in 0...random.next(below: 4) {
                bytes[random.next(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next(below: 4) == 0 { bytes.removeLast(random.next(below: bytes.count)) }
            let size = random.next(below: 8) == 0 ? random.next(below: 2_000) : bytes.count
            if (try? outline(bytes, size: size)) == nil { rejected += 1 }
        }
        #expect(rejected > 0)
    }
}
