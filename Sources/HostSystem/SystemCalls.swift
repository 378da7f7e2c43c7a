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

/// Renames a file, but never replaces one: throws `Errno.fileExists` if the name is taken.
///
/// A link takes a name in one step on every system. Where the file system has no links, the system's own call is used;
/// without that call, too, the name is only checked first.
func renameExclusively(_ source: FilePath, to target: FilePath) throws {
    do {
        try check(source.withPlatformString { source in target.withPlatformString { link(source, $0) } })
        try? removeFile(source)
    } catch let errno as Errno where errno.isLackOfLinks {
        if try moveExclusively(source, to: target) { return }
        if (try? target.stat(followTargetSymlink: false)) != nil { throw Errno.fileExists }
        try rename(source, to: target)
    }
}

/// Renames a file with the system's call that never replaces one; returns `false` if there is no such call.
func moveExclusively(_ source: FilePath, to target: FilePath) throws -> Bool {
    do {
        try source.withPlatformString { source in
            try target.withPlatformString { target in
                #if canImport(Darwin)
                    try check(renamex_np(source, target, UInt32(RENAME_EXCL)))
                #else
                    // Not declared for Swift, and missing in old C libraries.
                    typealias Call =
                        @convention(c) (
                            CInt, UnsafePointer<CChar>, CInt, UnsafePointer<CChar>, CUnsignedInt
                        ) -> CInt
                    guard let symbol = dlsym(nil, "renameat2") else { throw Errno.noFunction }
                    let noReplace: CUnsignedInt = 1
                    let call = unsafeBitCast(symbol, to: Call.self)
                    try check(call(AT_FDCWD, source, AT_FDCWD, target, noReplace))
                #endif
            }
        }
        return true
    } catch Errno.noFunction, Errno.invalidArgument, Errno.notSupported {
        return false
    }
}

extension Errno {
    /// Whether the file system, or a sandbox, does not make links.
    fileprivate var isLackOfLinks: Bool {
        [.notPermitted, .permissionDenied, .notSupported, .noFunction, .tooManyLinks].contains(self)
    }
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
