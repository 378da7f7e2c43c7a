package import Diagnostics
import HostSystem
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
    /// Tells versions of the index apart: each change replaces the file.
    package struct Version: Equatable, Sendable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    let layout: ImageLayout
    let folders: DurableFolders
    private var cached: (version: Version, document: IndexDocument)?

    /// The layout's folder.
    package nonisolated var path: FilePath { layout.path }

    /// Whether the folder at ``path`` is still the one that was opened: another program may have removed it.
    package nonisolated var isCurrent: Bool {
        ImageLayout.exists(at: path) && layout.blobsInUse?.isHeld(on: layout.spoolDirectory) ?? true
    }

    /// Opens an existing layout below a folder, or in that folder itself.
    ///
    /// Throws the errors of ``ImageLayout/init(opening:)``.
    package init(opening path: FilePath, below root: FilePath) async throws(Failure) {
        layout = try await ImageLayout(opening: path)
        folders = DurableFolders(below: root)
    }

    /// Opens a layout, and creates it first if it does not exist.
    ///
    /// Throws the errors of ``ImageLayout/init(creating:allowingSubfolders:)``.
    package init(creating path: FilePath, below root: FilePath) async throws(Failure) {
        layout = try await ImageLayout(creating: path, allowingSubfolders: true)
        folders = DurableFolders(below: root)
    }

    /// Returns the entries of the index, as they are now.
    package func entries() throws(Failure) -> [Descriptor] { try document().entries }

    /// Returns the entries of the index, and a value that is the same as long as they do not change.
    package func versionedEntries() throws(Failure) -> (entries: [Descriptor], version: Version?) {
        let entries = try document().entries
        return (entries, cached?.version)
    }

    /// Whether a function has changed the index, with its result.
    package enum Change<Result: Sendable>: Sendable {
        case changed(Result)
        case unchanged(Result)
    }

    /// Changes the index under the layout's lock.
    ///
    /// - Parameters:
    ///   - body: changes the document, or finds that nothing is to be written.
    ///   - afterwards: receives the entries when they are on the disk, under the same lock.
    /// - Returns: the result of `body`.
    /// - Throws: errors of the functions, of reading and of writing, and ``Failure/Code/requestRejected`` if the index would grow
    ///   over 4 MiB, which no program reads.
    package func change<Result: Sendable>(
        _ body: @Sendable (inout IndexDocument) async throws(Failure) -> Change<Result>,
        afterwards: @Sendable ([Descriptor]) throws(Failure) -> Void = { _ in }
    ) async throws(Failure) -> Result {
        let lock = try await DirectoryLock(on: path, isShared: false)
        defer { withExtendedLifetime(lock) {} }
        var document = try document()
        let result: Result
        switch try await body(&document) {
        case .changed(let value): result = value
        case .unchanged(let value): return value
        }
        let bytes = try document.encoded()
        guard bytes.count <= Manifest.sizeLimit else {
            throw Failure(
                .requestRejected,
                "the repository is full: the list of its \(document.entries.count) manifests would be larger than 4 MiB"
            )
        }
        cached = nil
        try TemporaryFile.write(bytes, to: layout.indexFile)
        try Directory.synchronize(path)
        try folders.synchronize(parentsOf: path)
        cached = version().map { ($0, document) }
        try afterwards(document.entries)
        return result
    }

    private func document() throws(Failure) -> IndexDocument {
        let version = version()
        if let cached, cached.version == version { return cached.document }
        let document = try layout.document()
        cached = version.map { ($0, document) }
        return document
    }

    /// Returns the version of the index, taken before the index is read: a later change is then noticed later.
    private func version() -> Version? {
        guard let stat = try? layout.indexFile.stat() else { return nil }
        return Version(
            inode: UInt64(stat.inode.rawValue),
            size: stat.size,
            seconds: stat.st_mtim.tv_sec,
            nanoseconds: stat.st_mtim.tv_nsec
        )
    }
}
