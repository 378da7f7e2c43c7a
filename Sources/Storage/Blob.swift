public import Archive
public import Diagnostics
public import HostSystem
public import OCI
public import SystemPackage

/// Content that is proven to match its descriptor.
///
/// A blob is made by hashing or by verifying, never otherwise, and it can be read as often as needed: an upload is
/// sent again after a refused token or a failing server.
public struct Blob: Sendable {
    /// Where the bytes are.
    public enum Content: Sendable {
        case bytes([UInt8])
        /// In a file; the owner, if there is one, removes it when nobody needs it any more.
        case file(FilePath, owner: TemporaryFile?)
    }

    /// What the content is.
    public let descriptor: Descriptor
    private let origin: Content

    /// Where the content is now: a layout may have moved a file of its own into its place.
    public var content: Content {
        if case .file(_, let owner?) = origin { .file(owner.path, owner: owner) } else { origin }
    }

    init(trusted descriptor: Descriptor, _ content: Content) {
        self.descriptor = descriptor
        origin = content
    }

    /// Computes the descriptor of bytes.
    public init(_ bytes: [UInt8], mediaType: MediaType) {
        descriptor = Descriptor(mediaType: mediaType, digest: Digest(of: bytes), size: bytes.count)
        origin = .bytes(bytes)
    }

    /// Takes bytes that claim to be what a descriptor names; throws ``Failure/Code/digestMismatch`` if they are not.
    public init(verifying bytes: [UInt8], against descriptor: Descriptor, from origin: String) throws(Failure)
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
    public init(verifying path: FilePath, against descriptor: Descriptor) throws(Failure) {
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
    public func annotated(_ annotations: Annotations?) -> Blob {
        Blob(trusted: descriptor.annotated(annotations), origin)
    }

    /// All bytes; throws when there are more than `limit`, or the file cannot be read or is another one by now.
    public func bytes(limit: Int) throws(Failure) -> [UInt8] {
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
    public func source() throws(Failure) -> any ByteSource {
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
public final class MemorySource: ByteSource {
    private var rest: ArraySlice<UInt8>

    /// Starts at the first byte.
    public init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// Gives the next bytes.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, rest.count)
        buffer.copyBytes(from: rest.prefix(count))
        rest = rest.dropFirst(count)
        return count
    }
}

/// The bytes of an open file.
public final class FileSource: ByteSource {
    private let file: ReadableFile

    /// Opens a regular file; throws ``Failure/Code/fileMissing`` or ``Failure/Code/fileUnreadable``.
    public convenience init(opening path: FilePath) throws(Failure) {
        try self.init(ReadableFile(opening: path))
    }

    init(_ file: consuming ReadableFile) { self.file = file }

    /// The size of the file when it was opened, in bytes.
    public var size: Int { file.size }

    /// Gives the next bytes.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        try file.read(into: buffer)
    }

    /// Gives up to `count` bytes at an offset, wherever reading stands; fewer only at the end.
    public func read(at offset: Int, count: Int) throws(Failure) -> [UInt8] {
        try file.read(at: offset, count: count)
    }
}
