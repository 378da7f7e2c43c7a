import Archive
import Diagnostics
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5)))
struct ZstdReaderTests {
    private func unpack(_ bytes: [UInt8], pieceSize: Int = .max) throws(Failure) -> [UInt8] {
        try everything(in: ZstdReader(ArraySource(bytes, pieceSize: pieceSize)))
    }

    private static let content = SampleModule.noise(size: 300_000)

    static let streams: [(stream: [UInt8], content: [UInt8], why: String)] = [
        (Zstd.stored(content), content, "one frame"),
        (Zstd.stored(content) + Zstd.stored([1, 2]), content + [1, 2], "two frames"),
        (Zstd.stored([1]) + [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 9, 9], [1], "a frame to be skipped"),
        (Zstd.stored(Zstd.stored([1, 2, 3])), Zstd.stored([1, 2, 3]), "zstd within zstd, unpacked once"),
        (Zstd.stored(Gzip.stored([1, 2, 3])), Gzip.stored([1, 2, 3]), "gzip within zstd, left alone"),
        (Zstd.stored(Tar.entry("a", [1])), Tar.entry("a", [1]), "a tar, left alone"),
    ]

    @Test("decompresses frames", arguments: streams.indices)
    func unpacking(row: Int) throws {
        let (stream, content, why) = Self.streams[row]
        for pieceSize in [1, 4_096, .max] where pieceSize > 1 || stream.count < 1_000 {
            #expect(try unpack(stream, pieceSize: pieceSize) == content, "\(why), \(pieceSize)")
        }
    }

    static let broken: [(stream: [UInt8], why: String)] = [
        (Array(Zstd.stored(content).dropLast()), "it ends too early"),
        (Array(Zstd.stored(content).prefix(5)), "it ends within the frame's header"),
        (Zstd.stored([1]) + [1, 2, 3, 4, 5], "rubbish follows"),
        ([0x28, 0xB5, 0x2F, 0xFD, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "a wrong header"),
        (Zstd.stored([1], window: 21), "a window of 2 GiB"),
        (Zstd.stored([]), "a frame without content, which looks like a damaged one"),
        ([], "nothing at all"),
        (Array("no zstd at all, but a text".utf8), "a text"),
    ]

    @Test("rejects a damaged stream", arguments: broken.indices)
    func rejection(row: Int) {
        let (stream, why) = Self.broken[row]
        let failure = #expect(throws: Failure.self, "\(why)") { try unpack(stream) }
        #expect(failure?.code == .layerInvalid, "\(why)")
        #expect(failure?.message.contains("zstd") == true, "\(why)")
    }

    @Test func `throws the error of the source`() throws {
        final class Broken: ByteSource {
            private var rest: ArraySlice<UInt8>

            init(_ bytes: [UInt8]) { rest = bytes[...] }

            func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
                guard !rest.isEmpty else { throw Failure(.fileUnreadable, "broken") }
                let piece = rest.prefix(min(buffer.count, 1_000))
                buffer.copyBytes(from: piece)
                rest = rest.dropFirst(piece.count)
                return piece.count
            }
        }
        for bytes in [[], Array(Zstd.stored(Self.content).prefix(200_000))] {
            let failure = #expect(throws: Failure.self) { try everything(in: ZstdReader(Broken(bytes))) }
            #expect(failure?.code == .fileUnreadable)
        }
    }
}
