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

    /// Returns the folders that ``create(_:isPrivate:)`` would create, the innermost first.
    package static func missing(_ path: FilePath) -> [FilePath] {
        var missing: [FilePath] = []
        var folder = path
        while !folder.isEmpty, type(of: folder) == nil {
            missing.append(folder)
            folder = folder.removingLastComponent()
        }
        return missing
    }

    /// Removes a folder if it is empty, and ignores errors.
    package static func removeIfEmpty(_ path: FilePath) { try? removeDirectory(path) }

    /// Returns whether a path is a folder, following links.
    package static func exists(_ path: FilePath) -> Bool { type(of: path) == .directory }

    /// Returns the type of a file, following links; `nil` if it does not exist or is not accessible.
    package static func type(of path: FilePath) -> FileType? { (try? path.stat())?.type }

    /// Returns whether a path is a file that this user may execute.
    package static func isExecutable(_ path: FilePath) -> Bool {
        type(of: path) == .regular && path.withPlatformString { access($0, X_OK) } == 0
    }

    /// Returns the path without symbolic links; the path itself if it does not exist.
    package static func resolved(_ path: FilePath) -> FilePath {
        (try? HostSystem.resolved(path)) ?? path
    }

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
    /// Names that do not start with the prefix, or that the function does not accept as text, are skipped first, because a
    /// folder such as `/tmp` may have thousands of them. Throws ``Failure/Code/fileMissing`` or ``Failure/Code/fileUnreadable``.
    package static func entries(
        in path: FilePath,
        startingWith prefix: String = "",
        where accepts: (String) -> Bool = { _ in true }
    ) throws(Failure) -> [FilePath.Component] {
        guard let stream = path.withPlatformString({ opendir($0) }) else {
            throw Failure(reading: path, Errno(rawValue: errno))
        }
        defer { closedir(stream) }
        var entries: [FilePath.Component] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                bytes.starts(with: prefix.utf8)
                    ? Array(bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }) + [0] : nil
            }
            guard let name,
                accepts(String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)),
                let component = FilePath.Component(platformString: name), component.kind == .regular
            else { continue }
            entries.append(component)
        }
        return entries
    }

    /// Returns the time since a file was last written, in whole seconds by this machine's clock; `nil` if it does not exist.
    ///
    /// It is negative for a time in the future.
    package static func age(of path: FilePath) -> Duration? {
        guard let stat = try? path.stat(followTargetSymlink: false) else { return nil }
        return .seconds(time(nil) - stat.st_mtim.tv_sec)
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

extension Directory {
    /// Returns the absolute path of a file or folder without symbolic links; `nil` if it does not exist.
    package static func resolved(_ path: FilePath) -> FilePath? {
        guard let resolved = path.withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }
}

extension FilePath {
    /// The folder of the path's last component; `.` for a bare name.
    ///
    /// Like `removingLastComponent`, which checks each component several times in debug builds.
    package var directory: FilePath {
        withPlatformString { path in
            let bytes = UnsafeBufferPointer(start: path, count: strlen(path))
            guard let end = bytes.lastIndex(of: CChar(UInt8(ascii: "/"))) else { return "." }
            return FilePath(platformString: Array(bytes.prefix(max(1, end))) + [0])
        }
    }
}
