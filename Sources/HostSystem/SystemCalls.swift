import Diagnostics
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// The few calls that SystemPackage does not have yet, each with `Errno` as its error.

func rename(_ source: FilePath, to target: FilePath) throws {
    try check(source.withPlatformString { source in target.withPlatformString { rename(source, $0) } })
}

func removeFile(_ path: FilePath) throws {
    try check(path.withPlatformString { unlink($0) })
}

func removeDirectory(_ path: FilePath) throws {
    try check(path.withPlatformString { rmdir($0) })
}

func makeDirectory(_ path: FilePath) throws {
    try check(path.withPlatformString { mkdir($0, 0o777) })
}

func synchronize(_ descriptor: FileDescriptor) throws {
    try check(fsync(descriptor.rawValue))
}

/// Takes, changes or gives up a lock: `LOCK_SH`, `LOCK_EX` or `LOCK_UN`, with or without `LOCK_NB`.
func lock(_ descriptor: FileDescriptor, _ operation: Int32) throws {
    while true {
        do {
            return try check(flock(descriptor.rawValue, operation))
        } catch Errno.interrupted {
            continue
        }
    }
}

/// Like ``lock(_:_:)`` without waiting; tells whether the lock was free.
func isLocked(_ descriptor: FileDescriptor, _ operation: Int32) throws -> Bool {
    do {
        try lock(descriptor, operation)
        return true
    } catch Errno.wouldBlock {
        return false
    }
}

/// The path without symbolic links.
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
