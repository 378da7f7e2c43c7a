package import Archive
package import Diagnostics
package import HostSystem
package import OCI
package import SystemPackage

/// Content that has been verified to match its descriptor.
///
/// A blob is made only by hashing or by verification. It can be read repeatedly, for example when an upload is retried.
package struct Blob: Sendable {
    /// The location of the bytes.
    package enum Content: Sendable {
        case bytes([UInt8])
        /// In a file; the owner, if any, removes the file with the last reference to it.
        case file(FilePath, owner: TemporaryFile?)
    }

    /// The type, digest and size of the content.
    package let descriptor: Descriptor
    private let origin: Content

    /// The current location of the content: a layout may have moved a temporary file to its final path.
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

    /// Verifies bytes against a descriptor; throws ``Failure/Code/digestMismatch`` if they differ.
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

    /// Reads a whole file and verifies it against a descriptor.
    ///
    /// Throws ``Failure/Code/digestMismatch`` if it differs, and errors of opening and reading the file. Symbolic links are
    /// rejected unless `links` allows them.
    package init(
        verifying path: FilePath,
        links: ReadableFile.Links = .rejected,
        against descriptor: Descriptor
    ) throws(Failure) {
        let file = try ReadableFile(opening: path, links: links)
        var hasher = DigestHasher(descriptor.digest.algorithm)
        try file.forEachPiece { piece in
            hasher.update(piece)
            Work.report(.hashing, path.string, bytes: hasher.byteCount, of: descriptor.size)
        }
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

    /// Returns the same content with other annotations.
    package func annotated(_ annotations: Annotations?) -> Blob {
        Blob(trusted: descriptor.annotated(annotations), origin)
    }

    /// Returns all bytes; throws if there are more than `limit`, or if the file cannot be read or has changed.
    package func bytes(limit: Int) throws(Failure) -> [UInt8] {
        guard descriptor.size <= limit else {
            throw Failure(
                .manifestInvalid,
                "the \(descriptor.role) \(descriptor.digest) has \(descriptor.size) bytes; the limit is \(limit)"
            )
        }
        switch content {
        case .bytes(let bytes): return bytes
        case .file(let path, _):
            let bytes = try ReadableFile.contents(of: path, limit: limit, links: .rejected)
            _ = try Blob(verifying: bytes, against: descriptor, from: path.string)
            return bytes
        }
    }

    /// Returns a source of the bytes from the start.
    package func source() throws(Failure) -> any ByteSource {
        switch content {
        case .bytes(let bytes): MemorySource(bytes)
        case .file(let path, _):
            try ReportingSource(
                FileSource(ReadableFile(opening: path, links: .rejected)),
                named: path.string,
                size: descriptor.size
            )
        }
    }
}

extension Failure {
    /// Makes the failure for content that does not match its descriptor.
    init(mismatchOf descriptor: Descriptor, digest: Digest, size: Int, from origin: String) {
        self.init(
            .digestMismatch,
            "\(descriptor.role) from \(origin) does not match its digest",
            why: "expected \(descriptor.digest), got \(digest) (\(size) of \(descriptor.size) bytes)",
            try: ["try again; if it fails again, a proxy or the store has altered the content"]
        )
    }
}

/// A source of the bytes of an array, which can be read once.
package final class MemorySource: ByteSource {
    private var rest: ArraySlice<UInt8>

    /// Starts at the first byte.
    package init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// Reads the next bytes and returns their number.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, rest.count)
        buffer.copyBytes(from: rest.prefix(count))
        rest = rest.dropFirst(count)
        return count
    }
}

/// A source of the bytes of an open file.
package final class FileSource: ByteSource, Sendable {
    private let file: ReadableFile

    /// Opens a regular file; throws ``Failure/Code/fileMissing`` or ``Failure/Code/fileUnreadable``.
    package convenience init(opening path: FilePath) throws(Failure) {
        try self.init(ReadableFile(opening: path))
    }

    init(_ file: consuming ReadableFile) { self.file = file }

    /// The size of the file when it was opened, in bytes.
    package var size: Int { file.size }

    /// Reads the next bytes and returns their number.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        try file.read(into: buffer)
    }

    /// Returns `count` bytes at an offset, fewer only at the end; does not change the read position.
    package func read(at offset: Int, count: Int) throws(Failure) -> [UInt8] {
        try file.read(at: offset, count: count)
    }
}
