package import Diagnostics
import Synchronization
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Creates a folder that only this user can access, and removes it with its files after the work.
///
/// - Parameter work: receives the folder's path; its remaining files are removed.
/// - Returns: what the work returns.
/// - Throws: ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull`` for the folder, and errors of the work.
package func withTemporaryDirectory<Result>(
    _ work: (_ path: FilePath) async throws -> Result
) async throws -> Result {
    let folder = try TemporaryDirectory()
    defer { withExtendedLifetime(folder) {} }
    return try await work(folder.path)
}

/// A temporary folder, removed with its files in `deinit`.
///
/// The process holds a lock on it. Folders of killed processes are removed when the next one is created.
package final class TemporaryDirectory: Sendable {
    static let prefix = "wasmpack-"
    private static let suffix = ".tmp"

    /// The path of the folder.
    package let path: FilePath
    private let descriptor: FileDescriptor

    /// Creates a folder under `$TMPDIR`, or `/tmp`, that only this user can access.
    package convenience init() throws(Failure) {
        let configured = getenv("TMPDIR").map { FilePath(platformString: $0) } ?? ""
        try self.init(in: configured.isEmpty ? "/tmp" : configured)
    }

    /// Creates a folder like ``init()``, but in `/tmp` if the paths of sockets in it would be too long (`sun_path`).
    ///
    /// - Parameter length: the length of the longest name of a socket, in bytes.
    /// - Throws: the errors of ``init()``.
    package convenience init(forSocketsOf length: Int) throws(Failure) {
        let configured = getenv("TMPDIR").map { FilePath(platformString: $0) } ?? ""
        let parent: FilePath = configured.isEmpty ? "/tmp" : configured
        let own = Self.prefix.utf8.count + Self.randomLength + Self.suffix.utf8.count
        let total = parent.length + 1 + own + 1 + length
        try self.init(in: parent.isAbsolute && total <= Self.socketPathLimit ? parent : "/tmp")
    }

    /// The longest path of a socket on any system, in bytes: 104 on macOS, with the terminating zero.
    private static let socketPathLimit = 103

    /// Creates a folder in another one.
    init(in parent: FilePath) throws(Failure) {
        Leftovers.removeFolders(in: parent)
        do throws(Failure) {
            (path, descriptor) = try Self.created(in: parent)
        } catch {
            throw error.with(
                message: "cannot create a directory for temporary files: \(error.message)",
                try: ["set TMPDIR to a writable directory"]
            )
        }
        TemporaryPaths.add(path)
    }

    deinit {
        TemporaryPaths.removeFolder(path)
        TemporaryPaths.remove(path)
        try? descriptor.close()
    }

    /// Returns whether a name is one that this type gives: with 64 random bits, so that no other folder has it.
    static func isTemporary(_ name: String) -> Bool {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
        let random = name.dropFirst(prefix.count).dropLast(suffix.count)
        return random.count == randomLength && UInt64(random, radix: 36) != nil
    }

    private static let randomLength = 13

    private static func created(in parent: FilePath) throws(Failure) -> (FilePath, FileDescriptor) {
        while true {
            let random = String(UInt64.random(in: .min ... .max), radix: 36)
            let padding = String(repeating: "0", count: randomLength - random.count)
            let path = parent.appending(prefix + padding + random + suffix)
            let failure = { (errno: Errno) in Failure(writing: parent, errno) }
            try system(failure) { try makeDirectory(path, .ownerReadWriteExecute) }
            do throws(Failure) {
                let descriptor = try system(failure) {
                    try FileDescriptor.open(path, .readOnly, options: [.directory, .noFollow, .closeOnExec])
                }
                if Leftovers.claim(path, descriptor) { return (path, descriptor) }
                try? descriptor.close()
            } catch  where Directory.type(of: path) == nil && Directory.exists(parent) {
                // Another process has taken it for a leftover before it was opened.
            }
        }
    }
}

/// A temporary folder that is created when a file is first put into it.
package final class LazyTemporaryDirectory: Sendable {
    private let folder = Mutex<TemporaryDirectory?>(nil)

    /// Creates no folder yet.
    package init() {}

    /// Returns the folder's path, and creates the folder the first time.
    ///
    /// Throws the errors of ``TemporaryDirectory``.
    package func path() throws(Failure) -> FilePath {
        try folder.withLock { folder throws(Failure) in
            if let folder { return folder.path }
            let new = try TemporaryDirectory()
            folder = new
            return new.path
        }
    }
}
