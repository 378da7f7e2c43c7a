import Archive
import Diagnostics
import HostSystem
import OCI
import SystemPackage

/// Limits for reading an archive.
struct ArchiveLimits {
    /// The largest number of entries: enough for ten images with a thousand layers.
    var entries = 10_000
    /// The largest total size of all entries in bytes: 8 GiB, the size limit of one entry in plain `ustar`.
    var bytes = Descriptor.sizeLimit
    /// The most bytes that may follow the end of a compressed tar: `tar` pads to blocks of 10 KiB, other tools to less.
    var trailer = 1024 * 1024

    /// Reads to the end, so that the decoder verifies the checksum there.
    func drain(_ source: any ByteSource) throws(Failure) {
        var count = 0
        try source.forEachPiece { piece throws(Failure) in
            count += piece.count
            guard count <= trailer else {
                throw Failure(.layerInvalid, "more than \(trailer) bytes follow the end of the tar")
            }
        }
    }
}

/// The blobs and documents that have been read from an archive so far.
struct ArchiveContents {
    private let path: FilePath
    private let folder: FilePath
    private let limits: ArchiveLimits
    private var entryCount = 0
    private var byteCount = 0
    private var marker: [UInt8]?
    private var indexBytes: [UInt8]?
    /// The bytes of `manifest.json`, which lists the images for Docker's tools.
    private var dockerList: [UInt8]?
    private var docker: DockerArchive
    /// The first entry that is not a file, a folder or a symbolic link, as a failure.
    private var invalidKind: Failure?
    /// The first symbolic link, as a failure: OCI archives may not contain links, archives of `docker save` may.
    private var linkFailure: Failure?
    private(set) var blobs: [Digest: Blob] = [:]

    init(of path: FilePath, unpackingIn folder: FilePath, limits: ArchiveLimits) {
        self.path = path
        self.folder = folder
        self.limits = limits
        docker = DockerArchive(of: path, limits: limits)
    }

    /// Reads an entry if an image can need it.
    ///
    /// Throws ``Failure/Code/archiveInvalid`` for names, sizes and duplicates that a valid archive cannot have.
    mutating func read(_ entry: TarReader.Entry, from tar: TarReader) throws(Failure) {
        try checkCancellation()
        try count(entry)
        let name = try plainName(of: entry)
        switch entry.kind {
        case .file: break
        case .folder: return
        case .symbolicLink:
            // Reported at the end: archives of docker save may contain links.
            if linkFailure == nil { linkFailure = rejected(entry, Self.filesOnly(entry)) }
            return try addLink(entry, name)
        default:
            if invalidKind == nil { invalidKind = rejected(entry, Self.filesOnly(entry)) }
            return
        }
        switch name.count {
        case 1 where name[0] == "oci-layout":
            guard marker == nil else { throw duplicate(entry) }
            marker = try bytes(of: entry, from: tar, limit: LayoutMarker.sizeLimit)
        case 1 where name[0] == "index.json":
            guard indexBytes == nil else { throw duplicate(entry) }
            indexBytes = try bytes(of: entry, from: tar, limit: Manifest.sizeLimit)
        case 1 where name[0] == "manifest.json":
            guard dockerList == nil else { throw duplicate(entry) }
            dockerList = try bytes(of: entry, from: tar, limit: Manifest.sizeLimit)
        case 3 where name[0] == "blobs":
            // A descriptor can name only a valid digest, so other files are not needed.
            guard let digest = try? Digest(parsing: "\(name[1]):\(name[2])") else { return }
            try addBlob(entry, digest, from: tar)
        default:
            // In a layout, no descriptor can refer to this file.
            if marker == nil { try addFile(entry, name, from: tar) }
        }
    }

    /// Returns the index after all entries have been read: the layout's, or one made for the images of `docker save`.
    mutating func index() throws(Failure) -> Index {
        if let invalidKind { throw invalidKind }
        if let marker { return try layoutIndex(marker) }
        guard let dockerList else {
            if let linkFailure { throw linkFailure }
            throw Failure(
                archive: path,
                "is not an image archive",
                why: "it contains neither oci-layout nor manifest.json"
            )
        }
        for (digest, blob) in blobs { docker.add(blob, named: digest.archiveName) }
        let (index, parts) = try docker.images(listed: dockerList)
        for blob in parts { blobs[blob.descriptor.digest] = blob }
        return index
    }

    private func layoutIndex(_ marker: [UInt8]) throws(Failure) -> Index {
        if let linkFailure { throw linkFailure }
        try LayoutMarker.check(marker, as: "oci-layout in \(path)", failing: .archiveInvalid)
        guard let indexBytes else {
            throw Failure(archive: path, "is not a complete OCI archive", why: "index.json is missing")
        }
        return try CanonicalJSON.decode(
            Index.self,
            from: indexBytes,
            as: "index.json in \(path)",
            failing: .archiveInvalid
        )
    }

