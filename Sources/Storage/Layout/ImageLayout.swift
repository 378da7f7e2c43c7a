package import Diagnostics
import HostSystem
import OCI
package import SystemPackage

/// A folder with images (image spec, "Image Layout"): `oci-layout`, `index.json` and `blobs/`.
///
/// Each process that has a layout open holds a shared lock on its blobs, so that no other process sweeps blobs that are
/// about to be named or read. The index is changed atomically under a separate lock, which a sweep needs too. Use one
/// value for one build or copy at a time: its sweep would remove blobs of a second one that are not named yet.
package struct ImageLayout: Sendable {
    /// The layout's folder.
    package let path: FilePath
    let blobsInUse: DirectoryLock?
    /// The names in a layout's folder (image spec, "Image Layout").
    package static let entryNames: Set = ["blobs", "index.json", "oci-layout"]
    /// What this value has created; `nil` for a layout that was only opened.
    private let new: NewLayout?
    /// The blobs that this value has written.
    let written = WrittenBlobs()

    /// Returns whether a folder looks like a layout.
    package static func exists(at path: FilePath) -> Bool {
        if Directory.type(of: path.appending("oci-layout")) == .regular { return true }
        return Directory.type(of: path.appending("index.json")) == .regular && !isUnfinished(path)
    }

    /// Whether a folder without a marker has only the index that a new layout begins with: the process that created it was
    /// killed before it could write the marker, or is about to write it.
    private static func isUnfinished(_ path: FilePath) -> Bool {
        guard let new = try? newIndex() else { return false }
        return (try? ReadableFile.contents(of: path.appending("index.json"), limit: new.count)) == new
    }

    /// Returns the index of a new layout.
    private static func newIndex() throws(Failure) -> [UInt8] {
        try CanonicalJSON.encode(Index(manifests: []))
    }

    /// Opens an existing layout.
    ///
    /// Throws ``Failure/Code/layoutMissing`` if it does not exist, and ``Failure/Code/layoutCorrupt`` if its version is
    /// not 1.0.0.
    package init(opening path: FilePath) async throws(Failure) {
        guard Self.exists(at: path) else {
            let isThere = Directory.type(of: path) != nil
            throw Failure(
                .layoutMissing,
                isThere ? "\(path) is not an OCI image layout" : "no image layout at \(path)",
                why: isThere ? Self.missingFiles(of: path) : nil,
                try: [Self.remedy(for: path)]
            )
        }
        self.path = path
        new = nil
        try Self.checkMarker(of: path)
        // A layout on a file system that is read-only or without locks is still readable.
        blobsInUse = try? await DirectoryLock(on: path.appending("blobs"), isShared: true, of: path)
        try checkCancellation()
    }

    private static func missingFiles(of path: FilePath) -> String {
        isUnfinished(path)
            ? "it has no oci-layout: the program that created it was interrupted"
            : "it has neither oci-layout nor index.json"
    }

    /// Returns what to use or do instead of a folder that is not a layout.
    private static func remedy(for path: FilePath) -> String {
        let inner = path.appending("plugin-oci")
        if let type = Directory.type(of: path), type != .directory {
            return "wasmpack build plugin.wasm --layout plugin-oci"
        }
        if exists(at: inner) { return "use \(inner)" }
        let isFree = ((try? Directory.names(in: path)) ?? []).isEmpty
        return "wasmpack build plugin.wasm --layout \(isFree ? path : inner)"
    }

    /// Opens a layout, and creates an empty one first if it does not exist.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - allowingSubfolders: whether the folder may have other folders, such as the layouts of other repositories.
    /// - Throws: ``Failure/Code/fileUnwritable`` for a folder with other content, and errors of writing.
    package init(creating path: FilePath, allowingSubfolders: Bool = false) async throws(Failure) {
        guard try Self.isFree(path, allowingSubfolders) else {
            throw Failure(
                .fileUnwritable,
                "\(path) is not an OCI image layout",
                why: "wasmpack writes only to a layout, an empty directory or a new directory",
                try: ["use --layout another-directory"]
            )
        }
        let blobs = path.appending("blobs").appending(Digest.Algorithm.sha256.rawValue)
        let new = NewLayout(at: path, blobs: blobs)
        do throws(Failure) {
            let lock = try await Self.createFolders(path, blobs)
            defer { withExtendedLifetime(lock) {} }
            do throws(Failure) {
                try Self.writeMissingFiles(in: path)
            } catch {
                new.removeIfUnused()
                throw error
            }
            try Self.checkMarker(of: path)
            // While the lock is held, so that no other process removes the layout in between.
            blobsInUse = try await DirectoryLock(on: path.appending("blobs"), isShared: true, of: path)
        } catch {
            await new.removeUnlessUsed()
            throw error
        }
        self.path = path
        self.new = new
    }

    /// Creates the folders of a layout, and returns the lock on it.
    ///
    /// Another process whose work failed may remove the folders before the lock is taken; then they are created again. If a
    /// third process did that already, the lock is on a folder that is gone, so it is taken again.
    private static func createFolders(_ path: FilePath, _ blobs: FilePath) async throws(Failure)
        -> DirectoryLock
    {
        for _ in 0..<100 {
            do throws(Failure) {
                try Directory.create(blobs)
                let lock = try await DirectoryLock(on: path, isShared: false)
                if lock.isHeld(on: path), Directory.exists(blobs) { return lock }
            } catch {
                let isGone = (error.cause as? Errno) == .noSuchFileOrDirectory || error.code == .fileMissing
                guard isGone else { throw error }
            }
        }
        throw Failure(
            .fileUnwritable,
            "cannot create \(path)",
            why: "other processes keep removing it"
        )
    }

    private static func writeMissingFiles(in path: FilePath) throws(Failure) {
        if Directory.type(of: path.appending("index.json")) == nil {
            try TemporaryFile.write(newIndex(), to: path.appending("index.json"))
        }
        if Directory.type(of: path.appending("oci-layout")) == nil {
            try TemporaryFile.write(LayoutMarker.bytes, to: path.appending("oci-layout"))
        }
    }

    /// Returns the folder for blobs under construction of the layout at a path.
    package static func spoolDirectory(of path: FilePath) -> FilePath { path.appending("blobs") }

    /// The folder for blobs under construction: on the same file system, and swept if an ended process left files.
    package var spoolDirectory: FilePath { Self.spoolDirectory(of: path) }

    /// Removes the layout if this value created it and it has no image; the caller holds the lock on its folder.
    func removeIfNew() {
        guard let new, let blobsInUse, blobsInUse.becomeExclusive() else { return }
        new.removeIfUnused()
        blobsInUse.becomeShared()
    }

    /// Returns the path of a blob, which need not exist.
    func path(of digest: Digest) -> FilePath {
        path.appending("blobs").appending(digest.algorithm.rawValue).appending(digest.encoded)
    }

    /// Returns whether a layout exists, or may be created, at a path: other content of the folder prevents it.
    private static func isFree(_ path: FilePath, _ allowsSubfolders: Bool) throws(Failure) -> Bool {
        if Directory.type(of: path.appending("oci-layout")) == .regular { return true }
        switch Directory.type(of: path) {
        case nil: return true
        case .directory?: break
        default: return false
        }
        // Another process may be creating the layout now: it writes the index before the marker.
        let index = path.appending("index.json")
        if Directory.type(of: index) == .regular {
            let bytes = try ReadableFile.contents(of: index, limit: Manifest.sizeLimit)
            let isIndex =
                (try? CanonicalJSON.decode(Index.self, from: bytes, as: "index", failing: .layoutCorrupt))
                != nil
            return isIndex
        }
        return try Directory.names(in: path).allSatisfy {
            entryNames.contains($0) || TemporaryFile.isUnfinished($0)
                || allowsSubfolders && Directory.exists(path.appending($0))
        }
    }

    private static func checkMarker(of path: FilePath) throws(Failure) {
        let file = path.appending("oci-layout")
        let bytes: [UInt8]
        do throws(Failure) {
            bytes = try ReadableFile.contents(of: file, limit: LayoutMarker.sizeLimit)
        } catch  where error.code == .fileMissing {
            throw Failure(.layoutCorrupt, "\(file) is missing", try: [Self.repair])
        }
        try LayoutMarker.check(bytes, as: file.string, failing: .layoutCorrupt)
    }
}
