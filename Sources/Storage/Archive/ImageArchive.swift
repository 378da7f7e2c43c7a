import Archive
package import Diagnostics
import HostSystem
package import OCI
package import SystemPackage

/// An OCI image layout in a tar (an "OCI archive"), or an archive of `docker save`, as a source of images.
///
/// It is read once, from start to end. Nothing is unpacked under the archive's names: each blob goes to a file named by its
/// verified digest. Without a layout, all files are unpacked, because `manifest.json` may come last.
package struct ImageArchive: Sendable {
    /// The archive's file.
    package let path: FilePath
    /// The images in the archive.
    package let index: Index
    private let blobs: [Digest: Blob]

    /// Reads an archive, uncompressed or compressed with gzip or zstd.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - folder: where its blobs are unpacked; it must exist as long as the archive is used.
    /// - Throws: ``Failure/Code/archiveInvalid`` if the file is not a complete image archive, ``Failure/Code/fileMissing``,
    ///   ``Failure/Code/fileUnreadable``, and errors of writing to the folder.
    package init(opening path: FilePath, unpackingIn folder: FilePath) throws(Failure) {
        try self.init(opening: path, unpackingIn: folder, limits: ArchiveLimits())
    }

    init(opening path: FilePath, unpackingIn folder: FilePath, limits: ArchiveLimits) throws(Failure) {
        let source = try FileSource(opening: path)
        let start = try source.read(at: 0, count: ArchiveMagic.length)
        if let compression = ArchiveMagic.Unsupported(of: start) {
            throw Failure(
                archive: path,
                "is compressed with \(compression.rawValue)",
                why: "wasmpack reads archives without compression, with gzip and with zstd",
                try: ["\(compression.rawValue) -dk \(path)"]
            )
        }
        var contents = ArchiveContents(of: path, unpackingIn: folder, limits: limits)
        do throws(Failure) {
            let reported = ReportingSource(source, named: path.string, size: source.size)
            let unpacked = try LayerReader.Compression(of: start).unpacked(reported)
            let tar = try TarReader(unpacked)
            while let entry = try tar.next() {
                try contents.read(entry, from: tar)
            }
            if unpacked !== reported { try limits.drain(unpacked) }
        } catch  where error.code == .layerInvalid {
            throw Failure(archive: path, "is not a complete image archive", why: error.why ?? error.message)
        }
        index = try contents.index()
        blobs = contents.blobs
        self.path = path
    }
}

extension ImageArchive: LocalStore {
    /// Finds an image in the archive, by the same rules as in a layout.
    ///
    /// Throws ``Failure/Code/notFound``, or ``Failure/Code/nameAmbiguous`` if the name matches several images.
    package func resolve(_ name: RefName) async throws(Failure) -> Descriptor {
        try entry(name).annotated(nil)
    }

    /// Finds an image as ``resolve(_:)`` does, and keeps the index entry's annotations, which include its names.
    package func entry(_ name: RefName) throws(Failure) -> Descriptor {
        try index.entry(name, in: path.string)
    }

    /// Returns the index entries of one image, or of all images without a name, with their annotations.
    package func entries(_ name: RefName?) throws(Failure) -> [Descriptor] {
        try index.entries(name, in: path.string)
    }

    /// Returns a blob of the archive, which was verified when the archive was read.
    ///
    /// Throws ``Failure/Code/archiveInvalid`` if it is missing or its size differs from the descriptor's.
    package func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        guard let blob = blobs[descriptor.digest] else {
            throw Failure(
                archive: path,
                "is incomplete",
                why: "it does not contain the \(descriptor.role) \(descriptor.digest)"
            )
        }
        let size = blob.descriptor.size
        guard size == descriptor.size else {
            throw Failure(
                archive: path,
                "is inconsistent",
                why: "\(descriptor.digest) has \(size) bytes, but the image says \(descriptor.size)"
            )
        }
        return Blob(trusted: descriptor, blob.content)
    }
}

extension Failure {
    /// Makes the failure for an invalid archive.
    init(archive path: FilePath, _ message: String, why: String, try hints: [String] = []) {
        self.init(.archiveInvalid, "\(path) \(message)", why: why, try: hints)
    }
}
