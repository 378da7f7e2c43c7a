import OCI
import TestSupport
import Testing

@Suite struct DigestHasherTests {
    static let known: [(text: String, algorithm: Digest.Algorithm, encoded: String, why: String)] = [
        ("", .sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "nothing"),
        (
            "abc", .sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "FIPS 180-4's example"
        ),
        (
            "", .sha512,
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e", "nothing"
        ),
        (
            "abc", .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f", "FIPS 180-4's example"
        ),
    ]

    @Test("computes known digests", arguments: known)
    func knownAnswers(text: String, algorithm: Digest.Algorithm, encoded: String, why: String) {
        let digest = Digest(of: Array(text.utf8), algorithm: algorithm)
        #expect(digest.encoded == encoded, "\(why)")
        #expect(digest.algorithm == algorithm)
    }

    @Test("computes the same digest from pieces of any size", arguments: Digest.Algorithm.allCases)
    func pieces(algorithm: Digest.Algorithm) {
        var random = SeededGenerator(seed: 7)
        let bytes = (0..<10_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        for _ in 0..<50 {
            var hasher = DigestHasher(algorithm)
            var offset = 0
            while offset < bytes.count {
                let end = min(bytes.count, offset + random.next(below: 300))
                Array(bytes[offset..<end]).withUnsafeBytes { hasher.update($0) }
                offset = end
            }
            #expect(hasher.byteCount == bytes.count)
            #expect(hasher.digest() == Digest(of: bytes, algorithm: algorithm))
        }
    }

    @Test func `empty input does not change the digest`() {
        var hasher = DigestHasher()
        hasher.update(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(hasher.byteCount == 0)
        #expect(hasher.digest() == Digest(of: []))
    }
}
