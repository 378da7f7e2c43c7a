import Dispatch
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The process between wasmpack and a long-running program, which ends the program when wasmpack ends in any way.
///
/// wasmpack starts itself with ``command``. Standard input is the lifeline: a pipe whose other end only wasmpack has. At its
/// end, also after `kill -9`, the supervisor kills the program and removes the directory for temporary files. A parent-death
/// signal would not do: Linux sends it at the end of the thread that started the program.
package enum Supervisor {
    /// The hidden first argument, before a directory, a program and its arguments.
    package static let command = "--supervise"

    /// The descriptor on which the end of the program is reported.
    static let reportDescriptor: CInt = 3
    /// What wasmpack writes before it closes the lifeline itself: the directory stays.
    static let farewell = UInt8(ascii: "q")

    /// Supervises a program if the arguments ask for it, and then does not return.
    package static func runIfRequested(_ arguments: [String]) {
        guard arguments.first == command, arguments.count >= 3, fcntl(reportDescriptor, F_GETFD) != -1 else {
            return
        }
        run(removing: FilePath(arguments[1]), FilePath(arguments[2]), Array(arguments[2...]))
    }

    private static func run(removing folder: FilePath, _ program: FilePath, _ arguments: [String]) -> Never {
        // Signals of the terminal do not reach it, nor the program.
        setsid()
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { signal(number, SIG_IGN) }
        _ = fcntl(reportDescriptor, F_SETFD, FD_CLOEXEC)
        do throws(Errno) {
            let child = try SpawnedProgram.start(program, arguments, nullInput: true)
            // Otherwise the ends of the program's output could not be noticed.
            if let null = try? FileDescriptor.open("/dev/null", .readWrite) {
                dup2(null.rawValue, 1)
                dup2(null.rawValue, 2)
            }
            watch(child)
            endAtFarewell(child, folder)
        } catch {
            report("failed \(error.rawValue)")
            _exit(0)
        }
    }

    /// Reports the end of the program, on a separate thread.
    private static func watch(_ child: pid_t) {
        DispatchQueue(label: "program").async {
            // The identifier stays the program's until `endAtFarewell` has killed it.
            var information = siginfo_t()
            while waitid(P_PID, id_t(child), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            let (code, number) = Self.ending(of: information)
            report(code == CLD_EXITED ? "exited \(number)" : "killed \(number)")
            close(reportDescriptor)
        }
    }

    private static func ending(of information: siginfo_t) -> (code: CInt, number: CInt) {
        #if canImport(Darwin)
            return (information.si_code, information.si_status)
        #else
            return (information.si_code, information._sifields._sigchld.si_status)
        #endif
    }

    private static func endAtFarewell(_ child: pid_t, _ folder: FilePath) -> Never {
        var byte: UInt8 = 0
        var count = read(0, &byte, 1)
        while count < 0, errno == EINTR { count = read(0, &byte, 1) }
        kill(child, SIGKILL)
        _ = ChildProcess.Ending.awaited(child)
        let isDeserted = count != 1 || byte != farewell
        if isDeserted, TemporaryDirectory.isTemporary(folder.lastComponent?.string ?? "") {
            TemporaryPaths.removeFolder(folder)
        }
        // The program's own children, if there are any, and this process.
        kill(0, SIGKILL)
        _exit(0)
    }

    private static func report(_ text: String) {
        _ = try? FileDescriptor(rawValue: reportDescriptor).writeAll((text + "\n").utf8)
    }
}
