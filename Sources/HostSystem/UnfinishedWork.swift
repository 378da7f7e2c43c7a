import Synchronization
import SystemPackage

/// The temporary files and folders of this process, for the one end that no `deinit` sees: the one at once.
enum UnfinishedWork {
    private static let paths = Mutex<Set<FilePath>>([])

    static func add(_ path: FilePath) { paths.withLock { _ = $0.insert(path) } }

    static func remove(_ path: FilePath) { paths.withLock { _ = $0.remove(path) } }

    /// Removes all of them, as well as it goes.
    static func discard() {
        for path in paths.withLock({ $0 }) {
            if Directory.exists(path) { removeFolder(path) } else { try? removeFile(path) }
        }
    }

    /// Removes a folder and the files in it.
    static func removeFolder(_ path: FilePath) {
        for name in (try? Directory.names(in: path)) ?? [] { try? removeFile(path.appending(name)) }
        try? removeDirectory(path)
    }
}
