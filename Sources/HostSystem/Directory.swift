package import Diagnostics
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Functions for folders.
package enum Directory {
    /// Creates a folder and its missing parents; an existing folder stays unchanged.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - isPrivate: whether only the owner has access; otherwise the umask decides.
    /// - Throws: ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull``.
    package static func create(_ path: FilePath, isPrivate: Bool = false) throws(Failure) {
        if path.isEmpty || exists(path) { return }
        let parent = path.removingLastComponent()
        if parent != path { try create(parent, isPrivate: isPrivate) }
        do throws(Failure) {
            let permissions = FilePermissions(rawValue: isPrivate ? 0o700 : 0o777)
            try system({ Failure(writing: path, $0) }) { try makeDirectory(path, permissions) }
        } catch  where exists(path) {
            // Another process created the folder meanwhile.
        }
    }

    /// Returns whether a path is a folder, following links.
    package static func exists(_ path: FilePath) -> Bool { type(of: path) == .directory }

    /// Returns the type of a file, following links; `nil` if it does not exist or is not accessible.
    package static func type(of path: FilePath) -> FileType? { (try? path.stat())?.type }

    /// Returns whether two paths are the same file or folder, following links.
    package static func isSame(_ path: FilePath, _ other: FilePath) -> Bool {
        guard let own = try? path.stat(), let its = try? other.stat() else { return false }
        return own.deviceID == its.deviceID && own.inode == its.inode
    }

    /// Returns the sorted names in a folder as text, without `.` and `..`.
    ///
    /// A name that is not UTF-8 cannot be opened by its text; ``entries(in:)`` keeps the bytes. Throws
    /// ``Failure/Code/fileMissing`` or ``Failure/Code/fileUnreadable``.
    package static func names(in path: FilePath) throws(Failure) -> [String] {
        try entries(in: path).map(\.string).sorted()
    }

    /// Returns the names in a folder byte for byte, without `.` and `..`, in no order.
    ///
    /// Throws ``Failure/Code/fileMissing`` or ``Failure/Code/fileUnreadable``.
    package static func entries(in path: FilePath) throws(Failure) -> [FilePath.Component] {
        guard let stream = path.withPlatformString({ opendir($0) }) else {
            throw Failure(reading: path, Errno(rawValue: errno))
        }
        defer { closedir(stream) }
        var entries: [FilePath.Component] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                Array(bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }) + [0]
            }
            guard let component = FilePath.Component(platformString: name), component.kind == .regular
            else { continue }
            entries.append(component)
        }
        return entries
    }

    /// Removes a file if it exists.
    package static func remove(file path: FilePath) throws(Failure) {
        do throws(Failure) {
            try system({ Failure(writing: path, $0) }) { try removeFile(path) }
        } catch  where type(of: path) == nil {
            // The file does not exist.
        }
    }
}

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
package final class TemporaryDirectory: Sendable {
    /// The path of the folder.
    package let path: FilePath

    /// Creates a folder under `$TMPDIR`, or `/tmp`, that only this user can access.
    package init() throws(Failure) {
        let chosen = getenv("TMPDIR").map { FilePath(platformString: $0) } ?? ""
        let parent = chosen.isEmpty ? "/tmp" : chosen
        var template = parent.appending("wasmpack-XXXXXX").withPlatformString {
            Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
        }
        guard let created = mkdtemp(&template) else {
            let failure = Failure(writing: parent, Errno(rawValue: errno))
            throw failure.with(
                message: "cannot create a folder for temporary files: \(failure.message)",
                try: ["TMPDIR=/path/to/writable/folder"]
            )
        }
        path = FilePath(platformString: created)
        TemporaryPaths.add(path)
    }

    deinit {
        TemporaryPaths.removeFolder(path)
        TemporaryPaths.remove(path)
    }
}

extension Directory {
    /// Returns the absolute path of a file or folder without symbolic links; `nil` if it does not exist.
    package static func resolved(_ path: FilePath) -> FilePath? {
        guard let resolved = path.withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }
}
