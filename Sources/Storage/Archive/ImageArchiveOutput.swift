import Archive
package import Diagnostics
import HostSystem
package import OCI
package import SystemPackage

/// An OCI image layout in a tar, as a destination for one image.
///
/// Docker's tools can load an ordinary image too: a `manifest.json` beside the index points them to its blobs.
///
/// The complete file appears in one step when the image is named. The same image under the same name gives the same bytes.
/// An existing file is never replaced: an archive of the same image under the same name is kept, and any other file is an
/// error.
package actor ImageArchiveOutput: ContentDestination {
    private let path: FilePath
    private let names: [EntryName]
    private let existing: ImageArchive?
    private let file: OutputFile?
    private var blobs: [Digest: Blob] = [:]

    /// `true`: the content of an archive was verified when it was read.
    package nonisolated var enforcesReferences: Bool { true }

    /// Prepares to write an archive, or reads the existing one.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - names: the image's names in the archive, at least one.
    ///   - folder: where the blobs of an existing archive are unpacked; not asked for without one.
    /// - Throws: ``Failure/Code/fileExists`` if the file exists and is not an archive, and
    ///   ``Failure/Code/fileUnwritable``.
    package init(
        at path: FilePath,
        naming names: [EntryName],
        unpackingIn folder: @autoclosure () throws(Failure) -> FilePath
    ) throws(Failure) {
        self.path = path
        self.names = names
        guard Directory.type(of: path) == .regular else {
            file = try OutputFile(at: path)
            existing = nil
            return
        }
        file = nil
        do throws(Failure) {
            existing = try ImageArchive(opening: path, unpackingIn: folder())
        } catch  where error.code == .archiveInvalid {
            throw Failure(
                existing: path,
                "it is not a readable image archive: \(error.why ?? error.message)"
            )
        }
    }

    /// Returns the image of the existing archive if it is complete, the only one, and has exactly these names.
    package func current(_ ignored: RefName) async throws(Failure) -> Descriptor? {
        guard let existing, let entry = existing.index.manifests.first,
            existing.index.manifests.allSatisfy({ $0.digest == entry.digest }),
            existing.index.manifests.map(EntryName.init(of:)) == names
        else { return nil }
        do throws(Failure) {
            _ = try await existing.verify(entry)
            return entry.annotated(nil)
        } catch  where error.code != .interrupted {
            return nil
        }
    }

    /// Returns whether a blob has been pushed; throws ``Failure/Code/fileExists`` if a different archive exists.
    package func contains(_ descriptor: Descriptor) throws(Failure) -> Bool {
        if let existing {
            throw Failure(existing: path, "it contains " + existing.index.names.joined(separator: ", "))
        }
        return blobs[descriptor.digest]?.descriptor.size == descriptor.size
    }

    /// Keeps a blob until the archive is written.
    package func push(_ blob: Blob) { blobs[blob.descriptor.digest] = blob }

    /// Writes the archive.
    ///
    /// Throws ``Failure/Code/fileExists`` if the file exists by now, and errors of reading the blobs and of writing.
    package func tag(_ manifest: Blob, as ignored: RefName) throws(Failure) {
        _ = try contains(manifest.descriptor)
        push(manifest)
        guard let file else { return }
        let index = Index(manifests: names.map { manifest.descriptor.annotated($0.annotations) })
        let tar = try TarOutput { bytes throws(Failure) in try file.write(bytes) }
        try tar.add("oci-layout", LayoutMarker.bytes)
        try tar.add("index.json", CanonicalJSON.encode(index))
        if let entry = try dockerEntry(for: manifest) {
            try tar.add("manifest.json", CanonicalJSON.encode([entry]))
        }
        // Listed, because a tool that creates a missing folder itself may want to make root its owner.
        let algorithms = Set(blobs.keys.map(\.algorithm.rawValue)).sorted()
        for folder in ["blobs"] + algorithms.map({ "blobs/\($0)" }) { try tar.add(folder: folder) }
        for blob in blobs.values.sorted(by: { $0.archiveName < $1.archiveName }) { try tar.add(blob) }
        try tar.finish()
        do throws(Failure) {
            _ = try file.commit(replacing: false)
        } catch  where error.code == .fileExists {
            throw Failure(existing: path, "another program created it during the copy")
        }
    }

    private func dockerEntry(for manifest: Blob) throws(Failure) -> DockerArchiveEntry? {
        let document = try ManifestDocument(
            decoding: manifest.bytes(limit: Manifest.sizeLimit),
            mediaType: manifest.descriptor.mediaType
        )
        guard case .image(let image) = document else { return nil }
        return DockerArchiveEntry(image, named: names)
    }
}

extension TarOutput {
    fileprivate func add(_ name: String, _ bytes: [UInt8]) throws(Failure) {
        try add(name, size: bytes.count) { write throws(Failure) in
            try bytes.withUnsafeBytesTyped { bytes throws(Failure) in try write(bytes) }
        }
    }

    /// Adds a blob and verifies it again, because its file may have changed.
    fileprivate func add(_ blob: Blob) throws(Failure) {
        let descriptor = blob.descriptor
        var hasher = DigestHasher(descriptor.digest.algorithm)
        try add(blob.archiveName, size: descriptor.size) { write throws(Failure) in
            try blob.source().forEachPiece { piece throws(Failure) in
                hasher.update(piece)
                try write(piece)
            }
        }
        guard hasher.byteCount == descriptor.size, hasher.digest() == descriptor.digest else {
            throw Failure(
                mismatchOf: descriptor,
                digest: hasher.digest(),
                size: hasher.byteCount,
                from: "its store"
            )
        }
    }
}

extension Blob {
    fileprivate var archiveName: String { descriptor.digest.archiveName }
}

extension Failure {
    /// Makes the failure for an existing file at the archive's path.
    fileprivate init(existing path: FilePath, _ why: String) {
        self.init(
            existing: path,
            why: "\(why); nothing was written",
            try: ["use another file name, or remove \(path) first"]
        )
    }
}
