import HTTPTransport

// What is tried again, and what never. Every request is made so that it can be: reading changes nothing, content is stored
// under its digest, a tag is set to the same manifest once more, and an upload that nobody goes on with expires.

extension RetryPolicy {
    /// Codes of a registry that say "later", whatever the status (distribution spec, "Error Codes").
    ///
    /// `UNKNOWN` is not among them: with a status of 5xx it is tried again anyway, with another one it is an answer.
    static let temporaryCodes: Set = ["TOOMANYREQUESTS", "UNAVAILABLE"]

    /// Whether an answer may be another one next time: the server was busy, failed, or gave up waiting.
    static func isTemporary(status: Int, code: String? = nil) -> Bool {
        switch status {
        case 408, 429, 499, 500, 502, 503, 504, 522: true
        case 400..<500: code.map(temporaryCodes.contains) ?? false
        default: false
        }
    }

    /// Whether an exchange that came to no answer may come to one next time.
    ///
    /// A name that is not known, a port where nothing listens and a proxy that refuses are so in a second too, most often;
    /// libcurl cannot tell the rest. (Unless they were there a moment ago: ``mayComeBack(_:)``.) What breaks TLS or HTTP is
    /// no accident.
    static func isTemporary(_ kind: TransferError.Kind) -> Bool {
        switch kind {
        case .connectTimedOut, .stalled, .connectionLost: true
        case .addressUnknown, .connectionRefused, .unreachable, .proxyFailed, .addressRefused: false
        case .notTLS, .unknownAuthority, .certificateInvalid, .tlsFailed, .clientCertificateRefused,
            .authorityFileUnusable, .clientCertificateUnusable:
            false
        case .tooLarge, .protocolViolation, .sinkRefused: false
        case .cancelled, .invalidURL, .invalidRequest, .bodyUnreadable, .other: false
        }
    }

    /// Whether a server that has answered before may only be away: it starts anew, or the network is gone for a moment.
    static func mayComeBack(_ kind: TransferError.Kind) -> Bool {
        [.addressUnknown, .connectionRefused, .unreachable, .proxyFailed].contains(kind)
    }
}
