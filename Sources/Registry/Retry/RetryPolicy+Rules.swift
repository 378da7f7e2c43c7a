import HTTPTransport

// The rules for retries. All requests are safe to repeat: reading changes nothing, content is stored under its digest, a tag
// is set to the same manifest, and an abandoned upload expires.

extension RetryPolicy {
    /// The registry's error codes that mean a temporary failure with any status (distribution spec, "Error Codes").
    ///
    /// `UNKNOWN` is not among them: with a 5xx status the request is retried anyway, with other statuses it is final.
    static let temporaryCodes: Set = ["TOOMANYREQUESTS", "UNAVAILABLE"]

    /// Returns whether a retry may succeed: the server was busy, failed or timed out.
    static func isTemporary(status: Int, code: String? = nil) -> Bool {
        switch status {
        case 408, 429, 499, 500, 502, 503, 504, 522: true
        case 400..<500: code.map(temporaryCodes.contains) ?? false
        default: false
        }
    }

    /// Returns whether a retry may succeed after an exchange without a response.
    ///
    /// An unknown name, a refused connection and a proxy's rejection are usually permanent, and libcurl does not
    /// distinguish the other cases. (See ``mayComeBack(_:)`` for servers that have answered before.) Errors of TLS and HTTP
    /// are permanent.
    static func isTemporary(_ kind: TransferError.Kind) -> Bool {
        switch kind {
        case .connectTimedOut, .stalled, .connectionLost: true
        case .addressUnknown, .connectionRefused, .unreachable, .proxyFailed, .addressRejected: false
        case .notTLS, .unknownAuthority, .certificateInvalid, .tlsFailed, .clientCertificateRejected,
            .authorityFileUnusable, .clientCertificateUnusable, .libraryUnusable:
            false
        case .tooLarge, .protocolViolation, .sinkRejected: false
        case .canceled, .invalidURL, .invalidRequest, .bodyUnreadable, .limitReached, .other: false
        }
    }

    /// Returns whether a failure is temporary for a server that has answered before: it may be restarting, or the network
    /// may be down for a moment.
    static func mayComeBack(_ kind: TransferError.Kind) -> Bool {
        [.addressUnknown, .connectionRefused, .unreachable, .proxyFailed].contains(kind)
    }
}
