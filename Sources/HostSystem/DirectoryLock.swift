package import Diagnostics
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An advisory lock on a folder, held until its last owner releases it or the process ends in any way.
///
/// Locks the folder itself (`flock`), so no lock file has to be created or removed.
package final class DirectoryLock: Sendable {
    private let descriptor: FileDescriptor

    /// How long a wait is not worth a note.
    private static let noticeableWait = Duration.seconds(2)

    /// Waits for the lock on a folder, and records a note in ``Work/sink`` if that takes more than two seconds.
    ///
    /// - Parameters:
    ///   - path: the folder; it must exist.
    ///   - isShared: whether other shared locks may exist at the same time.
    ///   - limit: how long to wait; `nil` for no limit.
    ///   - owner: the name in the note of what is locked; by default the folder.
    /// - Throws: ``Failure/Code/fileMissing``, ``Failure/Code/fileUnreadable`` when the folder cannot be opened or its file
    ///   system has no locks, or ``Failure/Code/fileUnwritable`` when another process keeps it for too long.
    package init(on path: FilePath, isShared: Bool, waiting limit: Duration? = nil, of owner: FilePath? = nil)
        async throws(Failure)
    {
        descriptor = try Self.open(path)
        let start = ContinuousClock.now
        var isNoted = false
        // After a failure, deinit closes the descriptor.
        // A wait in the system would not notice a cancellation, and would block a thread that other tasks need.
        while try !system(
            { Failure(reading: path, $0) },
            { [descriptor] in
                try tryLock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB)
            }
        ) {
            try checkCancellation()
            let waited = ContinuousClock.now - start
            if !isNoted, waited >= Self.noticeableWait {
                isNoted = true
                Work.sink?.record(.note("waiting for another process that uses \(owner ?? path) …"))
            }
            if let limit, waited >= limit {
                throw Failure(
                    .fileUnwritable,
                    "another process keeps the directory \(path) locked",
                    why: "the lock was not released within \(limit)",
                    try: ["fuser -v \(path)"]
                )
            }
            // A cancellation ends the sleep; the next iteration throws it.
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    deinit { try? descriptor.close() }

    /// Returns whether a path still refers to the locked folder, following links.
    ///
    /// Another process may have removed the folder, and created it again, before the lock was taken.
    package func isHeld(on path: FilePath) -> Bool {
        Leftovers.isSameFile(path, descriptor, followingLinks: true)
    }

    /// Makes a shared lock exclusive, without waiting; returns whether it succeeded.
    ///
    /// After a failure the lock may be lost for a moment, as `flock` documents; it is shared again on return.
    package func becomeExclusive() -> Bool {
        do {
            try lock(descriptor, LOCK_EX | LOCK_NB)
            return true
        } catch {
            becomeShared()
            return false
        }
    }

    /// Makes the lock shared.
    package func becomeShared() { try? lock(descriptor, LOCK_SH) }

    private static func open(_ path: FilePath) throws(Failure) -> FileDescriptor {
        try system({ Failure(reading: path, $0) }) {
            try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
        }
    }
}
