package import Archive
package import Diagnostics
package import HostSystem
package import OCI
package import SystemPackage

/// Content that is verified to match its descriptor.
///
/// A blob is made by hashing or by verifying, never otherwise, and it can be read as often as needed: an upload is
/// sent again after a refused token or a failing server.
package struct Blob: Sendable {
    /// Where the bytes are.
    package enum Content: Sendable {
        case bytes([UInt8])
        /// In a file; the owner, if there is one, removes it when nobody needs it any more.
        case file(FilePath, owner: TemporaryFile?)
    }

    /// What the content is.
    package let descriptor: Descriptor
    private let origin: Content

    /// Where the content is now: a layout may have moved a file of its own into its place.
    package var content: Content {
        if case .file(_, let owner?) = origin { .file(owner.path, owner: owner) } else { origin }
    }

    init(trusted descriptor: Descriptor, _ content: Content) {
        self.descriptor = descriptor
        origin = content
    }

    /// Computes the descriptor of bytes.
    package init(_ bytes: [UInt8], mediaType: MediaType) {
        descriptor = Descriptor(mediaType: mediaType, digest: Digest(of: bytes), size: bytes.count)
        origin = .bytes(bytes)
    }

    /// Takes bytes that claim to be what a descriptor names; throws ``Failure/Code/digestMismatch`` if they are not.
    package init(verifying bytes: [UInt8], against descriptor: Descriptor, from origin: String)
        throws(Failure)
    {
        let digest = Digest(of: bytes, algorithm: descriptor.digest.algorithm)
        guard bytes.count == descriptor.size, digest == descriptor.digest else {
            throw Failure(mismatchOf: descriptor, digest: digest, size: bytes.count, from: origin)
        }
        self.descriptor = descriptor
        self.origin = .bytes(bytes)
    }

    /// Takes a file that claims to hold what a descriptor names, and reads it whole to see.
    ///
    /// Throws ``Failure/Code/digestMismatch`` if it does not, and what opening and reading it throws. Links are refused.
    package init(verifying path: FilePath, against descriptor: Descriptor) throws(Failure) {
        let file = try ReadableFile(opening: path, links: .refused)
        var hasher = DigestHasher(descriptor.digest.algorithm)
        try file.forEachPiece { piece in hasher.update(piece) }
        guard hasher.byteCount == descriptor.size, hasher.digest() == descriptor.digest else {
            throw Failure(
                mismatchOf: descriptor,
                digest: hasher.digest(),
                size: hasher.byteCount,
                from: path.string
            )
        }
        self.descriptor = descriptor
        origin = .file(path, owner: nil)
    }

    /// The same content under other annotations.
    package func annotated(_ annotations: Annotations?) -> Blob {
        Blob(trusted: descriptor.annotated(annotations), origin)
    }

    /// All bytes; throws when there are more than `limit`, or the file cannot be read or is another one by now.
    package func bytes(limit: Int) throws(Failure) -> [UInt8] {
        guard descriptor.size <= limit else {
            throw Failure(
                .manifestInvalid,
                "the \(descriptor.role) \(descriptor.digest) has \(descriptor.size) bytes; at most \(limit) are read"
            )
        }
        switch content {
        case .bytes(let bytes): return bytes
        case .file(let path, _):
            let bytes = try ReadableFile.contents(of: path, limit: limit, links: .refused)
            _ = try Blob(verifying: bytes, against: descriptor, from: path.string)
            return bytes
        }
    }

    /// The bytes from the start.
    package func source() throws(Failure) -> any ByteSource {
        switch content {
        case .bytes(let bytes): MemorySource(bytes)
        case .file(let path, _): try FileSource(ReadableFile(opening: path, links: .refused))
        }
    }
}

extension Failure {
    /// The failure for content that is not what its descriptor names.
    init(mismatchOf descriptor: Descriptor, digest: Digest, size: Int, from origin: String) {
        self.init(
            .digestMismatch,
            "\(descriptor.role) from \(origin) does not match its digest",
            why: "expected \(descriptor.digest), got \(digest) (\(size) of \(descriptor.size) bytes)",
            try: ["again; if it repeats, a proxy or the store has altered it"]
        )
    }
}

/// The bytes of an array, once.
package final class MemorySource: ByteSource {
    private var rest: ArraySlice<UInt8>

    /// Starts at the first byte.
    package init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// Gives the next bytes.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, rest.count)
        buffer.copyBytes(from: rest.prefix(count))
        rest = rest.dropFirst(count)
        return count
    }
}

/// The bytes of an open file.
package final class FileSource: ByteSource {
    private let file: ReadableFile

    /// Opens a regular file; throws ``Failure/Code/fileMissing`` or ``Failure/Code/fileUnreadable``.
    package convenience init(opening path: FilePath) throws(Failure) {
        try self.init(ReadableFile(opening: path))
    }

    init(_ file: consuming ReadableFile) { self.file = file }

    /// The size of the file when it was opened, in bytes.
    package var size: Int { file.size }

    /// Gives the next bytes.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        try file.read(into: buffer)
    }

    /// Gives up to `count` bytes at an offset, wherever reading stands; fewer only at the end.
    package func read(at offset: Int, count: Int) throws(Failure) -> [UInt8] {
        try file.read(at: offset, count: count)
    }
}
