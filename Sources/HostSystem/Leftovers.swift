import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Temporary files and directories left by killed processes.
///
/// A running process locks (`flock`) its files; the system releases the lock at exit. An unlocked file is therefore
/// abandoned, regardless of age or process ID.
enum Leftovers {
    /// Removes the unfinished outputs in a folder that no process is writing, ignoring errors.
    static func removeOutputs(in folder: FilePath) {
        let names = try? Directory.entries(
            in: folder,
            startingWith: TemporaryFile.prefix,
            where: TemporaryFile.isUnfinishedOutput
        )
        for name in names ?? [] {
            let path = folder.appending(name)
            withAbandoned(path, .regular) { try? removeFile(path) }
        }
    }

    /// Removes the temporary folders below a folder that no process uses, with their files, ignoring errors.
    static func removeFolders(in parent: FilePath) {
        let names = try? Directory.entries(
            in: parent,
            startingWith: TemporaryDirectory.prefix,
            where: TemporaryDirectory.isTemporary
        )
        for name in names ?? [] {
            let path = parent.appending(name)
            withAbandoned(path, .directory) { TemporaryPaths.removeFolder(path) }
        }
    }

    /// Locks a new file or folder for its owner, this process.
    ///
    /// Returns `false` if another process removed it before the lock; create it again. Without file locks, nothing is removed.
    static func claim(_ path: FilePath, _ descriptor: FileDescriptor) -> Bool {
        guard let isOurs = try? tryLock(descriptor, LOCK_EX | LOCK_NB) else { return true }
        return isOurs && isSameFile(path, descriptor)
    }

    /// Calls a function with the lock on a file or folder of this user, if no other process holds it.
    private static func withAbandoned(_ path: FilePath, _ type: FileType, _ body: () -> Void) {
        // Skip links and pipes with such a name.
        guard
            let descriptor = try? FileDescriptor.open(
                path,
                .readOnly,
                options: [.noFollow, .nonBlocking, .closeOnExec]
            )
        else { return }
        defer { try? descriptor.close() }
        guard let stat = try? descriptor.stat(), stat.type == type, stat.userID.rawValue == geteuid(),
            (try? tryLock(descriptor, LOCK_EX | LOCK_NB)) == true, isSameFile(path, descriptor)
        else { return }
        body()
    }

    /// Whether the path still refers to the open file.
    static func isSameFile(
        _ path: FilePath,
        _ descriptor: FileDescriptor,
        followingLinks: Bool = false
    ) -> Bool {
        guard let own = try? descriptor.stat(),
            let current = try? path.stat(followTargetSymlink: followingLinks)
        else { return false }
        return own.deviceID == current.deviceID && own.inode == current.inode
    }
}
