/// What the process tells its caller, in the numbers of `sysexits.h`.
package enum ExitStatus: Int32, Sendable {
    /// Everything that was asked for is done.
    case done = 0
    /// The program looked, and the answer is no.
    case negativeResult = 1
    /// The command line cannot be understood.
    case usage = 64
    /// What was read is not what it has to be.
    case badData = 65
    /// What was named does not exist.
    case notFound = 66
    /// The other side cannot be reached, or fails.
    case unreachable = 69
    /// A mistake of wasmpack's own.
    case internalError = 70
    /// A file cannot be read or written.
    case inputOutput = 74
    /// It may work later.
    case temporary = 75
    /// The other side does not speak the protocol.
    case protocolViolation = 76
    /// The other side does not let us.
    case noPermission = 77
    /// A configuration file or a helper it names cannot be used.
    case configuration = 78
    /// Ended by SIGHUP.
    case hangup = 129
    /// Ended by SIGINT.
    case interrupted = 130
    /// Ended by SIGTERM.
    case terminated = 143
}
