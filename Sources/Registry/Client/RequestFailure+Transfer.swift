import Diagnostics
import HTTPTransport

extension RequestFailure {
    /// Explains an exchange without a response to the user.
    init(_ error: TransferError, to url: HTTPURL) {
        let place =
            url.port == url.scheme.defaultPort
            ? url.host : "\(url.origin)".split(separator: "/").last.map(String.init) ?? url.host
        func failure(_ code: Failure.Code, _ message: String, _ why: String? = nil, try hints: [String] = [])
            -> Failure
        {
            Failure(
                code,
                message,
                why: why ?? (error.detail.isEmpty ? nil : error.detail),
                try: hints,
                cause: error
            )
        }
        switch error.kind {
        case .canceled:
            self.init(failure(.interrupted, "interrupted"))
        case .addressUnknown:
            self.init(
                failure(
                    .addressUnknown,
                    "cannot resolve host \"\(url.host)\"",
                    try: ["check the spelling, and this machine's DNS"]
                )
            )
        case .connectionRefused:
            self.init(
                failure(
                    .connectionRefused,
                    "connection refused by \(place)",
                    try: ["check the name and the port, and that the registry is running"]
                )
            )
        case .addressRejected:
            self.init(
                failure(
                    .addressRejected,
                    "\(place), which the registry names, is not allowed",
                    "\(error.detail), which is not a public address like the registry's",
                    try: URLPolicy.remedies
                )
            )
        case .unreachable:
            self.init(
                failure(
                    .connectionRefused,
                    "cannot reach \(place)",
                    try: ["check this machine's network, and whether it needs a proxy (HTTPS_PROXY)"]
                )
            )
        case .connectTimedOut:
            self.init(failure(.timedOut, "\(place) does not answer"))
        case .stalled:
            self.init(failure(.timedOut, "the transfer with \(place) stalled"))
        case .connectionLost:
            self.init(failure(.connectionLost, "the connection to \(place) was lost"))
        case .notTLS:
            self.init(
                failure(
                    .plainHTTP,
                    "\(place) uses plain HTTP, not HTTPS",
                    "the response to the TLS handshake was not TLS",
                    try: ["--plain-http (credentials and the module are sent unencrypted)"]
                )
            )
            plainHTTPOrigin = url.origin
        case .unknownAuthority:
            self.init(
                failure(
                    .tlsUnknownAuthority,
                    "the certificate of \(place) is signed by an unknown authority",
                    try: [
                        "--ca-file ca.pem (for good: docker's certs.d, or the system's CA certificates)",
                        "--tls-skip-verify (anyone on the network path can read and modify the traffic)",
                    ]
                )
            )
        case .certificateInvalid:
            let hint =
                error.detail.contains("expired") || error.detail.contains("not yet valid")
                ? "check this machine's clock, or contact the registry's administrator"
                : "use the name in the certificate, or contact the registry's administrator"
            self.init(failure(.tlsFailed, "the certificate of \(place) is not valid", try: [hint]))
        case .tlsFailed:
            self.init(failure(.tlsFailed, "cannot make a secure connection to \(place)"))
        case .clientCertificateRejected:
            self.init(
                failure(
                    .tlsFailed,
                    "\(place) requires a client certificate, or a different one",
                    try: ["--client-cert client.pem --client-key client.key"]
                )
            )
        case .authorityFileUnusable:
            self.init(failure(.configurationInvalid, "cannot use a file of CA certificates"))
        case .clientCertificateUnusable:
            self.init(failure(.configurationInvalid, "cannot use the client certificate"))
        case .proxyFailed:
            self.init(
                failure(
                    .proxyFailed,
                    "cannot reach \(place) through the proxy",
                    try: ["correct the variable, or set NO_PROXY=\(url.host) to bypass the proxy"]
                )
            )
        case .tooLarge:
            self.init(failure(.protocolViolation, "the response of \(url.redacted) is too large"))
        case .protocolViolation:
            self.init(failure(.protocolViolation, "\(place) violates the HTTP protocol"))
        case .bodyUnreadable:
            self.init(failure(.fileUnreadable, "the content to send has changed or cannot be read"))
        case .invalidURL, .invalidRequest, .sinkRejected, .other:
            self.init(failure(.internalError, "the request to \(url.redacted) failed"))
        }
        isTemporary = RetryPolicy.isTemporary(error.kind)
    }
}
