package import Diagnostics
package import HostSystem
package import OCI
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A layout that a registry serves: many clients read and write it at the same time, and other processes may too.
///
/// What a method has stored when it returns is on the disk. As long as the value exists, it holds the layout's shared lock, so
/// that no other process sweeps blobs that are not named yet.
package actor ServedLayout {
    /// Tells versions of a file apart: each change replaces the file.
    private struct Stamp: Equatable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    private let layout: ImageLayout
    private var cached: (stamp: Stamp, document: IndexDocument)?

    /// The layout's folder.
    package nonisolated var path: FilePath { layout.path }

    /// Opens an existing layout; throws the errors of ``ImageLayout/init(opening:)``.
    package init(opening path: FilePath) async throws(Failure) {
        layout = try await ImageLayout(opening: path)
    }

    /// Opens a layout, and creates it first if it does not exist; synchronizes the folders from it up to `root`.
    ///
    /// Throws the errors of ``ImageLayout/init(creating:)``.
    package init(creating path: FilePath, below root: FilePath) async throws(Failure) {
        let isNew = !ImageLayout.exists(at: path)
        layout = try await ImageLayout(creating: path, allowingSubfolders: true)
        guard isNew else { return }
        try Directory.synchronize(layout.spoolDirectory)
        var folder = path
        while true {
            try Directory.synchronize(folder)
            let parent = folder.directory
            if folder == root || parent == folder { break }
            folder = parent
        }
    }

    /// Returns the entries of the index, as they are now.
    package func entries() throws(Failure) -> [Descriptor] { try document().entries }

    /// Changes the index under the layout's lock; writes nothing if the function returns `nil`.
    ///
    /// Throws errors of the function, of reading and of writing, and ``Failure/Code/fileUnwritable`` if the index would grow over
    /// 4 MiB, which no program reads.
    package func change<Result: Sendable>(
        _ body: @Sendable (inout IndexDocument) throws(Failure) -> Result?
    ) async throws(Failure) -> Result? {
        let lock = try await DirectoryLock(on: path, isShared: false)
        defer { withExtendedLifetime(lock) {} }
        var document = try document()
        guard let result = try body(&document) else { return nil }
        let bytes = try document.encoded()
        guard bytes.count <= Manifest.sizeLimit else {
            throw Failure(
                .fileUnwritable,
                "\(layout.indexFile) would be larger than 4 MiB",
                why: "it lists \(document.entries.count) images"
            )
        }
        cached = nil
        try TemporaryFile.write(bytes, to: layout.indexFile)
        try Directory.synchronize(path)
        cached = try stamp().map { ($0, document) }
        return result
    }

    private func document() throws(Failure) -> IndexDocument {
        let stamp = try stamp()
        if let cached, cached.stamp == stamp { return cached.document }
        let document = try layout.document()
        cached = stamp.map { ($0, document) }
        return document
    }

    /// Returns the stamp of the index, taken before the index is read: a later change is then noticed later.
    private func stamp() throws(Failure) -> Stamp? {
        guard let stat = try? layout.indexFile.stat() else { return nil }
        return Stamp(
            inode: UInt64(stat.inode.rawValue),
            size: stat.size,
            seconds: stat.st_mtim.tv_sec,
            nanoseconds: stat.st_mtim.tv_nsec
        )
    }
}

/// The blobs, which do not depend on the index.
extension ServedLayout {
    /// Opens a blob, without verifying its content; returns `nil` if it does not exist.
    package nonisolated func open(_ digest: Digest) throws(Failure) -> FileSource? {
        do throws(Failure) {
            return FileSource(try ReadableFile(opening: layout.path(of: digest), links: .rejected))
        } catch  where error.code == .fileMissing {
            return nil
        }
    }

    /// Returns the size of a blob in bytes; `nil` if it does not exist.
    package nonisolated func size(of digest: Digest) -> Int? {
        guard let stat = try? layout.path(of: digest).stat(followTargetSymlink: false), stat.type == .regular
        else { return nil }
        return Int(exactly: stat.size)
    }

    /// Reads and verifies a manifest.
    ///
    /// Returns `nil` if it does not exist. Throws ``Failure/Code/digestMismatch`` for a damaged one.
    package nonisolated func manifest(_ descriptor: Descriptor) throws(Failure) -> [UInt8]? {
        guard size(of: descriptor.digest) != nil else { return nil }
        return try Blob(verifying: layout.path(of: descriptor.digest), against: descriptor)
            .bytes(limit: Manifest.sizeLimit)
    }

    /// Makes an uploaded file a blob with a digest that the caller has computed.
    package nonisolated func insert(_ upload: UploadFile, as digest: Digest) throws(Failure) {
        try upload.synchronize()
        try insert(digest) { target throws(Failure) in try upload.move(to: target) }
    }

    /// Stores bytes as a blob with a digest that the caller has computed.
    package nonisolated func insert(_ bytes: [UInt8], as digest: Digest) throws(Failure) {
        try insert(digest) { target throws(Failure) in try TemporaryFile.write(bytes, to: target) }
    }

    /// Takes a blob of another layout without copying it; returns whether that was possible.
    package nonisolated func link(_ digest: Digest, from other: ServedLayout) throws(Failure) -> Bool {
        if size(of: digest) != nil { return true }
        guard other.size(of: digest) != nil else { return false }
        var isLinked = false
        try insert(digest) { target throws(Failure) in
            isLinked = Directory.link(other.layout.path(of: digest), as: target)
        }
        return isLinked
    }

    /// Removes a blob, if it exists.
    package nonisolated func remove(_ digest: Digest) throws(Failure) {
        let file = layout.path(of: digest)
        try Directory.remove(file: file)
        try Directory.synchronize(file.directory)
    }

    private nonisolated func insert(_ digest: Digest, _ write: (FilePath) throws(Failure) -> Void)
        throws(Failure)
    {
        let target = layout.path(of: digest)
        let isNewFolder = !Directory.exists(target.directory)
        try Directory.create(target.directory)
        try write(target)
        try Directory.synchronize(target.directory)
        if isNewFolder { try Directory.synchronize(layout.spoolDirectory) }
    }
}
