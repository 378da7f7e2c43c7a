import CArguments
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Starts programs with chosen descriptors (`posix_spawn`); unlike `ChildProcess`, without waiting for their end.
enum SpawnedProgram {
    /// Starts a program with this process's environment, default signal handlers and no blocked signals.
    ///
    /// - Parameters:
    ///   - path: the path of the program.
    ///   - arguments: all arguments, beginning with the program's name.
    ///   - descriptors: the program's descriptors, each with the one of this process that it is a copy of; all others must be
    ///     marked to be closed.
    ///   - nullInput: whether standard input is `/dev/null`.
    /// - Returns: the process identifier.
    /// - Throws: `Errno`.
    static func start(
        _ path: FilePath,
        _ arguments: [String],
        descriptors: [(from: FileDescriptor, to: CInt)] = [],
        nullInput: Bool = false
    ) throws(Errno) -> pid_t {
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #else
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (from, to) in descriptors { posix_spawn_file_actions_adddup2(&actions, from.rawValue, to) }
        if nullInput { posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var identifier: pid_t = 0
        let result = path.withPlatformString {
            posix_spawn(&identifier, $0, &actions, &attributes, pointers, wasmpack_environment())
        }
        guard result == 0 else { throw Errno(rawValue: result) }
        return identifier
    }

    /// Creates a pipe whose ends no other program inherits, with numbers that no standard stream has.
    static func pipe() throws(Errno) -> (readEnd: FileDescriptor, writeEnd: FileDescriptor) {
        var ends: [CInt] = [-1, -1]
        // Not declared for Swift. Without it, a program that another thread starts meanwhile could inherit the ends.
        typealias Call = @convention(c) (UnsafeMutablePointer<CInt>, CInt) -> CInt
        #if os(Linux)
            let symbol = dlsym(nil, "pipe2")
        #else
            let symbol: UnsafeMutableRawPointer? = nil
        #endif
        let result =
            if let symbol { unsafeBitCast(symbol, to: Call.self)(&ends, O_CLOEXEC) } else {
                systemPipe(&ends)
            }
        guard result == 0 else { throw Errno(rawValue: errno) }
        var moved: [FileDescriptor] = []
        for end in ends {
            let descriptor = fcntl(end, F_DUPFD_CLOEXEC, 10)
            let code = errno
            close(end)
            if descriptor < 0 {
                for descriptor in moved { try? descriptor.close() }
                throw Errno(rawValue: code)
            }
            moved.append(FileDescriptor(rawValue: descriptor))
        }
        return (moved[0], moved[1])
    }

    private static func systemPipe(_ ends: UnsafeMutablePointer<CInt>) -> CInt {
        #if canImport(Glibc)
            Glibc.pipe(ends)
        #elseif canImport(Musl)
            Musl.pipe(ends)
        #else
            Darwin.pipe(ends)
        #endif
    }
}

extension ChildProcess.Ending {
    /// Reads the status of `waitpid`.
    init(status: CInt) {
        let signal = status & 0x7F
        self = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
    }

    /// Waits for the end of a child; `nil` if it is not a child of this process, or was waited for.
    static func awaited(_ identifier: pid_t) -> ChildProcess.Ending? {
        var status: CInt = 0
        while waitpid(identifier, &status, 0) < 0 {
            if errno != EINTR { return nil }
        }
        return ChildProcess.Ending(status: status)
    }
}
