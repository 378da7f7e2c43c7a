import Diagnostics
import HostSystem
import Synchronization
import SystemPackage

/// The folders below a root whose names are known to be on the disk.
///
/// That a folder exists does not mean that: the process that created it may have ended before it synchronized the parent.
final class DurableFolders: Sendable {
    private let root: FilePath
    private let known = Mutex<Set<FilePath>>([])

    init(below root: FilePath) { self.root = root }

    /// Waits until the disk has the names of a folder and of those that enclose it, up to the root's; later calls with the same
    /// folder do nothing.
    func synchronize(parentsOf folder: FilePath) throws(Failure) {
        var folder = folder
        while folder != root, folder.directory != folder, !known.withLock({ $0.contains(folder) }) {
            try Directory.synchronize(folder.directory)
            known.withLock { _ = $0.insert(folder) }
            folder = folder.directory
        }
    }
}
