extension ExitStatus {
    /// The meaning in a few words, for help and documentation.
    package var meaning: String {
        switch self {
        case .done: "done"
        case .negativeResult:
            "a negative result: a finding, an existing file or tag, an answer other than yes"
        case .usage: "the command line, or a reference in it"
        case .badData: "bad data: not a module, a damaged image, a wrong digest"
        case .notFound: "not found: a file, a layout, a tag"
        case .unreachable: "unreachable: DNS, connection, TLS, 5xx after all tries"
        case .internalError: "internal error"
        case .systemLimit: "a limit of the system: open files, threads or memory"
        case .inputOutput: "a file cannot be read or written"
        case .temporary: "temporary failure: try again later"
        case .protocolViolation: "the server does not speak the protocol"
        case .noPermission: "permission denied by the registry"
        case .configuration: "configuration: a credential file, a certificate, a missing program"
        case .hangup: "SIGHUP: the terminal was closed"
        case .interrupted: "SIGINT: interrupted"
        case .terminated: "SIGTERM: terminated"
        }
    }
}
