package import Diagnostics
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An advisory lock on a folder, held until its last owner lets go of it, or the process ends in any way.
///
/// The folder itself is locked (`flock`), so that nothing has to be created and nothing is left behind.
package final class DirectoryLock: Sendable {
    private let descriptor: FileDescriptor

    /// Waits for the lock on a folder.
    ///
    /// - Parameters:
    ///   - path: the folder, which has to exist.
    ///   - isShared: whether others may hold it at the same time, if they share it too.
    ///   - limit: how long to wait; for ever, when `nil`.
    /// - Throws: ``Failure/Code/fileMissing``, ``Failure/Code/fileUnreadable`` when the folder cannot be opened or its file
    ///   system has no locks, or ``Failure/Code/fileUnwritable`` when somebody else keeps it for too long.
    package init(on path: FilePath, isShared: Bool, waiting limit: Duration? = nil) async throws(Failure) {
        descriptor = try Self.open(path)
        let end = limit.map { ContinuousClock.now + $0 }
        do throws(Failure) {
            // A wait in the system would not hear of an interruption, and hold a thread that other tasks need.
            while try !system(
                { Failure(reading: path, $0) },
                { [descriptor] in
                    try isLocked(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB)
                }
            ) {
                try checkCancellation()
                if let end, ContinuousClock.now >= end {
                    throw Failure(
                        .fileUnwritable,
                        "another process keeps the folder \(path) locked",
                        why: "it has not let go of it for \(limit ?? .zero)",
                        try: ["see who it is: fuser -v \(path)"]
                    )
                }
                // Cut short by a cancellation, which the next round sees.
                try? await Task.sleep(for: .milliseconds(5))
            }
        } catch {
            try? descriptor.close()
            throw error
        }
    }

    deinit { try? descriptor.close() }

    /// Turns a shared lock into one that nobody else has, without waiting; tells whether that worked.
    ///
    /// If it did not, the lock may be lost for a moment, as `flock` says; it is shared again when this returns.
    package func becomeExclusive() -> Bool {
        do {
            try lock(descriptor, LOCK_EX | LOCK_NB)
            return true
        } catch {
            becomeShared()
            return false
        }
    }

    /// Lets others share the lock.
    package func becomeShared() { try? lock(descriptor, LOCK_SH) }

    private static func open(_ path: FilePath) throws(Failure) -> FileDescriptor {
        try system({ Failure(reading: path, $0) }) {
            try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
        }
    }
}
