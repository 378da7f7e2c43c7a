package import Diagnostics
import HostSystem
import OCI
package import SystemPackage

/// A folder with images (image spec, "Image Layout"): `oci-layout`, `index.json` and `blobs/`.
///
/// Whoever has a layout open shares a lock on its blobs, so that nobody's sweep removes what another one is about to
/// name or to read. The index is changed under a lock of its own, in one step; only who holds that one sweeps. One value
/// serves one build or copy at a time: its own sweep would take the blobs of a second one that has no name yet.
package struct ImageLayout: Sendable {
    /// The layout's folder.
    package let path: FilePath
    let blobsInUse: DirectoryLock?

    /// Whether a folder looks like a layout.
    package static func exists(at path: FilePath) -> Bool {
        Directory.type(of: path.appending("oci-layout")) == .regular
            || Directory.type(of: path.appending("index.json")) == .regular
    }

    /// Opens a layout that is there.
    ///
    /// Throws ``Failure/Code/layoutMissing`` when there is none, and ``Failure/Code/layoutCorrupt`` when it is not of the
    /// version 1.0.0.
    package init(opening path: FilePath) async throws(Failure) {
        guard Self.exists(at: path) else {
            let isThere = Directory.type(of: path) != nil
            throw Failure(
                .layoutMissing,
                isThere ? "\(path) is not an OCI image layout" : "there is no image layout at \(path)",
                why: isThere ? "it has neither oci-layout nor index.json" : nil,
                try: ["wasmpack build plugin.wasm --layout \(path)"]
            )
        }
        self.path = path
        try Self.checkMarker(of: path)
        // A layout on a read-only or lockless file system can be read all the same.
        blobsInUse = try? await DirectoryLock(on: path.appending("blobs"), isShared: true)
    }

    /// Opens a layout, and makes an empty one first where there is none.
    ///
    /// Throws ``Failure/Code/fileUnwritable`` for a folder that holds something else, and what writing throws.
    package init(creating path: FilePath) async throws(Failure) {
        guard try Self.isFree(path) else {
            throw Failure(
                .fileUnwritable,
                "\(path) holds something else than an OCI image layout",
                why: "wasmpack writes into an empty folder, a new one or a layout",
                try: ["--layout another-folder"]
            )
        }
        try Directory.create(path.appending("blobs").appending(Digest.Algorithm.sha256.rawValue))
        let lock = try await DirectoryLock(on: path, isShared: false)
        try withExtendedLifetime(lock) { () throws(Failure) in
            if Directory.type(of: path.appending("index.json")) == nil {
                try TemporaryFile.write(
                    CanonicalJSON.encode(Index(manifests: [])),
                    to: path.appending("index.json")
                )
            }
            if Directory.type(of: path.appending("oci-layout")) == nil {
                try TemporaryFile.write(LayoutMarker.bytes, to: path.appending("oci-layout"))
            }
        }
        self.path = path
        try Self.checkMarker(of: path)
        blobsInUse = try await DirectoryLock(on: path.appending("blobs"), isShared: true)
    }

    /// Where blobs under construction for the layout in a folder are, or would be, put.
    package static func spoolDirectory(of path: FilePath) -> FilePath { path.appending("blobs") }

    /// Where blobs under construction for this layout are put: in the same file system, and swept if left behind.
    package var spoolDirectory: FilePath { Self.spoolDirectory(of: path) }

    /// Where a blob is, or would be.
    func path(of digest: Digest) -> FilePath {
        path.appending("blobs").appending(digest.algorithm.rawValue).appending(digest.encoded)
    }

    /// Whether a layout may be made there: where one is, and where nothing is but what one begins with.
    private static func isFree(_ path: FilePath) throws(Failure) -> Bool {
        if Directory.type(of: path.appending("oci-layout")) == .regular { return true }
        switch Directory.type(of: path) {
        case nil: return true
        case .directory?: break
        default: return false
        }
        // Another process may just be making it: the index comes before the marker.
        let index = path.appending("index.json")
        if Directory.type(of: index) == .regular {
            let bytes = try ReadableFile.contents(of: index, limit: Manifest.sizeLimit)
            let isIndex =
                (try? CanonicalJSON.decode(Index.self, from: bytes, as: "index", failing: .layoutCorrupt))
                != nil
            return isIndex
        }
        let parts: Set = ["blobs", "index.json", "oci-layout"]
        return try Directory.names(in: path).allSatisfy {
            parts.contains($0) || TemporaryFile.isUnfinished($0)
        }
    }

    private static func checkMarker(of path: FilePath) throws(Failure) {
        let file = path.appending("oci-layout")
        let bytes: [UInt8]
        do throws(Failure) {
            bytes = try ReadableFile.contents(of: file, limit: LayoutMarker.sizeLimit)
        } catch  where error.code == .fileMissing {
            throw Failure(.layoutCorrupt, "\(file) is missing", try: ["build the layout again"])
        }
        try LayoutMarker.check(bytes, as: file.string, failing: .layoutCorrupt)
    }
}
