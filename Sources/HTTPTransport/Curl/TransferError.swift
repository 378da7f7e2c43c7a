/// Why an HTTP exchange did not come to a response: a kind to decide by, and libcurl's own words to show.
///
/// An HTTP status, whatever it is, is not an error here: it is a ``Response``.
package struct TransferError: Error, Sendable, Equatable {
    /// What kind of failure it is.
    package enum Kind: String, Sendable, CaseIterable {
        /// The Swift task that waited for the response was cancelled.
        case cancelled
        /// The text is not a URL this transport dials.
        case invalidURL
        /// The request cannot be sent as it is: nothing has left the machine.
        case invalidRequest
        /// The host's name has no address (DNS).
        case addressUnknown
        /// The host answers that nothing listens on the port.
        case connectionRefused
        /// The host's name leads only to addresses that ``Request/acceptsAddress`` does not want.
        case addressRefused
        /// There is no way to the host: no route, or the network is down.
        case unreachable
        /// The connection ended before the response did: reset, empty reply, body cut short.
        case connectionLost
        /// The connection (TCP and TLS) was not there within ``TransportOptions/connectTimeout``.
        case connectTimedOut
        /// The connection stood, but less than ``TransportOptions/stallSpeed`` went over it for too long.
        case stalled
        /// The other side answered the TLS handshake with something that is not TLS.
        case notTLS
        /// No known authority vouches for the server's certificate: self-signed, or a private authority.
        case unknownAuthority
        /// The certificate is wrong in itself: expired, another host's name, revoked.
        case certificateInvalid
        /// TLS failed in any other way.
        case tlsFailed
        /// The proxy cannot be reached, or does not let the request through.
        case proxyFailed
        /// The server wants a client certificate, or another one.
        case clientCertificateRefused
        /// The body is larger than the sink's limit.
        case tooLarge
        /// What came is not HTTP as RFC 9112 has it, or its head exceeds the limits.
        case protocolViolation
        /// The sink did not want the response.
        case sinkRefused
        /// The request's body could not be read as it was announced.
        case bodyUnreadable
        /// A file of authorities cannot be used.
        case authorityFileUnusable
        /// The client certificate or its key cannot be used.
        case clientCertificateUnusable
        /// Anything else.
        case other
    }

    /// What kind of failure it is.
    package let kind: Kind
    /// What happened, in libcurl's words or ours; never holds a secret, may hold control characters of a peer.
    package let detail: String

    /// Describes a failed exchange.
    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

extension TransferError: CustomStringConvertible {
    /// The kind and the detail, for logs and test reports.
    package var description: String { "\(kind.rawValue): \(detail)" }
}
