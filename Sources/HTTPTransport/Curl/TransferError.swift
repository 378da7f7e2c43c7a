/// The reason why an HTTP exchange has no response: a kind for decisions, and a message for users.
///
/// No HTTP status is an error here; every status is a ``Response``.
package struct TransferError: Error, Sendable, Equatable {
    /// A kind of failure.
    package enum Kind: Sendable, CaseIterable {
        /// The Swift task that waited for the response was canceled.
        case canceled
        /// The text is not a URL that this transport supports.
        case invalidURL
        /// The request is not valid; nothing was sent.
        case invalidRequest
        /// The host name cannot be resolved (DNS).
        case addressUnknown
        /// The host refuses the connection: nothing listens on the port.
        case connectionRefused
        /// ``Request/acceptsAddress`` rejects every address of the host.
        case addressRejected
        /// The host is unreachable: there is no route, or the network is down.
        case unreachable
        /// The connection ended before the response: a reset, an empty reply or a truncated body.
        case connectionLost
        /// The connection (TCP and TLS) was not established within ``TransportOptions/connectTimeout``.
        case connectTimedOut
        /// The transfer was slower than ``TransportOptions/stallSpeed`` for ``TransportOptions/stallPeriod``.
        case stalled
        /// The server answered the TLS handshake without TLS.
        case notTLS
        /// No trusted authority signed the server's certificate: it is self-signed or from a private authority.
        case unknownAuthority
        /// The certificate is invalid: expired, for another host or revoked.
        case certificateInvalid
        /// TLS failed for another reason.
        case tlsFailed
        /// The proxy is unreachable or rejects the request.
        case proxyFailed
        /// The server requires a client certificate, or rejects the one that was sent.
        case clientCertificateRejected
        /// The body is larger than the sink's limit.
        case tooLarge
        /// The response violates RFC 9112, or its head exceeds the limits.
        case protocolViolation
        /// The sink rejects the response.
        case sinkRejected
        /// The request's body cannot be read, or does not have the announced size.
        case bodyUnreadable
        /// A file of certificate authorities cannot be used.
        case authorityFileUnusable
        /// The client certificate or its key cannot be used.
        case clientCertificateUnusable
        /// libcurl is missing, broken, too old or lacks TLS.
        case libraryUnusable
        /// A limit of the system was reached: open files or memory.
        case limitReached
        /// Anything else.
        case other
    }

    /// The kind of failure.
    package let kind: Kind
    /// The message from libcurl or this transport; never contains a secret, may contain control characters of a peer.
    package let detail: String

    /// Creates the error of a failed exchange.
    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

extension TransferError.Kind {
    /// The kind in words, for details and traces.
    package var described: String {
        switch self {
        case .canceled: "canceled"
        case .invalidURL: "not a valid URL"
        case .invalidRequest: "not a valid request"
        case .addressUnknown: "unknown host"
        case .connectionRefused: "connection refused"
        case .addressRejected: "address rejected"
        case .unreachable: "unreachable"
        case .connectionLost: "connection lost"
        case .connectTimedOut: "no answer in time"
        case .stalled: "stalled"
        case .notTLS: "not TLS"
        case .unknownAuthority: "unknown certificate authority"
        case .certificateInvalid: "certificate not valid"
        case .tlsFailed: "TLS failed"
        case .proxyFailed: "proxy failed"
        case .clientCertificateRejected: "client certificate required or rejected"
        case .tooLarge: "response too large"
        case .protocolViolation: "HTTP violated"
        case .sinkRejected: "response rejected"
        case .bodyUnreadable: "content unreadable"
        case .authorityFileUnusable: "CA file unusable"
        case .libraryUnusable: "libcurl unusable"
        case .clientCertificateUnusable: "client certificate unusable"
        case .limitReached: "limit of the system reached"
        case .other: "failed"
        }
    }
}

extension TransferError: CustomStringConvertible {
    /// The kind and the message, for logs and test reports.
    package var description: String { "\(kind.described): \(detail)" }
}
