package import Diagnostics
package import SystemPackage

/// A small file with secrets that several programs share and that is replaced atomically.
///
/// Readers see the old or the new file, even if this process ends meanwhile. A symbolic link is kept, and its target is
/// replaced.
package struct PrivateFile: Sendable {
    /// The most symbolic links that are followed, as in Linux.
    private static let linkLimit = 40

    /// The given path.
    package let path: FilePath
    /// The largest content that is read, in bytes.
    private let limit: Int
    /// How long to wait for the lock on the folder.
    private let lockTimeout: Duration

    /// Creates a reference to a file, which need not exist.
    ///
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - limit: the largest content that is read, in bytes.
    ///   - lockTimeout: how long to wait for other processes that change files in its folder.
    package init(at path: FilePath, limit: Int, lockTimeout: Duration = .seconds(30)) {
        self.path = path
        self.limit = limit
        self.lockTimeout = lockTimeout
    }

    /// Reads the file; returns `nil` if it does not exist.
    ///
    /// Throws ``Failure/Code/fileUnreadable``, including for a path that is not a regular file.
    package func contents() throws(Failure) -> [UInt8]? {
        do throws(Failure) {
            return try ReadableFile.contents(of: path, limit: limit)
        } catch  where error.code == .fileMissing {
            return nil
        }
    }

    /// Whether other users may read it.
    package var isShared: Bool { ((try? path.stat()).map { FileAccess.isShared($0.permissions) }) ?? false }

    /// Reads the file and replaces it with the body's result; `nil` keeps the file.
    ///
    /// Only one process does this at a time, if the file system supports locks. Only the owner can read a new file and a
    /// folder created for it. An existing file keeps its owner and permissions; if this user cannot keep the owner, the
    /// permissions are reduced. The body receives `nil` if the file does not exist.
    ///
    /// Throws errors of the body, ``Failure/Code/fileUnreadable``, ``Failure/Code/fileUnwritable`` or
    /// ``Failure/Code/diskFull``; the file is then unchanged.
    package func change(_ body: ([UInt8]?) throws(Failure) -> [UInt8]?) async throws(Failure) {
        let target = try destination()
        let folder = target.directory
        if target == path { try Directory.create(folder, isPrivate: true) }
        let lock = try await lock(folder)
        defer { withExtendedLifetime(lock) {} }
        try replace(target, isLocked: lock != nil, body)
    }

    /// Replaces the file that the path leads to, as ``change(_:)`` does under the lock on its folder, if it could be locked.
    func replace(_ target: FilePath, isLocked: Bool, _ body: ([UInt8]?) throws(Failure) -> [UInt8]?)
        throws(Failure)
    {
        let folder = target.directory
        let old = try PrivateFile(at: target, limit: limit).contents()
        let access = (try? target.stat()).map { FileAccess(of: $0) } ?? .ownerOnly
        guard let new = try body(old) else { return }
        // Files of killed processes: a running process would hold the lock.
        if isLocked { try Self.removeLeftovers(in: folder) }
        let file = try TemporaryFile(in: folder, for: .secret)
        try new.withUnsafeBytesTyped { bytes throws(Failure) in try file.write(bytes) }
        try file.move(to: target, as: access)
        // The new name should survive a power failure, too; not every file system supports this.
        try? Directory.synchronize(folder)
    }

    /// Returns the lock on a folder; `nil` if the file system does not support it, as some network file systems.
    private func lock(_ folder: FilePath) async throws(Failure) -> DirectoryLock? {
        do throws(Failure) {
            return try await DirectoryLock(on: folder, isShared: false, waiting: lockTimeout)
        } catch  where error.code == .fileUnreadable {
            return nil
        } catch  where error.code == .fileMissing {
            throw Failure(writing: folder, .noSuchFileOrDirectory)
        }
    }

    private static func removeLeftovers(in folder: FilePath) throws(Failure) {
        for name in try Directory.names(in: folder) where TemporaryFile.isUnfinishedSecret(name) {
            try Directory.remove(file: folder.appending(name))
        }
    }

    /// Returns the target of the path, which need not exist.
    private func destination() throws(Failure) -> FilePath {
        var target = path
        for _ in 0..<Self.linkLimit {
            guard (try? target.stat(followTargetSymlink: false))?.type == .symbolicLink else { return target }
            let next = try system({ [target] in Failure(reading: target, $0) }) { [target] in
                try linkTarget(target)
            }
            target = target.directory.pushing(next)
        }
        throw Failure(reading: path, .tooManySymbolicLinkLevels)
    }
}
