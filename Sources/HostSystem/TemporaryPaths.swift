import Synchronization
import SystemPackage

/// What this process has to put in order before it ends, for the one end that no `deinit` sees: the one at once.
///
/// Its temporary files and folders are removed, and a terminal that shows nothing shows again what is typed.
enum TemporaryPaths {
    private static let paths = Mutex<Set<FilePath>>([])
    /// The terminal whose echo is off.
    static let terminal = Mutex<SilencedTerminal?>(nil)

    static func add(_ path: FilePath) { paths.withLock { _ = $0.insert(path) } }

    static func remove(_ path: FilePath) { paths.withLock { _ = $0.remove(path) } }

    /// Does all of that, as well as it goes.
    static func discard() {
        terminal.withLock { $0?.show() }
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
