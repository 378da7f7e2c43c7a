import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Temporary files and folders of processes that were killed.
///
/// A running process holds a lock (`flock`) on each one it made, and the system releases it however the process ends. So an
/// unlocked one has no owner any more. Neither age nor a process identifier decides.
enum Leftovers {
    /// Removes the unfinished outputs in a folder that no process is writing, ignoring errors.
    static func removeOutputs(in folder: FilePath) {
        for name in (try? Directory.entries(in: folder)) ?? []
        where TemporaryFile.isUnfinishedOutput(name.string) {
            let path = folder.appending(name)
            withAbandoned(path, .regular) { try? removeFile(path) }
        }
    }

    /// Removes the temporary folders below a folder that no process uses, with their files, ignoring errors.
    static func removeFolders(in parent: FilePath) {
        for name in (try? Directory.entries(in: parent)) ?? []
        where TemporaryDirectory.isTemporary(name.string) {
            let path = parent.appending(name)
            withAbandoned(path, .directory) { TemporaryPaths.removeFolder(path) }
        }
    }

    /// Locks a new file or folder for its owner, this process.
    ///
    /// Returns `false` if another process has taken it for a leftover before it was locked; it must then be made again. On a
    /// file system without locks nothing is ever taken for a leftover.
    static func claim(_ path: FilePath, _ descriptor: FileDescriptor) -> Bool {
        guard let isOurs = try? tryLock(descriptor, LOCK_EX | LOCK_NB) else { return true }
        return isOurs && isStill(path, descriptor)
    }

    /// Calls a function with the lock on a file or folder of this user, if no other process holds it.
    private static func withAbandoned(_ path: FilePath, _ type: FileType, _ body: () -> Void) {
        // A link or a pipe of this name is not ours.
        guard
            let descriptor = try? FileDescriptor.open(
                path,
                .readOnly,
                options: [.noFollow, .nonBlocking, .closeOnExec]
            )
        else { return }
        defer { try? descriptor.close() }
        guard let stat = try? descriptor.stat(), stat.type == type, stat.userID.rawValue == geteuid(),
            (try? tryLock(descriptor, LOCK_EX | LOCK_NB)) == true, isStill(path, descriptor)
        else { return }
        body()
    }

    /// Whether the path still is the opened file.
    private static func isStill(_ path: FilePath, _ descriptor: FileDescriptor) -> Bool {
        guard let own = try? descriptor.stat(), let its = try? path.stat(followTargetSymlink: false) else {
            return false
        }
        return own.deviceID == its.deviceID && own.inode == its.inode
    }
}
