import Archive
package import Diagnostics
import HostSystem
package import OCI
package import SystemPackage

/// An OCI image layout in one tar (an "OCI archive"), or what `docker save` and its like write, as a place to read images
/// from.
///
/// It is read once, from its start to its end, and nothing is ever unpacked by name: each blob goes into a file of our own,
/// under its digest, which is verified. Of an archive without a layout all files are taken, until `manifest.json` says which
/// of them are an image's.
package struct ImageArchive: Sendable {
    /// The archive's file.
    package let path: FilePath
    /// What the archive holds.
    package let index: Index
    private let blobs: [Digest: Blob]

    /// Reads an archive, packed with gzip or zstd or not.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - folder: where its blobs are put; it has to be there as long as the archive is used.
    /// - Throws: ``Failure/Code/archiveInvalid`` for anything but a whole archive of images, ``Failure/Code/fileMissing`` and
    ///   ``Failure/Code/fileUnreadable``, and what writing into the folder throws.
    package init(opening path: FilePath, unpackingIn folder: FilePath) throws(Failure) {
        try self.init(opening: path, unpackingIn: folder, limits: ArchiveLimits())
    }

    init(opening path: FilePath, unpackingIn folder: FilePath, limits: ArchiveLimits) throws(Failure) {
        let source = try FileSource(opening: path)
        var contents = ArchiveContents(of: path, unpackingIn: folder, limits: limits)
        do throws(Failure) {
            let unpacked = try LayerReader.Compression(of: source.read(at: 0, count: 4)).unpacked(source)
            let tar = try TarReader(unpacked)
            while let entry = try tar.next() {
                try contents.take(entry, from: tar)
            }
            if unpacked !== source { try limits.drain(unpacked) }
        } catch  where error.code == .layerInvalid {
            throw Failure(archive: path, "is no whole archive of an image", why: error.why ?? error.message)
        }
        index = try contents.index()
        blobs = contents.blobs
        self.path = path
    }
}

extension ImageArchive: LocalStore {
    /// Finds an image in the archive, by the rules of a layout.
    ///
    /// Throws ``Failure/Code/notFound``, or ``Failure/Code/nameAmbiguous`` when the name fits several images.
    package func resolve(_ name: RefName) async throws(Failure) -> Descriptor {
        try entry(name).annotated(nil)
    }

    /// The same with the annotations that stand in the index, the names among them.
    package func entry(_ name: RefName) throws(Failure) -> Descriptor {
        try index.entry(name, in: path.string)
    }

    /// One image, or without a name all of them, with the annotations that stand in the index.
    package func entries(_ name: RefName?) throws(Failure) -> [Descriptor] {
        try index.entries(name, in: path.string)
    }

    /// Gives a blob of the archive, which was verified when the archive was read.
    ///
    /// Throws ``Failure/Code/archiveInvalid`` for one that is missing or has another size than the one announced.
    package func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        guard let blob = blobs[descriptor.digest] else {
            throw Failure(
                archive: path,
                "lacks a part of its image",
                why: "the \(descriptor.role) \(descriptor.digest) is not in it"
            )
        }
        let size = blob.descriptor.size
        guard size == descriptor.size else {
            throw Failure(
                archive: path,
                "contradicts itself",
                why: "\(descriptor.digest) has \(size) bytes, announced are \(descriptor.size)"
            )
        }
        return Blob(trusted: descriptor, blob.content)
    }
}

extension Failure {
    /// The failure for an archive that is not what it has to be.
    init(archive path: FilePath, _ message: String, why: String, try hints: [String] = []) {
        self.init(.archiveInvalid, "\(path) \(message)", why: why, try: hints)
    }
}
