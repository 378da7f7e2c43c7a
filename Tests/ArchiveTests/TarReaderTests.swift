import Archive
import Diagnostics
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5)))
struct TarReaderTests {
    private func read(_ tar: [UInt8], pieceSize: Int = .max) throws(Failure) -> [TarReader.Entry] {
        let reader = try TarReader(ArraySource(tar, pieceSize: pieceSize))
        var entries: [TarReader.Entry] = []
        while let entry = try reader.next() { entries.append(entry) }
        return entries
    }

    private static let long = String(repeating: "a/", count: 100) + "plugin.wasm"

    static let kinds: [(tar: [UInt8], name: String, base: String, isRegularFile: Bool, why: String)] = [
        (Tar.entry("plugin.wasm", [1]), "plugin.wasm", "plugin.wasm", true, "a file"),
        (Tar.entry("./plugin.wasm", [1]), "./plugin.wasm", "plugin.wasm", true, "as `tar -c .` names it"),
        (Tar.entry("a/b/plugin.wasm", [1]), "a/b/plugin.wasm", "plugin.wasm", true, "within folders"),
        (Tar.entry("plugin.wasm", [1], type: "\0"), "plugin.wasm", "plugin.wasm", true, "as before POSIX"),
        (Tar.entry("plugin.wasm", [1], type: "7"), "plugin.wasm", "plugin.wasm", true, "a contiguous file"),
        (
            Tar.entry("/plugin.wasm", [1]), "/plugin.wasm", "plugin.wasm", true,
            "only text: nothing is extracted"
        ),
        (Tar.entry("../../plugin.wasm", [1]), "../../plugin.wasm", "plugin.wasm", true, "only text"),
        (Tar.entry("a/..", [1]), "a/..", "..", true, "only text"),
        (
            Tar.entry("plugin.wasm", type: "2", link: "/etc/passwd"), "plugin.wasm", "plugin.wasm", false,
            "a link"
        ),
        (
            Tar.entry("plugin.wasm", type: "1", link: "other"), "plugin.wasm", "plugin.wasm", false,
            "a hard link"
        ),
        (
            Tar.pax("comment", "x") + Tar.entry("plugin.wasm", [1], type: "1", link: "other"), "plugin.wasm",
            "plugin.wasm", false,
            "a hard link that brings bytes, as pax allows"
        ),
        (Tar.entry("plugin.wasm", type: "3"), "plugin.wasm", "plugin.wasm", false, "a character device"),
        (Tar.entry("plugin.wasm", type: "4"), "plugin.wasm", "plugin.wasm", false, "a block device"),
        (Tar.entry("plugin.wasm", type: "6"), "plugin.wasm", "plugin.wasm", false, "a pipe"),
        (Tar.entry("plugin.wasm/", type: "5"), "plugin.wasm/", "plugin.wasm", false, "a folder"),
        (
            Tar.entry("././@LongLink", Array((long + "\0").utf8), type: "L") + Tar.entry("cut", [1]), long,
            "plugin.wasm", true, "GNU's way of a long name"
        ),
        (
            Tar.pax("path", long) + Tar.entry("cut", [1]), long, "plugin.wasm", true,
            "pax's way of a long name"
        ),
        (
            Tar.pax("path", "häfen/プラグ/plugin.wasm") + Tar.entry("x", [1]), "häfen/プラグ/plugin.wasm",
            "plugin.wasm", true, "pax, in UTF-8 whatever the locale"
        ),
        (
            Tar.pax("linkpath", "/etc/passwd") + Tar.entry("plugin.wasm", type: "2"), "plugin.wasm",
            "plugin.wasm", false, "a link whose target is in pax"
        ),
        (
            Tar.pax("GNU.sparse.major", "0") + Tar.entry("plugin.wasm", [1]), "plugin.wasm", "plugin.wasm",
            true,
            "a word of sparse files, and no hole"
        ),
    ]

    @Test("reads the kind of an entry from its header", arguments: kinds)
    func reading(tar: [UInt8], name: String, base: String, isRegularFile: Bool, why: String) throws {
        let found = try read(tar + Tar.end)
        #expect(found.map(\.name) == [name], "\(why)")
        #expect(found.map(\.baseName) == [Substring(base)], "\(why)")
        #expect(found.map(\.isRegularFile) == [isRegularFile], "\(why)")
    }

    @Test func `a sparse file is not a regular file, and its holes are not filled`() throws {
        // A hole of 2⁶² bytes and one stored byte (GNU's pax format 0.1).
        let tar =
            Tar.pax("GNU.sparse.size", "4611686018427387904") + Tar.pax("GNU.sparse.map", "0,1")
            + Tar.entry("plugin.wasm", [1]) + Tar.entry("next", [2]) + Tar.end
        let pax = Tar.entry(
            "PaxHeaders/x",
            Array("39 GNU.sparse.size=4611686018427387904\n22 GNU.sparse.map=0,1\n".utf8),
            type: "x"
        )
        for tar in [tar, pax + Tar.entry("plugin.wasm", [1]) + Tar.entry("next", [2]) + Tar.end] {
            // The result of libarchive may differ, but reading ends and does not return a regular file.
            let found = (try? read(tar)) ?? []
            #expect(!found.contains { $0.name == "plugin.wasm" && $0.isRegularFile && $0.size > 1 })
        }
    }

