package import Diagnostics
package import SystemPackage

/// A small file with secrets that several programs read and write, and that is replaced as a whole.
///
/// Readers see the old one or the new one, whenever this process ends. A symbolic link stays one, and what it leads
/// to is replaced.
package struct PrivateFile: Sendable {
    /// How many symbolic links are followed, as many as Linux does.
    private static let linkLimit = 40

    /// The path as it was named.
    package let path: FilePath
    /// The largest content that is read, in bytes.
    private let limit: Int
    /// How long others may keep the folder to themselves.
    private let patience: Duration

    /// Names a file, which need not be there.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - limit: the largest content that is read, in bytes.
    ///   - patience: how long to wait for others who are changing something in its folder.
    package init(at path: FilePath, limit: Int, patience: Duration = .seconds(30)) {
        self.path = path
        self.limit = limit
        self.patience = patience
    }

    /// Reads the file; `nil` if it is not there.
    ///
    /// Throws ``Failure/Code/fileUnreadable``, also for what is not a regular file.
    package func contents() throws(Failure) -> [UInt8]? {
        do throws(Failure) {
            return try ReadableFile.contents(of: path, limit: limit)
        } catch  where error.code == .fileMissing {
            return nil
        }
    }

    /// Whether other users may read it.
    package var isShared: Bool { ((try? path.stat()).map { FileAccess.isShared($0.permissions) }) ?? false }

    /// Reads the file, and replaces it by what the body makes of that; `nil` leaves it alone.
    ///
    /// No two processes do this at the same time, as far as the file system has locks. A new file is readable by its
    /// owner alone, and so is a folder made for it; an existing one keeps its owner and permissions, or has fewer where
    /// this user cannot give it the same owner. The body is given `nil` when there is no file.
    ///
    /// Throws what the body throws, ``Failure/Code/fileUnreadable``, ``Failure/Code/fileUnwritable`` or
    /// ``Failure/Code/diskFull``; the file then is as it was.
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
        // Of processes that were killed: whoever is still at it would have the lock.
        if isLocked { try Self.removeLeftovers(in: folder) }
        let file = try TemporaryFile(in: folder, holdsSecrets: true)
        try new.withUnsafeBytesTyped { bytes throws(Failure) in try file.write(bytes) }
        try file.move(to: target, as: access)
        // The new name too is to survive a loss of power; not every file system can promise that.
        if let descriptor = try? FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec]) {
            try? synchronize(descriptor)
            try? descriptor.close()
        }
    }

    /// The lock on a folder; `nil` where the file system has none for folders, as some networks' do not.
    private func lock(_ folder: FilePath) async throws(Failure) -> DirectoryLock? {
        do throws(Failure) {
            return try await DirectoryLock(on: folder, isShared: false, waiting: patience)
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

    /// Where the path leads, also if there is nothing yet.
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
