import Diagnostics
import OCI

/// The uncompressed tar of one file as a row of blocks, measured and hashed on the way.
final class TarSource {
    /// A block and what deflate needs to know about its neighbours.
    struct Block: Sendable {
        let bytes: [UInt8]
        let window: ArraySlice<UInt8>
        let isLast: Bool
    }

    private let tar: TarWriter
    private let file: any ByteSource
    private var hasher = DigestHasher()
    private var pending: [UInt8] = []
    private var window: ArraySlice<UInt8> = []
    private var remaining: Int
    private var isFinished = false

    /// The gzip checksum of all blocks given so far.
    private(set) var checksum: UInt32 = 0

    /// The size of all blocks given so far, in bytes.
    var byteCount: Int { hasher.byteCount }

    init(_ file: any ByteSource, named name: String, size: Int, time: Int64) throws(Failure) {
        self.file = file
        remaining = size
        do throws(ArchiveError) {
            tar = try TarWriter()
            try tar.begin(file: name, size: size, time: time)
        } catch {
            throw Self.failed(error)
        }
        pending = tar.takeOutput()
    }

    /// The next block, or `nil` after the last one.
    func nextBlock() throws(Failure) -> Block? {
        // One byte more than a block has to be there, or the end, to know whether a block is the last one.
        while pending.count <= Deflater.blockSize, !isFinished { try fill() }
        guard !pending.isEmpty else { return nil }
        let bytes = Array(pending.prefix(Deflater.blockSize))
        pending.removeFirst(bytes.count)
        let block = Block(bytes: bytes, window: window, isLast: pending.isEmpty)
        window = bytes.suffix(Deflater.windowSize)
        bytes.withUnsafeBytes { hasher.update($0) }
        checksum = GzipMember.checksum(checksum, over: bytes)
        return block
    }

    /// The digest of all blocks given so far; after the last one, the diffID.
    var digest: Digest { hasher.digest() }

    private func fill() throws(Failure) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Deflater.blockSize, alignment: 16)
        defer { buffer.deallocate() }
        let count = try file.read(into: buffer)
        guard count <= remaining else { throw Self.changed("more") }
        guard count > 0 || remaining == 0 else { throw Self.changed("fewer") }
        do throws(ArchiveError) {
            if count > 0 {
                try tar.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                remaining -= count
            } else {
                try tar.finish()
                isFinished = true
            }
        } catch {
            throw Self.failed(error)
        }
        pending += tar.takeOutput()
    }

    private static func changed(_ what: String) -> Failure {
        Failure(
            .fileUnreadable,
            "the module changed while it was read",
            why: "it has \(what) bytes than at the start",
            try: ["wait until the compiler has finished, then build again"]
        )
    }

    private static func failed(_ error: ArchiveError) -> Failure {
        Failure(.internalError, "the layer's tar cannot be written", why: error.description, cause: error)
    }
}
