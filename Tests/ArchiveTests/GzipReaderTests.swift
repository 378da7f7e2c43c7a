import Archive
import Diagnostics
import OCI
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5)))
struct GzipReaderTests {
    private func unpack(_ bytes: [UInt8], pieceSize: Int = .max) throws(Failure) -> [UInt8] {
        try everything(in: GzipReader(ArraySource(bytes, pieceSize: pieceSize)))
    }

    private static let one = Gzip.stored(Array("one".utf8))
    private static let empty = Gzip.stored([])

    static let whole: [(bytes: [UInt8], text: String, why: String)] = [
        (one, "one", "one member"),
        (empty, "", "an empty member"),
        (one + one, "oneone", "two members (RFC 1952, 2.2)"),
        (empty + one, "one", "an empty one before"),
        (one + empty + empty + one + empty, "oneone", "empty ones between and after"),
    ]

    @Test("reads all members, in pieces of any size", arguments: whole)
    func members(bytes: [UInt8], text: String, why: String) throws {
        for pieceSize in [1, 2, 7, .max] {
            #expect(try unpack(bytes, pieceSize: pieceSize) == Array(text.utf8), "\(why)")
        }
    }

    @Test("rejects a truncated stream", arguments: [1, .max])
    func cut(pieceSize: Int) throws {
        for bytes in [Self.one, Self.one + Self.one] {
            for count in 0..<bytes.count where count != Self.one.count {
                let failure = #expect(throws: Failure.self, "after \(count) bytes") {
                    try unpack(Array(bytes.prefix(count)), pieceSize: pieceSize)
                }
                #expect(failure?.code == .layerInvalid)
                #expect(failure?.why?.contains("the gzip stream is truncated") == true)
            }
        }
    }

    private static func changing(_ offset: Int, to byte: UInt8) -> [UInt8] {
        var bytes = one
        bytes[offset < 0 ? bytes.count + offset : offset] = byte
        return bytes
    }

    static let broken: [(bytes: [UInt8], why: String)] = [
        (Array("plain text, and not gzip at all".utf8), "other bytes"),
        (one + [0], "a zero after the member"),
        (one + Array("garbage".utf8), "garbage after the member"),
        (one + [0x1F, 0x8B, 8] + Array("xxxxxxxxxx".utf8), "what begins like a member and is none"),
        (changing(0, to: 0), "another magic number"),
        (changing(2, to: 7), "another method"),
        (changing(3, to: 0xE0), "reserved flags"),
        (changing(-8, to: 0xFF), "a wrong checksum"),
        (changing(-4, to: 4), "a wrong length"),
        (changing(-1, to: 1), "a wrong length in its high byte"),
        (changing(16, to: 0x58), "a byte of the content is another one"),
    ]

    @Test("rejects a damaged stream and other data", arguments: broken)
    func rejection(bytes: [UInt8], why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try unpack(bytes) }
        #expect(failure?.code == .layerInvalid, "\(why)")
        #expect(failure?.message == "the layer is not valid gzip", "\(why)")
    }

    @Test func `reads into a buffer of one byte`() throws {
        let content = SampleModule.bytes(size: 1000)
        let reader = try GzipReader(ArraySource(Gzip.stored(content)))
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while try withUnsafeMutableBytes(
            of: &byte,
            { buffer throws(Failure) in try reader.read(into: buffer) }
        ) == 1 {
            bytes.append(byte)
        }
        #expect(bytes == content)
    }

    @Test func `throws the error of the source`() {
        final class Broken: ByteSource {
            func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
                throw Failure(.connectionLost, "gone")
            }
        }
        let failure = #expect(throws: Failure.self) { try everything(in: GzipReader(Broken())) }
        #expect(failure?.code == .connectionLost)
    }

    @Test func `a mutated stream does not crash or hang the reader`() throws {
        var random = SeededGenerator(seed: 3)
        let compressed = try Fixtures.bytes("wasm/header-authorization/plugin.wasm")
        let original = Gzip.stored(compressed) + Self.one
        var rejected = 0
        for _ in 0..<2_000 {
            var bytes = original
            for _ in 0...random.next(below: 3) {
                bytes[random.next(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next(below: 4) == 0 { bytes.removeLast(random.next(below: bytes.count)) }
            if (try? unpack(bytes)) == nil { rejected += 1 }
        }
        #expect(rejected > 1_500)
    }
}
