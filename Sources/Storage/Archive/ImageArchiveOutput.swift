import Archive
package import Diagnostics
import HostSystem
package import OCI
package import SystemPackage

/// An OCI image layout in one tar, as a place to write one image to.
///
/// An ordinary image can also be loaded by Docker's tools: a `manifest.json` beside the index leads them to its blobs.
///
/// The file appears when the image gets its name, whole, and never before. The same image under the same name gives the
/// same bytes. An archive that is there already is never replaced: if it holds this very image under this name it stays,
/// and anything else is refused.
package actor ImageArchiveOutput: ContentDestination {
    private let path: FilePath
    private let names: [EntryName]
    private let existing: ImageArchive?
    private let file: OutputFile?
    private var blobs: [Digest: Blob] = [:]

    /// Always: what is in an archive was verified when it was read.
    package nonisolated var enforcesReferences: Bool { true }

    /// Prepares to write, or reads the archive that is there.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - names: how the image is to be named in it, once at least.
    ///   - folder: where the blobs of an archive that is there are put.
    /// - Throws: ``Failure/Code/fileExists`` when something else than an archive is there, and
    ///   ``Failure/Code/fileUnwritable``.
    package init(at path: FilePath, naming names: [EntryName], unpackingIn folder: FilePath) throws(Failure) {
        self.path = path
        self.names = names
        guard Directory.type(of: path) == .regular else {
            file = try OutputFile(at: path)
            existing = nil
            return
        }
        file = nil
        do throws(Failure) {
            existing = try ImageArchive(opening: path, unpackingIn: folder)
        } catch  where error.code == .archiveInvalid {
            throw Failure(
                existing: path,
                "it is no archive that could be read: \(error.why ?? error.message)"
            )
        }
    }

    /// What the archive that is there holds, if that is one whole image of these names.
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

    /// Whether a blob has come already; throws ``Failure/Code/fileExists`` when there is another archive.
    package func contains(_ descriptor: Descriptor) throws(Failure) -> Bool {
        if let existing {
            throw Failure(existing: path, "it holds " + existing.index.names.joined(separator: ", "))
        }
        return blobs[descriptor.digest]?.descriptor.size == descriptor.size
    }

    /// Keeps a blob until the archive is written.
    package func push(_ blob: Blob) { blobs[blob.descriptor.digest] = blob }

    /// Writes the archive.
    ///
    /// Throws ``Failure/Code/fileExists`` when a file is there by now, and what reading the blobs and writing throws.
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
        for blob in blobs.values.sorted(by: { $0.archiveName < $1.archiveName }) { try tar.add(blob) }
        try tar.finish()
        guard file.target == nil || Directory.type(of: path) == nil else {
            throw Failure(existing: path, "it was made while the image was copied")
        }
        try file.commit()
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

    /// Adds a blob, and proves it once more: its file may have changed since.
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
    /// The failure for a file in the place of an archive that is to be written.
    fileprivate init(existing path: FilePath, _ why: String) {
        self.init(
            .fileExists,
            "\(path) exists and has other content",
            why: "\(why); nothing was written",
            try: ["another name, or remove it first"]
        )
    }
}
