import Archive
import Diagnostics
import HostSystem
import OCI
import SystemPackage

/// How much an archive may hold.
struct ArchiveLimits {
    /// The number of entries: ten images of a thousand layers.
    var entries = 10_000
    /// The bytes of all entries together: 8 GiB, where an entry of a plain `ustar` ends.
    var bytes = Descriptor.sizeLimit
    /// What may follow the end of a packed tar, in bytes: `tar` fills the last of its blocks of 10 KiB, others less.
    var trailer = 1024 * 1024

    /// Reads what is left, so that the checksum at its end is looked at.
    func drain(_ source: any ByteSource) throws(Failure) {
        var count = 0
        try source.forEachPiece { piece throws(Failure) in
            count += piece.count
            guard count <= trailer else {
                throw Failure(.layerInvalid, "too much follows the end of the tar")
            }
        }
    }
}

/// What has been taken out of an archive so far.
struct ArchiveContents {
    private let path: FilePath
    private let folder: FilePath
    private let limits: ArchiveLimits
    private var entryCount = 0
    private var byteCount = 0
    private var marker: [UInt8]?
    private var indexBytes: [UInt8]?
    /// `manifest.json`, by which Docker's tools find images.
    private var dockerList: [UInt8]?
    private var docker: DockerArchive
    /// Why the archive is refused, if it holds something else than files, folders and symbolic links.
    private var refusal: Failure?
    /// Why it is refused as an OCI archive, in which there are no symbolic links either.
    private var linkRefusal: Failure?
    private(set) var blobs: [Digest: Blob] = [:]

    init(of path: FilePath, unpackingIn folder: FilePath, limits: ArchiveLimits) {
        self.path = path
        self.folder = folder
        self.limits = limits
        docker = DockerArchive(of: path, limits: limits)
    }

    /// Takes an entry, or passes it over; throws for one that no honest archive has.
    mutating func take(_ entry: TarReader.Entry, from tar: TarReader) throws(Failure) {
        try checkCancellation()
        try count(entry)
        let name = try plainName(of: entry)
        switch entry.kind {
        case .file: break
        case .folder: return
        case .symbolicLink:
            // Said at the end: archives of docker save have links.
            if linkRefusal == nil { linkRefusal = refused(entry, Self.filesOnly(entry)) }
            return try takeLink(entry, name)
        default:
            if refusal == nil { refusal = refused(entry, Self.filesOnly(entry)) }
            return
        }
        switch name.count {
        case 1 where name[0] == "oci-layout":
            guard marker == nil else { throw refused(entry, "it is there twice") }
            marker = try bytes(of: entry, from: tar, limit: LayoutMarker.sizeLimit)
        case 1 where name[0] == "index.json":
            guard indexBytes == nil else { throw refused(entry, "it is there twice") }
            indexBytes = try bytes(of: entry, from: tar, limit: Manifest.sizeLimit)
        case 1 where name[0] == "manifest.json":
            guard dockerList == nil else { throw refused(entry, "it is there twice") }
            dockerList = try bytes(of: entry, from: tar, limit: Manifest.sizeLimit)
        case 3 where name[0] == "blobs":
            // What is no digest cannot be asked for either.
            guard let digest = try? Digest(parsing: "\(name[1]):\(name[2])") else { return }
            try takeBlob(entry, digest, from: tar)
        default:
            // In a layout nothing names it.
            if marker == nil { try takeFile(entry, name, from: tar) }
        }
    }

    /// The index, when everything has been taken: that of the layout, or else one over the images of docker save.
    mutating func index() throws(Failure) -> Index {
        if let refusal { throw refusal }
        if let marker { return try layoutIndex(marker) }
        guard let dockerList else {
            if let linkRefusal { throw linkRefusal }
            throw Failure(
                archive: path,
                "is no archive of an image",
                why: "there is neither oci-layout nor manifest.json in it"
            )
        }
        for (digest, blob) in blobs { docker.add(blob, named: digest.archiveName) }
        let (index, parts) = try docker.images(listed: dockerList)
        for blob in parts { blobs[blob.descriptor.digest] = blob }
        return index
    }

    private func layoutIndex(_ marker: [UInt8]) throws(Failure) -> Index {
        if let linkRefusal { throw linkRefusal }
        try LayoutMarker.check(marker, as: "oci-layout in \(path)", failing: .archiveInvalid)
        guard let indexBytes else {
            throw Failure(archive: path, "is no whole OCI archive", why: "there is no index.json in it")
        }
        return try CanonicalJSON.decode(
            Index.self,
            from: indexBytes,
            as: "index.json in \(path)",
            failing: .archiveInvalid
        )
    }

