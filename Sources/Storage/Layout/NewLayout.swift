import Diagnostics
import HostSystem
import OCI
import SystemPackage

/// What did not exist before a layout was created, so that a failure can remove it again.
struct NewLayout: Sendable {
    private let path: FilePath
    /// The folders that did not exist, the innermost first.
    private let folders: [FilePath]
    /// Whether neither of the layout's files existed.
    private let isNew: Bool

    /// Remembers what is missing at a path; call it before the layout is created.
    init(at path: FilePath, blobs: FilePath) {
        self.path = path
        folders = Directory.missing(blobs)
        isNew = !ImageLayout.exists(at: path)
    }

    /// Removes the folders that are empty.
    ///
    /// Does no harm to another process that uses the layout, because its files are in these folders.
    func removeEmptyFolders() { folders.forEach(Directory.removeIfEmpty) }

    /// Removes a layout that was created here and has no image and no blobs; the caller holds the lock on its folder.
    ///
    /// The files go first, because a folder with them would be a layout that cannot be read.
    func removeIfUnused() {
        guard isNew, isUnused else { return }
        for name in ["index.json", "oci-layout"] { try? Directory.remove(file: path.appending(name)) }
        removeEmptyFolders()
    }

    private var isUnused: Bool {
        let blobs = path.appending("blobs")
        let hasBlobs = ((try? Directory.names(in: blobs)) ?? []).contains { name in
            ((try? Directory.names(in: blobs.appending(name))) ?? [name]) != []
        }
        let file = path.appending("index.json")
        guard !hasBlobs, Directory.type(of: file) != nil else { return !hasBlobs }
        let index = (try? ReadableFile.contents(of: file, limit: Manifest.sizeLimit)).flatMap { bytes in
            try? CanonicalJSON.decode(Index.self, from: bytes, as: "index", failing: .layoutCorrupt)
        }
        return index?.manifests.isEmpty == true
    }
}
