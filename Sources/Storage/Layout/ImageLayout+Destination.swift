import Archive
package import Diagnostics
import HostSystem
package import OCI
import SystemPackage

extension ImageLayout: ContentDestination {
    /// `false`: a folder can be damaged, so every blob is checked.
    package var enforcesReferences: Bool { false }

    /// Returns the manifest with exactly this name.
    package func current(_ name: RefName) async throws(Failure) -> Descriptor? {
        try current(EntryName(name))
    }

    func current(_ name: EntryName) throws(Failure) -> Descriptor? {
        try index().manifests.first(where: name.replaces)?.annotated(nil)
    }

    /// Returns whether a blob exists and matches its digest.
    package func contains(_ descriptor: Descriptor) async throws(Failure) -> Bool {
        (try? Blob(verifying: path(of: descriptor.digest), against: descriptor)) != nil
    }

    /// Writes a blob atomically: readers see the whole file or none.
    package func push(_ blob: Blob) async throws(Failure) {
        let target = path(of: blob.descriptor.digest)
        try Directory.create(target.directory)
        if Directory.type(of: target) == nil { written.insert(blob.descriptor.digest) }
        switch blob.content {
        case .bytes(let bytes):
            try TemporaryFile.write(bytes, to: target)
        case .file(let source, let owner):
            if let owner, source.directory == spoolDirectory {
                // The temporary file is in this layout, so a rename is enough.
                try owner.move(to: target)
            } else {
                try writeCopy(of: blob, to: target)
            }
        }
    }

    /// Writes a manifest and names it; replaces an older image with that name and removes unreferenced blobs.
    package func tag(_ manifest: Blob, as name: RefName) async throws(Failure) {
        try await tag(manifest, as: EntryName(name))
    }

    func tag(_ manifest: Blob, as name: EntryName) async throws(Failure) {
        try await push(manifest)
        let lock = try await DirectoryLock(on: path, isShared: false)
        defer { withExtendedLifetime(lock) {} }
        let entry = manifest.descriptor.annotated(name.annotations)
        let replaced = try changeIndex(removing: { $0 == entry || name.replaces($0) }, adding: entry)
        await sweep(own: written.digests, replaced: replaced)
    }

    /// Runs work that fills this layout; after a failure, removes the blobs that were written for no image, and a layout that
    /// this value created and that has no image.
    ///
    /// Rethrows the errors of the work. What another process uses is kept.
    package func cleaningUp<Result>(
        _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        do throws(Failure) {
            return try await body()
        } catch {
            if let lock = try? await DirectoryLock(on: path, isShared: false, waiting: .zero) {
                await sweep(own: written.digests)
                removeIfNew()
                withExtendedLifetime(lock) {}
            }
            throw error
        }
    }

    private func writeCopy(of blob: Blob, to target: FilePath) throws(Failure) {
        let spool = try BlobSpool(in: spoolDirectory, algorithm: blob.descriptor.digest.algorithm)
        try blob.source().forEachPiece { piece throws(Failure) in try spool.write(piece) }
        // The source may have changed since it was verified.
        let copy = try spool.finish(verifying: blob.descriptor, from: target.string)
        guard case .file(_, let owner?) = copy.content else { return }
        try owner.move(to: target)
    }
}

/// A layout that gives each copied image a fixed name, and ignores the requested one.
struct NamedEntry: ContentDestination {
    let layout: ImageLayout
    let name: EntryName

    var enforcesReferences: Bool { layout.enforcesReferences }

    func current(_ ignored: RefName) async throws(Failure) -> Descriptor? { try layout.current(name) }

    func contains(_ descriptor: Descriptor) async throws(Failure) -> Bool {
        try await layout.contains(descriptor)
    }

    func push(_ blob: Blob) async throws(Failure) { try await layout.push(blob) }

    func tag(_ manifest: Blob, as ignored: RefName) async throws(Failure) {
        try await layout.tag(manifest, as: name)
    }
}

extension ImageLayout {
    /// Returns this layout as a destination that keeps an entry's name from another index.
    package func naming(_ name: EntryName) -> some ContentDestination { NamedEntry(layout: self, name: name) }
}
