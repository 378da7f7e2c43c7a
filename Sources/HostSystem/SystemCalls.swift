import Diagnostics
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// System calls that SystemPackage lacks, each with `Errno` as its error.

func rename(_ source: FilePath, to target: FilePath) throws {
    try check(source.withPlatformString { source in target.withPlatformString { rename(source, $0) } })
}

func removeFile(_ path: FilePath) throws {
    try check(path.withPlatformString { unlink($0) })
}

func removeDirectory(_ path: FilePath) throws {
    try check(path.withPlatformString { rmdir($0) })
}

/// Creates a folder; the umask reduces the permissions.
func makeDirectory(_ path: FilePath, _ permissions: FilePermissions) throws {
    try check(path.withPlatformString { mkdir($0, permissions.rawValue) })
}

func synchronize(_ descriptor: FileDescriptor) throws {
    try check(fsync(descriptor.rawValue))
}

/// Acquires, changes or releases a lock: `LOCK_SH`, `LOCK_EX` or `LOCK_UN`, with or without `LOCK_NB`.
func lock(_ descriptor: FileDescriptor, _ operation: Int32) throws {
    while true {
        do {
            return try check(flock(descriptor.rawValue, operation))
        } catch Errno.interrupted {
            continue
        }
    }
}

/// Acquires a lock without waiting, like ``lock(_:_:)``; returns whether it succeeded.
func tryLock(_ descriptor: FileDescriptor, _ operation: Int32) throws -> Bool {
    do {
        try lock(descriptor, operation)
        return true
    } catch Errno.wouldBlock {
        return false
    }
}

/// Returns the unchanged target of a symbolic link.
func linkTarget(_ path: FilePath) throws -> FilePath {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let length = path.withPlatformString { readlink($0, &buffer, buffer.count - 1) }
    if length < 0 { throw Errno(rawValue: errno) }
    return FilePath(platformString: buffer)
}

func changeOwner(_ descriptor: FileDescriptor, _ user: UserID, _ group: GroupID) throws {
    try check(fchown(descriptor.rawValue, user.rawValue, group.rawValue))
}

func changePermissions(_ descriptor: FileDescriptor, _ permissions: FilePermissions) throws {
    try check(fchmod(descriptor.rawValue, permissions.rawValue))
}

/// Returns the path without symbolic links.
func resolved(_ path: FilePath) throws(Failure) -> FilePath {
    guard let text = path.withPlatformString({ realpath($0, nil) }) else {
        throw Failure(writing: path, Errno(rawValue: errno))
    }
    defer { free(text) }
    return FilePath(platformString: text)
}

private func check(_ result: CInt) throws {
    if result != 0 { throw Errno(rawValue: errno) }
}
