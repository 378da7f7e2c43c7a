package import Diagnostics
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What can be done with folders.
package enum Directory {
    /// Creates a folder and those above it that are missing; an existing one is fine, and stays as it is.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - isPrivate: whether only its owner may enter it; otherwise the umask decides who may.
    /// - Throws: ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull``.
    package static func create(_ path: FilePath, isPrivate: Bool = false) throws(Failure) {
        if path.isEmpty || exists(path) { return }
        let parent = path.removingLastComponent()
        if parent != path { try create(parent, isPrivate: isPrivate) }
        do throws(Failure) {
            let permissions = FilePermissions(rawValue: isPrivate ? 0o700 : 0o777)
            try system({ Failure(writing: path, $0) }) { try makeDirectory(path, permissions) }
        } catch  where exists(path) {
            // Someone else was faster.
        }
    }

    /// Whether there is a folder at a path, links followed.
    package static func exists(_ path: FilePath) -> Bool { type(of: path) == .directory }

    /// What is at a path, links followed; `nil` when nothing is there or it cannot be seen.
    package static func type(of path: FilePath) -> FileType? { (try? path.stat())?.type }

    /// Whether two paths lead to the same file or folder, links followed.
    package static func isSame(_ path: FilePath, _ other: FilePath) -> Bool {
        guard let own = try? path.stat(), let its = try? other.stat() else { return false }
        return own.deviceID == its.deviceID && own.inode == its.inode
    }

    /// The names in a folder, sorted, without `.` and `..`.
    ///
    /// Throws ``Failure/Code/fileMissing`` or ``Failure/Code/fileUnreadable``.
    package static func names(in path: FilePath) throws(Failure) -> [String] {
        guard let stream = path.withPlatformString({ opendir($0) }) else {
            throw Failure(reading: path, Errno(rawValue: errno))
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file; one that is not there is fine.
    package static func remove(file path: FilePath) throws(Failure) {
        do throws(Failure) {
            try system({ Failure(writing: path, $0) }) { try removeFile(path) }
        } catch  where type(of: path) == nil {
            // It is gone, whoever removed it.
        }
    }
}

/// Makes a folder that only this user can enter, and removes it with the files in it after the work.
///
/// - Parameter work: takes the folder's path; files that it leaves there are removed.
/// - Returns: what the work returns.
/// - Throws: ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull`` for the folder, and what the work throws.
package func withTemporaryDirectory<Result>(
    _ work: (_ path: FilePath) async throws -> Result
) async throws -> Result {
    let folder = try TemporaryDirectory()
    defer { withExtendedLifetime(folder) {} }
    return try await work(folder.path)
}

/// A folder of this process's own, removed with the files in it when its last owner lets go of it.
package final class TemporaryDirectory: Sendable {
    /// Where the folder is.
    package let path: FilePath

    /// Creates a folder under `$TMPDIR`, or `/tmp`, that only this user can enter.
    package init() throws(Failure) {
        let parent = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array(FilePath(parent).appending("wasmpack-XXXXXX").string.utf8CString)
        guard let created = mkdtemp(&template) else {
            let failure = Failure(writing: FilePath(parent), Errno(rawValue: errno))
            throw failure.with(
                message: "no folder for temporary files can be made: \(failure.message)",
                try: ["TMPDIR=/a/folder/that/can/be/written"]
            )
        }
        path = FilePath(String(cString: created))
        TemporaryPaths.add(path)
    }

    deinit {
        TemporaryPaths.removeFolder(path)
        TemporaryPaths.remove(path)
    }
}

extension Directory {
    /// The absolute path of a file or folder without symbolic links; `nil` when nothing is there.
    package static func resolved(_ path: FilePath) -> FilePath? {
        guard let resolved = path.withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }
}
