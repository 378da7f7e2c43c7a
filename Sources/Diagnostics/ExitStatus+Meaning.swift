extension ExitStatus {
    /// The meaning in a few words, for help and documentation.
    package var meaning: String {
        switch self {
        case .done: "done"
        case .negativeResult:
            "negative result: findings, an existing file or tag, or no confirmation"
        case .usage: "invalid command line or reference"
        case .badData: "bad data: not a module, a damaged image, a wrong digest"
        case .notFound: "not found: a file, a layout, a tag"
        case .unreachable: "unreachable: DNS, connection, TLS, 5xx after all retries"
        case .internalError: "internal error"
        case .systemLimit: "system limit: open files, threads or memory"
        case .inputOutput: "file input/output error"
        case .temporary: "temporary failure: try again later"
        case .protocolViolation: "the server does not speak the protocol"
        case .noPermission: "permission denied by the registry"
        case .configuration: "configuration error: a credential file, a certificate, a missing program"
        case .hangup: "SIGHUP: the terminal was closed"
        case .interrupted: "SIGINT: Ctrl-C"
        case .terminated: "SIGTERM: terminated"
        }
    }
}