    private static func filesOnly(_ entry: TarReader.Entry) -> String {
        "it is a \(entry.kind.rawValue); an OCI archive has files only"
    }

    private mutating func count(_ entry: TarReader.Entry) throws(Failure) {
        entryCount += 1
        guard entryCount <= limits.entries else {
            throw Failure(archive: path, "is too large", why: "it has more than \(limits.entries) entries")
        }
        guard entry.size >= 0, entry.size <= limits.bytes - byteCount else {
            throw Failure(archive: path, "is too large", why: "it holds more than \(limits.bytes) bytes")
        }
        byteCount += entry.size
    }

    /// The parts of a name that stays within the archive; `./` at its start means nothing.
    private func plainName(of entry: TarReader.Entry) throws(Failure) -> [Substring] {
        guard !entry.name.hasPrefix("/") else { throw refused(entry, "its name begins with \"/\"") }
        let parts = entry.name.split(separator: "/").filter { $0 != "." }
        guard !parts.contains("..") else { throw refused(entry, "its name has a part \"..\"") }
        return parts
    }

    private func bytes(of entry: TarReader.Entry, from tar: TarReader, limit: Int) throws(Failure) -> [UInt8]
    {
        guard entry.size <= limit else {
            throw refused(entry, "it has \(entry.size) bytes; at most \(limit) are read")
        }
        var bytes: [UInt8] = []
        try tar.forEachPiece { bytes += $0 }
        guard bytes.count == entry.size else { throw cut(entry, after: bytes.count) }
        return bytes
    }

    /// Takes a blob of a layout, and proves it by its name.
    private mutating func takeBlob(_ entry: TarReader.Entry, _ digest: Digest, from tar: TarReader)
        throws(Failure)
    {
        guard blobs[digest] == nil else { throw refused(entry, "it is there twice") }
        let blob = try unpack(entry, digest.algorithm, from: tar)
        guard blob.descriptor.digest == digest else {
            throw Failure(
                archive: path,
                "is damaged: \(entry.shown) does not hash to its name",
                why: "its digest is \(blob.descriptor.digest)"
            )
        }
        blobs[digest] = blob
    }

    /// Takes a file that the list of docker save may name.
    private mutating func takeFile(_ entry: TarReader.Entry, _ parts: [Substring], from tar: TarReader)
        throws(Failure)
    {
        let name = parts.joined(separator: "/")
        guard DockerArchive.canKeep(name) else { return }
        guard !docker.has(name) else { throw refused(entry, "it is there twice") }
        docker.add(try unpack(entry, .sha256, from: tar), named: name)
    }

    private mutating func takeLink(_ entry: TarReader.Entry, _ parts: [Substring]) throws(Failure) {
        let name = parts.joined(separator: "/")
        guard let link = entry.link, DockerArchive.canKeep(name) else { return }
        guard !docker.has(name) else { throw refused(entry, "it is there twice") }
        docker.add(linkTo: link, named: name)
    }

    /// Writes the content of an entry into a file of its own, under its digest.
    private func unpack(_ entry: TarReader.Entry, _ algorithm: Digest.Algorithm, from tar: TarReader)
        throws(Failure) -> Blob
    {
        let spool = try BlobSpool(in: folder, algorithm: algorithm)
        try tar.forEachPiece { piece throws(Failure) in
            try checkCancellation()
            try spool.write(piece)
        }
        guard spool.byteCount == entry.size else { throw cut(entry, after: spool.byteCount) }
        let blob = spool.finish(as: .octets)
        // Under its final name it needs no open file any more, of which a process has only some hundreds.
        let file = folder.appending(blob.descriptor.digest.encoded)
        if case .file(_, let owner?) = blob.content { try owner.move(to: file) }
        return Blob(trusted: blob.descriptor, .file(file, owner: nil))
    }

    private func cut(_ entry: TarReader.Entry, after count: Int) -> Failure {
        Failure(archive: path, "ends too early", why: "\(entry.shown) has \(count) of \(entry.size) bytes")
    }

    private func refused(_ entry: TarReader.Entry, _ why: String) -> Failure {
        Failure(archive: path, "holds an entry that is refused: \(entry.shown)", why: why)
    }
}

extension TarReader.Entry {
    /// The name for a message: a tar's may have a megabyte.
    fileprivate var shown: String { name.truncated(to: 160) }
}

extension MediaType {
    /// Bytes of which nothing is known yet (RFC 2046).
    fileprivate static let octets = MediaType("application/octet-stream")
}
