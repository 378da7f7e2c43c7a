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

/// Runs a test's body as a user who may not write everywhere, and tells whether that was possible.
///
/// Root may do everything, so for root this one thread looks at files as `nobody` meanwhile (Linux's `setfsuid`, which
/// changes nothing else and nobody else's rights). The body must not suspend.
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

/// A file system of 64 KiB, as full as one makes it; gone with its owner.
///
/// A child process mounts it in a namespace of its own, and we reach it through `/proc/PID/root`: no rights are needed
/// beyond unprivileged user namespaces, and nothing is left behind.
final class SmallFileSystem {
    private let keeper: RunningTool
    private let scratch: ScratchDirectory
    /// Its root folder.
    let path: FilePath

    /// Mounts it; `nil` where that is not permitted.
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
