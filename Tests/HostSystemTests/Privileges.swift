import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs a test's body as a user without permission to write everywhere; returns whether that was possible.
///
/// For root, this thread accesses files as the user `nobody` meanwhile (`setfsuid` of Linux, which changes only this
/// thread's file access). The body must not suspend.
func withoutPrivileges(_ body: () throws -> Void) rethrows -> Bool {
    guard geteuid() == 0 else {
        try body()
        return true
    }
    #if os(Linux)
        typealias Call = @convention(c) (UInt32) -> Int32
        guard let symbol = dlsym(nil, "setfsuid") else { return false }
        let setFileSystemUser = unsafeBitCast(symbol, to: Call.self)
        _ = setFileSystemUser(65534)
        defer { _ = setFileSystemUser(0) }
        try body()
        return true
    #else
        return false
    #endif
}

/// A file system of 64 KiB, for tests of a full disk; removed in `deinit`.
///
/// A child process mounts it in a separate namespace, and the test accesses it through `/proc/PID/root`. This needs only
/// unprivileged user namespaces and leaves nothing behind.
final class SmallFileSystem {
    private let keeper: RunningTool
    private let scratch: ScratchDirectory
    /// The root folder.
    let path: FilePath

    /// Mounts the file system; returns `nil` if that is not permitted.
    init?() throws {
        scratch = try ScratchDirectory()
        keeper = try RunningTool(
            "unshare",
            [
                "--user", "--mount", "--map-root-user", "sh", "-c",
                "mount -t tmpfs -o size=64k none \"$0\" && echo ready && cat >/dev/null",
                scratch.path.string,
            ]
        )
        guard keeper.firstOutput()?.hasPrefix("ready") == true else { return nil }
        path = FilePath("/proc/\(keeper.processIdentifier)/root\(scratch.path)")
    }
}
