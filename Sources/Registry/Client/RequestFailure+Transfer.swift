import Diagnostics
import HTTPTransport

extension RequestFailure {
    /// Says what it means for a person that an exchange did not come to a response.
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
        case .cancelled:
            self.init(failure(.interrupted, "interrupted"))
        case .addressUnknown:
            self.init(
                failure(.addressUnknown, "there is no host \"\(url.host)\"", try: ["check the name, and DNS"])
            )
        case .connectionRefused:
            self.init(
                failure(
                    .connectionRefused,
                    "nothing listens at \(place) (connection refused)",
                    try: ["check the name and the port, and whether the registry runs"]
                )
            )
        case .addressRefused:
            self.init(
                failure(
                    .addressRefused,
                    "\(place), which the registry names, is not asked",
                    "\(error.detail), which is not for the public as the registry is",
                    try: URLPolicy.remedies
                )
            )
        case .unreachable:
            self.init(
                failure(
                    .connectionRefused,
                    "there is no way to \(place)",
                    try: ["check this machine's network, and whether a proxy is needed (HTTPS_PROXY)"]
                )
            )
        case .connectTimedOut:
            self.init(failure(.timedOut, "\(place) does not answer"))
        case .stalled:
            self.init(failure(.timedOut, "the transfer with \(place) stands still"))
        case .connectionLost:
            self.init(failure(.connectionLost, "the connection to \(place) was lost"))
        case .notTLS:
            self.init(
                failure(
                    .plainHTTP,
                    "\(place) speaks plain HTTP, not HTTPS",
                    "the TLS handshake was answered with something that is not TLS",
                    try: ["--plain-http (credentials and module travel unencrypted)"]
                )
            )
            speakerOfPlainHTTP = url.origin
        case .unknownAuthority:
            self.init(
                failure(
                    .tlsUnknownAuthority,
                    "the certificate of \(place) is signed by an unknown authority",
                    try: [
                        "--ca-file authority.pem, with the certificate of who signed it",
                        "--tls-skip-verify, which gives up protection against interception",
                    ]
                )
            )
        case .certificateInvalid:
            let hint =
                error.detail.contains("expired") || error.detail.contains("not yet valid")
                ? "check this machine's clock; else tell who runs the registry"
                : "use the name that the certificate is for, or tell who runs the registry"
            self.init(failure(.tlsFailed, "the certificate of \(place) is not valid", try: [hint]))
        case .tlsFailed:
            self.init(failure(.tlsFailed, "no secure connection to \(place)"))
        case .clientCertificateRefused:
            self.init(
                failure(
                    .tlsFailed,
                    "\(place) wants a client certificate, or another one",
                    try: ["--client-cert client.pem --client-key client.key"]
                )
            )
        case .authorityFileUnusable:
            self.init(failure(.configurationInvalid, "a file of certificate authorities cannot be used"))
        case .clientCertificateUnusable:
            self.init(failure(.configurationInvalid, "the client certificate cannot be used"))
        case .proxyFailed:
            self.init(
                failure(
                    .proxyFailed,
                    "the proxy does not lead to \(place)",
                    try: ["correct the variable, or NO_PROXY=\(url.host) to go without"]
                )
            )
        case .tooLarge:
            self.init(failure(.protocolViolation, "the answer of \(url.redacted) is too large"))
        case .protocolViolation:
            self.init(failure(.protocolViolation, "\(place) does not speak HTTP as it has to"))
        case .bodyUnreadable:
            self.init(failure(.fileUnreadable, "what was to be sent changed or cannot be read"))
        case .invalidURL, .invalidRequest, .sinkRefused, .other:
            self.init(failure(.internalError, "the request to \(url.redacted) failed"))
        }
        isTemporary = RetryPolicy.isTemporary(error.kind)
    }
}
