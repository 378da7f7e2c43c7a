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

    /// Removes the folders that are empty, after a failure to create the layout, unless another process uses them.
    ///
    /// They are empty, too, while another process creates the layout or packs into it. So nothing of the layout is removed
    /// without the lock on its folder, or once the layout exists.
    func removeUnlessUsed() async {
        guard Directory.type(of: path) != nil else {
            // Another process that creates the layout now creates the folders above it again.
            return folders.filter { !$0.starts(with: path) }.forEach(Directory.removeIfEmpty)
        }
        guard let lock = try? await DirectoryLock(on: path, isShared: false, waiting: .zero) else { return }
        defer { withExtendedLifetime(lock) {} }
        guard lock.isHeld(on: path), !ImageLayout.exists(at: path) else { return }
        removeEmptyFolders()
    }

    /// Removes the folders that are empty; the caller holds the lock on the layout's folder.
    private func removeEmptyFolders() { folders.forEach(Directory.removeIfEmpty) }

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
