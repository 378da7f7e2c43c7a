import Synchronization
import SystemPackage

/// The temporary files and folders of this process, and the terminal without echo.
///
/// They are cleaned up here when the process exits, because no `deinit` runs then: a canceled transfer may still hold the
/// last reference to a temporary file.
package enum TemporaryPaths {
    private static let paths = Mutex<Set<FilePath>>([])
    /// The terminal whose echo is off.
    static let terminal = Mutex<EchoSuppression?>(nil)

    static func add(_ path: FilePath) { paths.withLock { _ = $0.insert(path) } }

    static func remove(_ path: FilePath) { paths.withLock { _ = $0.remove(path) } }

    /// Removes all temporary paths and restores the terminal's echo, ignoring errors.
    package static func removeAll() {
        terminal.withLock { $0?.restoreEcho() }
        for path in paths.withLock({ $0 }) {
            if Directory.exists(path) { removeFolder(path) } else { try? removeFile(path) }
        }
    }

    /// Removes a folder with everything in it; links are removed, never followed.
    static func removeFolder(_ path: FilePath) {
        for name in (try? Directory.entries(in: path)) ?? [] {
            let entry = path.appending(name)
            if (try? entry.stat(followTargetSymlink: false))?.type == .directory {
                removeFolder(entry)
            } else {
                try? removeFile(entry)
            }
        }
        try? removeDirectory(path)
    }
}
