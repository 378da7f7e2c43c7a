package import Diagnostics
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The limits that the system sets for this process (`getrlimit`, and a container's number of processes).
///
/// Without a thread or memory, Swift's runtime hangs or crashes, so the limits are checked before any work.
package enum SystemLimits {
    /// The fewest open files that a command needs: four transfers with a file each, libcurl's own, and Swift's.
    private static let fileCount: rlim_t = 32
    /// The number of open files that is asked for.
    private static let wantedFileCount: rlim_t = 1024
    /// The smallest address space in which Swift's runtime and the libraries start, in bytes: 192 MiB; measured: 130 MB.
    private static let addressSpace: rlim_t = 192 * 1024 * 1024

    /// Raises the limit of open files as far as permitted, and checks all limits.
    ///
    /// Throws ``Failure/Code/systemLimit``, which names the limit.
    package static func check() throws(Failure) {
        try checkFiles()
        try checkMemory()
        try checkThreads()
    }

    /// Prevents a core file, which would contain passwords and tokens.
    ///
    /// Linux writes no core to a file that is smaller than a page, and pipes none to a program if the limit is 1 (core(5));
    /// 0 would not stop the program. The children, such as credential helpers, inherit the limit.
    package static func forbidCoreFiles() {
        var limit = rlimit()
        guard getrlimit(coreFile, &limit) == 0 else { return }
        #if os(Linux)
            limit.rlim_cur = min(1, limit.rlim_max)
        #else
            limit.rlim_cur = 0
        #endif
        _ = setrlimit(coreFile, &limit)
    }

    private static func checkFiles() throws(Failure) {
        var limit = rlimit()
        guard getrlimit(openFiles, &limit) == 0, limit.rlim_cur < wantedFileCount else { return }
        limit.rlim_cur = min(wantedFileCount, limit.rlim_max)
        _ = setrlimit(openFiles, &limit)
        guard limit.rlim_cur < fileCount else { return }
        throw Failure(
            .systemLimit,
            "only \(limit.rlim_cur) open files are allowed",
            why: "wasmpack needs \(fileCount)",
            try: ["ulimit -n \(wantedFileCount)"]
        )
    }

    private static func checkMemory() throws(Failure) {
        var limit = rlimit()
        guard getrlimit(memory, &limit) == 0, limit.rlim_cur < addressSpace else { return }
        throw Failure(
            .systemLimit,
            "only \(limit.rlim_cur / 1024) KiB of address space are allowed",
            why: "wasmpack needs \(addressSpace / 1024) KiB",
            try: ["ulimit -v unlimited"]
        )
    }

    /// Creates a thread, as Swift and libcurl's transport will.
    private static func checkThreads() throws(Failure) {
        #if canImport(Darwin)
            var thread: pthread_t?
            let result = pthread_create(&thread, nil, { _ in nil }, nil)
            if let thread { pthread_join(thread, nil) }
        #else
            var thread = pthread_t()
            let result = pthread_create(&thread, nil, { _ in nil }, nil)
            if result == 0 { pthread_join(thread, nil) }
        #endif
        guard result != 0 else { return }
        throw Failure(
            .systemLimit,
            "the system allows no more threads",
            why:
                "\(Errno(rawValue: result).description.lowercased()): a limit of this user (ulimit -u) or of the container",
            try: ["raise the limit: ulimit -u, or the container's number of processes (--pids-limit)"]
        )
    }

    #if canImport(Glibc)
        private static let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        private static let memory = __rlimit_resource_t(RLIMIT_AS.rawValue)
        private static let coreFile = __rlimit_resource_t(RLIMIT_CORE.rawValue)
    #else
        private static let openFiles = RLIMIT_NOFILE
        private static let memory = RLIMIT_AS
        private static let coreFile = RLIMIT_CORE
    #endif
}

extension Failure {
    /// Creates the failure of a system call that reached a limit; `nil` for other errors.
    package init?(limit errno: Errno) {
        let (what, hint): (String, String)
        switch errno {
        case .tooManyOpenFiles: (what, hint) = ("this process has too many open files", "ulimit -n 1024")
        case .tooManyOpenFilesInSystem:
            (what, hint) = ("the system has too many open files", "try again later")
        case .noMemory:
            (what, hint) = ("the system has no memory left", "ulimit -v unlimited, or stop other programs")
        default: return nil
        }
        self.init(.systemLimit, what, try: [hint], cause: errno)
    }
}
