import CCurl
import SystemPackage

extension TransferError {
    /// Converts an error of libcurl; where its code is ambiguous, also reads the handle's state.
    ///
    /// With a proxy, a failed connection is the proxy's failure, because the connection is to the proxy.
    init(code: CURLcode, of easy: borrowing EasyHandle, through proxy: Proxy?, headIsComplete: Bool) {
        let detail = easy.errorMessage(for: code)
        let kind = Self.kind(code, detail, of: easy, hasProxy: proxy != nil, headIsComplete)
        switch kind {
        case .protocolViolation where code == CURLE_OUT_OF_MEMORY || code == tooLarge:
            self.init(kind, "a line of the response's head has more than 100 KB")
        case .proxyFailed:
            let parts = [detail, easy.peerDescription(detail)].compactMap { $0 }
            self.init(kind, proxy.map { "\($0.description): \(parts.joined(separator: "; "))" } ?? detail)
        case .unknownAuthority, .certificateInvalid:
            let isEmpty = kind == .unknownAuthority && (try? SystemAuthorities.current.get().isEmpty) == true
            let remark = isEmpty ? "this system has no CA certificates (package ca-certificates)" : nil
            let parts = [detail, easy.peerDescription(detail), remark]
            self.init(kind, parts.compactMap { $0 }.joined(separator: "; "))
        case .connectionLost where easy.wasAskedForCertificate() && !headIsComplete:
            // With TLS 1.3, a server rejects a client certificate after the handshake, so its alert may be lost.
            self.init(kind, "\(detail); the server had requested a client certificate")
        case .tlsFailed where Self.isAboutVersion(detail):
            self.init(kind, "\(detail); the oldest supported version is TLS 1.2")
        default:
            self.init(kind, detail)
        }
    }

    private static func kind(
        _ code: CURLcode,
        _ detail: String,
        of easy: borrowing EasyHandle,
        hasProxy: Bool,
        _ headIsComplete: Bool
    ) -> Kind {
        switch code {
        case CURLE_URL_MALFORMAT: .invalidURL
        case CURLE_COULDNT_RESOLVE_HOST: .addressUnknown
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxyFailed
        case CURLE_COULDNT_CONNECT where hasProxy: .proxyFailed
        case CURLE_COULDNT_CONNECT: connectKind(errno: easy.number(CURLINFO_OS_ERRNO))
        case CURLE_OPERATION_TIMEDOUT:
            easy.offset(CURLINFO_PRETRANSFER_TIME_T) > 0 ? .stalled : .connectTimedOut
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR: transferKind(detail, easy: easy)
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM: .connectionLost
        case CURLE_SSL_CONNECT_ERROR: handshakeKind(detail)
        case CURLE_PEER_FAILED_VERIFICATION where easy.number(CURLINFO_PROXY_SSL_VERIFYRESULT) != 0:
            .proxyFailed
        case CURLE_PEER_FAILED_VERIFICATION: verificationKind(easy.number(CURLINFO_SSL_VERIFYRESULT))
        case CURLE_SSL_CACERT_BADFILE: .unknownAuthority
        case CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CRL_BADFILE:
            .certificateInvalid
        case CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CERTPROBLEM, CURLE_SSL_SHUTDOWN_FAILED,
            CURLE_USE_SSL_FAILED:
            .tlsFailed
        // Only http and https are allowed, so "unsupported protocol" refers to the version in the response.
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            .protocolViolation
        // libcurl's own limit for one header line (100 KB) is reported as a lack of memory.
        case CURLE_OUT_OF_MEMORY where headIsComplete: .limitReached
        case CURLE_OUT_OF_MEMORY where !headIsComplete, tooLarge where !headIsComplete: .protocolViolation
        case CURLE_SEND_FAIL_REWIND: .bodyUnreadable
        default: .other
        }
    }

    private static func isAboutVersion(_ detail: String) -> Bool {
        ["alert protocol version", "unsupported protocol"].contains(where: detail.contains)
    }

    private static func connectKind(errno: Int) -> Kind {
        switch Errno(rawValue: CInt(truncatingIfNeeded: errno)) {
        case .timedOut: .connectTimedOut
        case let errno where errno.isLimit: .limitReached
        case .networkUnreachable, .noRouteToHost, .networkDown, .addressNotAvailable: .unreachable
        default: .connectionRefused
        }
    }

    private static func transferKind(_ detail: String, easy: borrowing EasyHandle) -> Kind {
        let tunnel = easy.number(CURLINFO_HTTP_CONNECTCODE)
        if tunnel != 0, !(200...299).contains(tunnel) || detail.hasPrefix("Proxy CONNECT") {
            return .proxyFailed
        }
        if isAboutClientCertificate(detail) { return .clientCertificateRejected }
        return detail.contains("chunked-encoding") ? .protocolViolation : .connectionLost
    }

    /// All failed handshakes have the same code, so OpenSSL's message decides.
    private static func handshakeKind(_ detail: String) -> Kind {
        if ["wrong version number", "packet length too long", "http request"].contains(where: detail.contains)
        {
            return .notTLS
        }
        if isAboutClientCertificate(detail) { return .clientCertificateRejected }
        let ends = ["SSL_ERROR_SYSCALL", "unexpected eof", "Connection reset by peer", "Broken pipe"]
        return ends.contains(where: detail.contains) ? .connectionLost : .tlsFailed
    }

    /// Returns whether OpenSSL's message is an alert with which a server rejects a client (RFC 8446 §6.2).
    private static func isAboutClientCertificate(_ detail: String) -> Bool {
        [
            "alert certificate required", "alert bad certificate", "alert unknown ca",
            "alert certificate unknown", "alert certificate expired", "alert certificate revoked",
            "alert unsupported certificate",
        ].contains(where: detail.contains)
    }

    /// Tells an unknown authority from an invalid certificate by OpenSSL's result (`X509_V_ERR_…` in x509_vfy.h).
    private static func verificationKind(_ result: Int) -> Kind {
        let unableToGetIssuer = 2
        let selfSigned = 18
        let selfSignedInChain = 19
        let unableToGetIssuerLocally = 20
        let unableToVerifyLeaf = 21
        let untrusted = 27
        let unknown = [
            unableToGetIssuer, selfSigned, selfSignedInChain, unableToGetIssuerLocally, unableToVerifyLeaf,
            untrusted,
        ]
        return unknown.contains(result) ? .unknownAuthority : .certificateInvalid
    }
}

/// `CURLE_TOO_LARGE` of libcurl 8.6, which older headers lack.
private let tooLarge = CURLcode(rawValue: 100)
