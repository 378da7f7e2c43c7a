import Archive
import Diagnostics
import HostSystem
import OCI
import Storage
import TestSupport
import Testing

@Suite struct BlobTests {
    private static let bytes = Array("some content".utf8)
    private let descriptor = Blob(bytes, mediaType: .layerTarGzip).descriptor

    static let wrong: [(bytes: [UInt8], why: String)] = [
        (Array(bytes.dropLast()), "one byte is missing"),
        (bytes + [0], "one byte more"),
        ([], "nothing"),
        ([bytes[0] ^ 1] + bytes.dropFirst(), "one flipped bit"),
    ]

    @Test("rejects bytes and files that do not match their descriptor", arguments: wrong)
    func mismatch(bytes: [UInt8], why: String) throws {
        let inMemory = #expect(throws: Failure.self, "\(why)") {
            try Blob(verifying: bytes, against: descriptor, from: "here")
        }
        #expect(inMemory?.code == .digestMismatch)
        let scratch = try ScratchDirectory()
        let file = try scratch.write(bytes, to: "blob")
        let inFile = #expect(throws: Failure.self, "\(why)") {
            try Blob(verifying: file, against: descriptor)
        }
        #expect(inFile?.code == .digestMismatch)
        #expect(inFile?.why?.contains("(\(bytes.count) of 12 bytes)") == true)
    }

    @Test func `rejects a wrong size even if the digest matches`() {
        for size in [0, 11, 13, Int.max] {
            let claim = Descriptor(mediaType: .layerTarGzip, digest: descriptor.digest, size: size)
            let failure = #expect(throws: Failure.self) {
                try Blob(verifying: Self.bytes, against: claim, from: "here")
            }
            #expect(failure?.code == .digestMismatch)
        }
    }

    @Test(
        "accepts matching content for both algorithms and reads it repeatedly",
        arguments: Digest.Algorithm.allCases
    )
    func verified(algorithm: Digest.Algorithm) throws {
        let digest = Digest(of: Self.bytes, algorithm: algorithm)
        let claim = Descriptor(mediaType: .layerTarGzip, digest: digest, size: Self.bytes.count)
        let scratch = try ScratchDirectory()
        let file = try scratch.write(Self.bytes, to: "blob")
        for blob in [
            try Blob(verifying: Self.bytes, against: claim, from: "here"),
            try Blob(verifying: file, against: claim),
        ] {
            #expect(blob.descriptor == claim)
            for _ in 0..<2 {
                var read: [UInt8] = []
                try blob.source().forEachPiece { piece in read += piece }
                #expect(read == Self.bytes)
                #expect(try blob.bytes(limit: 12) == Self.bytes)
            }
        }
    }

    @Test func `rejects a symbolic link as a blob`() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write(Self.bytes, to: "file")
        try link(scratch.appending("link"), to: file)
        let failure = #expect(throws: Failure.self) {
            try Blob(verifying: scratch.appending("link"), against: descriptor)
        }
        #expect(failure?.code == .fileUnreadable)
    }

    @Test func `does not read a blob over the limit`() throws {
        for size in [13, Int.max] {
            let blob = Blob([UInt8](repeating: 0, count: 13), mediaType: .imageConfig)
            #expect(#expect(throws: Failure.self) { try blob.bytes(limit: 12) }?.code == .manifestInvalid)
            _ = size
        }
    }

    @Test func `rejects a file that changed after verification`() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write(Self.bytes, to: "blob")
        let blob = try Blob(verifying: file, against: descriptor)
        try scratch.write(Array("other words!".utf8), to: "blob")
        #expect(#expect(throws: Failure.self) { try blob.bytes(limit: 100) }?.code == .digestMismatch)
    }

    @Test func `finishes a spool only if its content matches`() throws {
        let scratch = try ScratchDirectory()
        do {
            let spool = try BlobSpool(in: scratch.path)
            try Self.bytes.withUnsafeBytesTyped { bytes throws(Failure) in try spool.write(bytes) }
            #expect(spool.byteCount == 12)
            let other = Blob([1], mediaType: .layerTarGzip).descriptor
            let failure = #expect(throws: Failure.self) { try spool.finish(verifying: other, from: "here") }
            #expect(failure?.code == .digestMismatch)
            #expect(try spool.finish(verifying: descriptor, from: "here").bytes(limit: 12) == Self.bytes)
            let blob = spool.finish(as: .layerTarGzip)
            #expect(blob.descriptor == descriptor)
            #expect(try blob.bytes(limit: 12) == Self.bytes)
        }
        #expect(try tree(scratch.path) == [])
    }
}
