/// The exit status of the process, with the numbers of `sysexits.h`.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    /// The command succeeded.
    case done = 0
    /// The command completed with a negative result.
    case negativeResult = 1
    /// The command line is invalid.
    case usage = 64
    /// The input data is invalid.
    case badData = 65
    /// A file, tag or image does not exist.
    case notFound = 66
    /// A server is unreachable or fails.
    case unreachable = 69
    /// An internal error.
    case internalError = 70
    /// A limit of the system was reached: open files, threads or memory.
    case systemLimit = 71
    /// A file cannot be read or written.
    case inputOutput = 74
    /// A temporary failure.
    case temporary = 75
    /// A server violates the protocol.
    case protocolViolation = 76
    /// Permission denied.
    case noPermission = 77
    /// A configuration file, or a helper program named in it, cannot be used.
    case configuration = 78
    /// Ended by SIGHUP.
    case hangup = 129
    /// Ended by SIGINT.
    case interrupted = 130
    /// Ended by SIGTERM.
    case terminated = 143
}
