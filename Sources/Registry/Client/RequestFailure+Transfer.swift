import Diagnostics
import HTTPTransport
import OCI

extension RequestFailure {
    /// Creates the failure of a request that received no response.
    ///
    /// - Parameters:
    ///   - error: the error of the transport.
    ///   - url: the requested URL.
    ///   - registry: the registry.
    ///   - role: what the registry's URL is for, such as a token service; `nil` if the user named the URL.
    init(_ error: TransferError, to url: HTTPURL, namedBy registry: RegistryName, as role: URLPolicy.Role?) {
        let host = url.origin.authority
        let peer = role.map { "the \($0.rawValue) that \(registry) names, \(host)," } ?? host
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
        // The registry chose the host, so do not suggest a typing error.
        let named = role.map {
            "the \($0.rawValue) that \(registry) names, \(url.redacted), cannot be reached"
        }
        func hints(_ own: [String]) -> [String] {
            role == nil
                ? own
                : [
                    "check that this machine can reach \(host); if not, contact the registry's administrator"
                ]
        }
        switch error.kind {
        case .canceled:
            self.init(failure(.interrupted, "interrupted", "it was waiting for \(url.redacted)"))
        case .addressUnknown:
            self.init(
                failure(
                    .addressUnknown,
                    named ?? "cannot resolve host \"\(url.host)\"",
                    named.map { _ in "cannot resolve host \"\(url.host)\"" },
                    try: hints(["check the spelling, and this machine's DNS"])
                )
            )
        case .connectionRefused:
            self.init(
                failure(
                    .connectionRefused,
                    named ?? "connection refused by \(host)",
                    named.map { _ in "connection refused by \(host)" },
                    try: hints(["check the name and the port, and that the registry is running"])
                )
            )
        case .addressRejected:
            self.init(
                failure(
                    .addressRejected,
                    role == nil ? "the address of \(host) is not allowed" : "\(peer) is not allowed",
                    role == nil
                        ? "\(error.detail), a metadata service, or a private address after a public one"
                        : "\(error.detail), which is not a public address like the registry's",
                    try: URLPolicy.remedies
                )
            )
        case .unreachable:
            self.init(
                failure(
                    .connectionRefused,
                    named ?? "cannot reach \(host)",
                    try: hints([
                        "check this machine's network, and whether it needs a proxy (HTTPS_PROXY)"
                    ])
                )
            )
        case .connectTimedOut:
            self.init(
                failure(
                    .timedOut,
                    named ?? "\(host) does not answer",
                    named.map { _ in "\(host) does not answer" },
                    try: named == nil ? [] : hints([])
                )
            )
        case .stalled:
            self.init(failure(.timedOut, "the transfer with \(peer) stalled"))
        case .connectionLost:
            self.init(failure(.connectionLost, "the connection to \(peer) was lost"))
        case .notTLS:
            self.init(
                failure(
                    .plainHTTP,
                    "\(peer) uses plain HTTP, not HTTPS",
                    "the response to the TLS handshake was not TLS",
                    try: hints(["add --plain-http, which sends credentials and the module unencrypted"])
                )
            )
            plainHTTPOrigin = url.origin
        case .unknownAuthority:
            self.init(
                failure(
                    .tlsUnknownAuthority,
                    "the certificate of \(peer) is signed by an unknown authority",
                    // Docker's certs.d and --tls-skip-verify are for the registry's own host.
                    try: role == nil
                        ? [
                            "add --ca-file ca.pem, with the certificate of that authority",
                            "copy it to /etc/docker/certs.d/\(host)/ca.crt to trust it in every command",
                            "add --tls-skip-verify, which lets anyone on the network path read the traffic",
                        ] : ["add --ca-file ca.pem, with the certificate of that authority"]
                )
            )
        case .certificateInvalid:
            let hint =
                error.detail.contains("expired") || error.detail.contains("not yet valid")
                ? "check this machine's clock, or contact the registry's administrator"
                : "use a name of the certificate, or contact the registry's administrator"
            self.init(failure(.tlsFailed, "the certificate of \(peer) is not valid", try: [hint]))
        case .tlsFailed:
            self.init(failure(.tlsFailed, "cannot make a secure connection to \(peer)"))
        case .clientCertificateRejected:
            self.init(
                failure(
                    .tlsFailed,
                    "\(peer) requires a client certificate, or a different one",
                    // A client certificate is sent to the registry only.
                    try: role == nil
                        ? ["add --client-cert client.pem --client-key client.key"] : hints([])
                )
            )
        case .libraryUnusable:
            self.init(CurlLibrary.shared.failure ?? failure(.internalError, "libcurl cannot be used"))
        case .authorityFileUnusable:
            self.init(failure(.configurationInvalid, "cannot use a file of CA certificates"))
        case .clientCertificateUnusable:
            self.init(failure(.configurationInvalid, "cannot use the client certificate"))
        case .proxyFailed:
            self.init(
                failure(
                    .proxyFailed,
                    named ?? "cannot reach \(host) through the proxy",
                    try: ["correct the variable, or set NO_PROXY=\(url.host) to bypass the proxy"]
                )
            )
        case .tooLarge:
            self.init(failure(.protocolViolation, "the response of \(url.redacted) is too large"))
        case .protocolViolation:
            self.init(
                failure(
                    .protocolViolation,
                    "\(peer) violates the HTTP protocol",
                    try: url.scheme == .http ? hints(["if it uses HTTPS, omit --plain-http"]) : []
                )
            )
        case .bodyUnreadable:
            self.init(failure(.fileUnreadable, "the content to send has changed or cannot be read"))
        case .limitReached:
            self.init(
                failure(
                    .systemLimit,
                    "the request to \(host) needs more files or memory than the system allows",
                    try: ["ulimit -n 1024"]
                )
            )
        case .invalidURL, .invalidRequest, .sinkRejected, .other:
            self.init(failure(.internalError, "the request to \(url.redacted) failed"))
        }
        isTemporary = RetryPolicy.isTemporary(error.kind)
    }
}
