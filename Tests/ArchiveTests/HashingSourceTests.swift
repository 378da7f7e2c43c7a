import Archive
import Diagnostics
import OCI
import TestSupport
import Testing

@Suite struct HashingSourceTests {
    @Test func `counts and hashes the bytes of a source`() throws {
        let bytes = SampleModule.noise(size: 300_000)
        let source = HashingSource(ArraySource(bytes, pieceSize: 1_000))
        #expect(source.digest == Digest(of: []))
        #expect(try everything(in: source) == bytes)
        #expect(source.byteCount == bytes.count)
        #expect(source.digest == Digest(of: bytes))
    }

    @Test("throws above the limit", arguments: [(10, true), (9, false), (0, false)])
    func limit(limit: Int, passes: Bool) {
        let source = HashingSource(
            ArraySource([UInt8](repeating: 0, count: 10), pieceSize: 3),
            limit: limit,
            overflow: Failure(.layerInvalid, "too many")
        )
        let bytes = try? everything(in: source)
        #expect((bytes != nil) == passes)
        #expect(source.byteCount <= limit)
    }
}
