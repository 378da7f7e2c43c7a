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
    /// The changes that wait for their turn; one at a time reads and changes ``batch``.
    private(set) var waiting: [CheckedContinuation<Void, Never>] = []
    private var isChanging = false
    private var batch: IndexBatch?

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
    /// Changes that wait for each other are written together. A change that throws does not touch the others.
    ///
    /// - Parameters:
    ///   - isAlone: whether what comes before is on the disk first, and what comes after waits: for changes that remove blobs,
    ///     which must not depend on an index that may still fail to be written.
    ///   - body: changes the document, or finds that nothing is to be written.
    ///   - afterwards: receives the entries when they are on the disk, under the same lock.
    /// - Returns: the result of `body`.
    /// - Throws: errors of the functions, of reading and of writing, and ``Failure/Code/requestRejected`` if the index would grow
    ///   over 4 MiB, which no program reads.
    package func change<Result: Sendable>(
        isAlone: Bool = false,
        _ body: @Sendable (inout IndexDocument) async throws(Failure) -> Change<Result>,
        afterwards: @escaping @Sendable ([Descriptor]) throws(Failure) -> Void = { _ in }
    ) async throws(Failure) -> Result {
        await beginChange()
        if isAlone { endBatch() }
        let result: Result
        do throws(Failure) {
            var document = try await openBatch()
            switch try await body(&document) {
            case .changed(let value): result = value
            case .unchanged(let value):
                endChange(isAlone)
                return value
            }
            try IndexBatch.checkSize(of: document)
            batch?.document = document
        } catch {
            endChange(isAlone)
            throw error
        }
        let written: Swift.Result<Void, Failure> = await withCheckedContinuation { continuation in
            batch?.changes.append(IndexBatch.Change(afterwards: afterwards, continuation: continuation))
            endChange(isAlone)
        }
        try written.get()
        return result
    }

    private func beginChange() async {
        guard isChanging else {
            isChanging = true
            return
        }
        // The change before this one hands its turn over.
        await withCheckedContinuation { waiting.append($0) }
    }

    /// Returns the document with the changes that are not written yet; begins a batch if there is none.
    private func openBatch() async throws(Failure) -> IndexDocument {
        if let batch { return batch.document }
        let lock = try await DirectoryLock(on: path, isShared: false)
        let document = try document()
        batch = IndexBatch(lock: lock, document: document)
        return document
    }

    /// Writes the batch, if there is one.
    private func endBatch() {
        guard let batch else { return }
        self.batch = nil
        batch.end(with: write)
    }

    /// Lets the next change join the batch; without one, if the batch is full, or after a change that is alone, writes it.
    private func endChange(_ isAlone: Bool) {
        if isAlone || waiting.isEmpty || batch?.isFull ?? true { endBatch() }
        guard let next = waiting.first else {
            isChanging = false
            return
        }
        waiting.removeFirst()
        next.resume()
    }

    private func write(_ document: IndexDocument) throws(Failure) {
        cached = nil
        try TemporaryFile.write(document.encoded(), to: layout.indexFile)
        try Directory.synchronize(path)
        try folders.synchronize(parentsOf: path)
        cached = version().map { ($0, document) }
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