    private static func filesOnly(_ entry: TarReader.Entry) -> String {
        "it is a \(entry.kind.rawValue), but an OCI archive contains only files"
    }

    private mutating func count(_ entry: TarReader.Entry) throws(Failure) {
        entryCount += 1
        guard entryCount <= limits.entries else {
            throw Failure(
                archive: path,
                "is too large",
                why: "it contains more than \(limits.entries) entries"
            )
        }
        guard entry.size >= 0, entry.size <= limits.bytes - byteCount else {
            throw Failure(archive: path, "is too large", why: "it contains more than \(limits.bytes) bytes")
        }
        byteCount += entry.size
    }

    /// Returns the parts of an entry's name without `.`; throws for a name that leads out of the archive.
    private func plainName(of entry: TarReader.Entry) throws(Failure) -> [Substring] {
        guard !entry.name.hasPrefix("/") else { throw rejected(entry, "its name begins with \"/\"") }
        let parts = entry.name.split(separator: "/").filter { $0 != "." }
        guard !parts.contains("..") else { throw rejected(entry, "its name contains \"..\"") }
        return parts
    }

    private func bytes(of entry: TarReader.Entry, from tar: TarReader, limit: Int) throws(Failure) -> [UInt8]
    {
        guard entry.size <= limit else {
            throw rejected(entry, "it has \(entry.size) bytes; the limit is \(limit)")
        }
        var bytes: [UInt8] = []
        try tar.forEachPiece { bytes += $0 }
        guard bytes.count == entry.size else { throw cut(entry, after: bytes.count) }
        return bytes
    }

    /// Unpacks a blob of a layout and verifies the digest in its name.
    private mutating func addBlob(_ entry: TarReader.Entry, _ digest: Digest, from tar: TarReader)
        throws(Failure)
    {
        guard blobs[digest] == nil else { throw duplicate(entry) }
        let blob = try unpack(entry, digest.algorithm, from: tar)
        guard blob.descriptor.digest == digest else {
            throw Failure(
                archive: path,
                "is damaged: \(entry.shown) does not match the digest in its name",
                why: "its digest is \(blob.descriptor.digest)"
            )
        }
        blobs[digest] = blob
    }

    /// Unpacks a file that `manifest.json` may name.
    private mutating func addFile(_ entry: TarReader.Entry, _ parts: [Substring], from tar: TarReader)
        throws(Failure)
    {
        let name = parts.joined(separator: "/")
        guard DockerArchive.canKeep(name) else { return }
        guard !docker.contains(name) else { throw duplicate(entry) }
        docker.add(try unpack(entry, .sha256, from: tar), named: name)
    }

    private mutating func addLink(_ entry: TarReader.Entry, _ parts: [Substring]) throws(Failure) {
        let name = parts.joined(separator: "/")
        guard let link = entry.link, DockerArchive.canKeep(name) else { return }
        guard !docker.contains(name) else { throw duplicate(entry) }
        docker.add(linkTo: link, named: name)
    }

    /// Writes the content of an entry to a separate file, which exists as long as the blob.
    ///
    /// It is not waited for the disk: nothing reads the file after this process.
    private func unpack(_ entry: TarReader.Entry, _ algorithm: Digest.Algorithm, from tar: TarReader)
        throws(Failure) -> Blob
    {
        let spool = try BlobSpool(in: folder, algorithm: algorithm)
        try tar.forEachPiece { piece throws(Failure) in
            try checkCancellation()
            try spool.write(piece)
        }
        guard spool.byteCount == entry.size else { throw cut(entry, after: spool.byteCount) }
        return spool.finish(as: .octets)
    }

    private func cut(_ entry: TarReader.Entry, after count: Int) -> Failure {
        Failure(archive: path, "ends too early", why: "\(entry.shown) has \(count) of \(entry.size) bytes")
    }

    private func rejected(_ entry: TarReader.Entry, _ why: String) -> Failure {
        Failure(archive: path, "contains an entry that is not allowed: \(entry.shown)", why: why)
    }

    private func duplicate(_ entry: TarReader.Entry) -> Failure {
        rejected(entry, "the archive contains it twice")
    }
}

extension TarReader.Entry {
    /// The name for a message, truncated because a tar allows names of a megabyte.
    fileprivate var shown: String { name.truncated(to: 160) }
}

extension MediaType {
    /// The type of bytes whose real type is not known yet (RFC 2046).
    fileprivate static let octets = MediaType("application/octet-stream")
}
