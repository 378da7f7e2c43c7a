package import Diagnostics
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that grows by appending and is moved to its final name when it is complete.
///
/// Unlike ``TemporaryFile``, it survives the end of the process, and another process can continue it.
package final class UploadFile: Sendable {
    /// The path of the file until it is moved.
    package let path: FilePath
    private let descriptor: FileDescriptor

    /// Opens a file, and creates it if `isNew`.
    ///
    /// Throws ``Failure/Code/fileMissing``, ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull``.
    package init(at path: FilePath, isNew: Bool) throws(Failure) {
        self.path = path
        let options: FileDescriptor.OpenOptions =
            isNew
            ? [.create, .exclusiveCreate, .noFollow, .closeOnExec, .append]
            : [.noFollow, .closeOnExec, .append]
        descriptor = try system({ errno in
            errno == .noSuchFileOrDirectory && !isNew
                ? Failure(reading: path, errno) : Failure(writing: path, errno)
        }) {
            try FileDescriptor.open(
                path,
                .readWrite,
                options: options,
                permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite]
            )
        }
    }

    deinit { try? descriptor.close() }

    /// Appends bytes; throws ``Failure/Code/diskFull`` or ``Failure/Code/fileUnwritable``.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        _ = try system({ [path] in Failure(writing: path, $0) }) { try descriptor.writeAll(bytes) }
    }

    /// Shortens the file to `size` bytes, for example after an incomplete write.
    package func truncate(to size: Int) throws(Failure) {
        try system({ [path] in Failure(writing: path, $0) }) { try descriptor.resize(to: Int64(size)) }
    }

    /// Returns the size of the file now, in bytes.
    package func size() throws(Failure) -> Int {
        let stat = try system({ [path] in Failure(reading: path, $0) }) { try descriptor.stat() }
        return Int(clamping: stat.size)
    }

    /// Waits until the disk has all bytes.
    package func synchronize() throws(Failure) {
        try system({ [path] in Failure(writing: path, $0) }) { try HostSystem.synchronize(descriptor) }
    }

    /// Calls a function with all bytes of the file, in pieces.
    package func forEachPiece(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        try ReadableFile(opening: path, links: .rejected).forEachPiece(body)
    }

    /// Moves the file to its final name atomically; replaces an existing file.
    package func move(to target: FilePath) throws(Failure) {
        try system({ Failure(writing: target, $0) }) { try rename(path, to: target) }
    }
}

extension Directory {
    /// Waits until the disk has the names in a folder; a file system that does not support it is no error.
    package static func synchronize(_ path: FilePath) throws(Failure) {
        let descriptor = try system({ Failure(writing: path, $0) }) {
            try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
        }
        defer { try? descriptor.close() }
        do {
            try HostSystem.synchronize(descriptor)
        } catch Errno.invalidArgument, Errno.notSupported {
            return
        } catch {
            throw Failure(writing: path, error as? Errno ?? .ioError)
        }
    }

    /// Creates a folder and its missing parents as ``create(_:isPrivate:)`` does, and waits until the disk has their names.
    ///
    /// Returns the folders that did not exist, the innermost first.
    package static func createDurably(_ path: FilePath) throws(Failure) -> [FilePath] {
        let missing = missing(path)
        try create(path)
        for folder in missing { try synchronize(folder.directory) }
        // The process that created it may have ended before it did the same.
        if missing.isEmpty { try? synchronize(path.directory) }
        return missing
    }

    /// Sets the time of a file's last change to now; returns whether it exists.
    package static func renew(_ file: FilePath) -> Bool {
        file.withPlatformString { utimensat(AT_FDCWD, $0, nil, AT_SYMLINK_NOFOLLOW) } == 0
    }

    /// Gives a file a second name without copying it; returns whether that succeeded or the name exists.
    package static func link(_ file: FilePath, as other: FilePath) -> Bool {
        if file.withPlatformString({ file in other.withPlatformString { hardLink(file, $0) } }) == 0 {
            return true
        }
        return errno == EEXIST
    }
}

private func hardLink(_ file: UnsafePointer<CChar>, _ other: UnsafePointer<CChar>) -> CInt {
    link(file, other)
}
