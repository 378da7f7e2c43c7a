import Testing
import Wasm

@Suite struct PreambleTests {
    static let rejected: [(bytes: [UInt8], problem: ModuleOutline.Problem, why: String)] = [
        ([], .notWasm(start: []), "nothing"),
        ([0], .notWasm(start: [0]), "one byte of the magic number"),
        ([0, 0x61, 0x73], .notWasm(start: [0, 0x61, 0x73]), "three bytes of it"),
        ([0, 0x61, 0x73, 0x6D], .cutPreamble(size: 4), "no version"),
        ([0, 0x61, 0x73, 0x6D, 1, 0, 0], .cutPreamble(size: 7), "half a version"),
        ([0, 0x61, 0x73, 0x6D, 0x0D, 0, 1, 0], .component(version: [13, 0, 1, 0]), "a component"),
        ([0, 0x61, 0x73, 0x6D, 0x0E, 0, 1, 0], .component(version: [14, 0, 1, 0]), "a later component"),
        ([0, 0x61, 0x73, 0x6D, 2, 0, 0, 0], .unknownVersion([2, 0, 0, 0]), "a version to come"),
        ([0, 0x61, 0x73, 0x6D, 0, 0, 0, 1], .unknownVersion([0, 0, 0, 1]), "the wrong order"),
        ([0, 0x61, 0x73, 0x6D, 13, 0, 1, 1], .unknownVersion([13, 0, 1, 1]), "layer 257"),
        (Array("\0asM\u{1}\0\0\0".utf8), .notWasm(start: Array("\0asM\u{1}\0\0\0".utf8)), "the case counts"),
        (
            [UInt8](repeating: 7, count: 80), .notWasm(start: [UInt8](repeating: 7, count: 64)),
            "64 bytes are kept"
        ),
    ]

    @Test("distinguishes other files from core modules", arguments: rejected)
    func rejection(bytes: [UInt8], problem: ModuleOutline.Problem, why: String) {
        #expect(outlineProblem(of: bytes) == problem, "\(why)")
    }
}