    static let ends: [(tar: [UInt8], count: Int, why: String)] = [
        (Tar.entry("a", [1]) + Tar.end, 1, "with the end marker"),
        (Tar.entry("a", [1]) + [UInt8](repeating: 0, count: 512), 1, "with half an end marker"),
        (Tar.entry("a", [1]), 1, "without one"),
        (Tar.entry("a", [1]) + Tar.entry("b", [2], isPadded: false), 2, "without padding, as umoci ends"),
        (Tar.entry("a", [UInt8](repeating: 1, count: 512), isPadded: false), 1, "there is nothing to pad"),
        (Tar.entry("a", [1]) + [UInt8](repeating: 0, count: 100_000), 1, "with a tape's padding"),
        (Tar.entry("a", [1]) + Tar.end + Tar.entry("b", [1]), 1, "what follows the end does not count"),
        (Tar.end, 0, "no entry"),
        ([], 0, "nothing at all"),
    ]

    @Test("accepts a tar without end marker or padding, like proxies", arguments: ends)
    func ending(tar: [UInt8], count: Int, why: String) throws {
        for pieceSize in [1, 512, .max] {
            #expect(try read(tar, pieceSize: pieceSize).count == count, "\(why)")
        }
    }

    static let broken: [(tar: [UInt8], why: String)] = [
        (Array(Tar.entry("a", [1, 2, 3]).prefix(512 + 2)), "it ends within a file"),
        (Array(Tar.entry("a", [1, 2, 3]).prefix(512)), "it ends before a file"),
        (Tar.entry("a", [1], claimed: Array("77777777777\0".utf8)) + Tar.end, "a size of 8 GiB"),
        (
            Tar.entry("a", [1], claimed: [0x80, 0, 0, 0, 0x7F] + [UInt8](repeating: 0xFF, count: 7))
                + Tar.end,
            "a size of 2⁶³ in base 256"
        ),
        (Array("this is not a tar at all".utf8), "a short text"),
        (SampleModule.bytes(size: 2_000), "a module, which is no tar"),
        (Tar.entry("a", [1]).enumerated().map { $0 == 0 ? 98 : $1 } + Tar.end, "a wrong checksum"),
        (
            Tar.entry("a", [1]) + Tar.entry("b", [1]).enumerated().map { $0 == 0 ? 97 : $1 } + Tar.end,
            "a wrong checksum in the second header"
        ),
    ]

    @Test("rejects a damaged tar with little memory", arguments: broken)
    func rejection(tar: [UInt8], why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try read(tar) }
        #expect(failure?.code == .layerInvalid, "\(why)")
    }

    @Test func `returns an entry's bytes once, and can skip them`() throws {
        let reader = try TarReader(ArraySource(Tar.entry("a", [1, 2]) + Tar.entry("b", [3]) + Tar.end))
        func rest() throws -> [UInt8] {
            var bytes: [UInt8] = []
            try reader.forEachPiece { piece in bytes += piece }
            return bytes
        }
        #expect(try rest() == [])
        #expect(try reader.next()?.name == "a")
        #expect(try reader.next()?.name == "b")
        #expect(try rest() == [3])
        #expect(try rest() == [])
        #expect(try reader.next() == nil)
    }

    @Test func `a mutated tar does not crash or hang the reader`() throws {
        var random = SeededGenerator(seed: 4)
        let original =
            Tar.pax("path", "a/plugin.wasm") + Tar.entry("plugin.wasm", [1, 2, 3])
            + Tar.entry("././@LongLink", Array("long\0".utf8), type: "L")
            + Tar.entry("b", type: "2", link: "c")
            + Tar.entry("sparse", [UInt8](repeating: 1, count: 600), type: "S") + Tar.end
        let likely = Array("\0 01234567xgLKSDMNV\u{7F}".utf8) + [0x80, 0xFF]
        for round in 0..<4_000 {
            var bytes = original
            for _ in 0...random.next(below: 4) {
                let block = random.next(below: bytes.count / 512) * 512
                bytes[block + random.next(below: 512)] = likely[random.next(below: likely.count)]
                // Corrects the checksum; otherwise the reader would reject most mutations early.
                if round % 2 == 0 { Self.sign(&bytes, at: block) }
            }
            if random.next(below: 4) == 0 { bytes.removeLast(random.next(below: bytes.count)) }
            _ = try? read(bytes)
        }
    }

    private static func sign(_ tar: inout [UInt8], at block: Int) {
        for offset in 148..<156 { tar[block + offset] = 0x20 }
        let sum = String(tar[block..<block + 512].reduce(0) { $0 + Int($1) }, radix: 8)
        for (offset, digit) in (String(repeating: "0", count: 6 - sum.utf8.count) + sum).utf8.enumerated() {
            tar[block + 148 + offset] = digit
        }
        tar[block + 154] = 0
    }
}
