import CCurl
import SystemPackage

extension TransferError {
    /// Says in our kinds what libcurl says in its codes, looking at what else it knows where a code is too coarse.
    init(code: CURLcode, of easy: borrowing EasyHandle, headIsComplete: Bool) {
        let detail = easy.explanation(of: code)
        let kind: Kind =
            switch code {
            case CURLE_URL_MALFORMAT: .invalidURL
            case CURLE_COULDNT_RESOLVE_HOST: .addressUnknown
            case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxyFailed
            case CURLE_COULDNT_CONNECT where detail.hasPrefix("Unsupported proxy"): .proxyFailed
            case CURLE_COULDNT_CONNECT: Self.connecting(errno: easy.number(CURLINFO_OS_ERRNO))
            case CURLE_OPERATION_TIMEDOUT:
                easy.offset(CURLINFO_PRETRANSFER_TIME_T) > 0 ? .stalled : .connectTimedOut
            case CURLE_RECV_ERROR, CURLE_SEND_ERROR: Self.talking(detail, easy: easy)
            case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: .connectionLost
            case CURLE_SSL_CONNECT_ERROR: Self.handshake(detail)
            case CURLE_PEER_FAILED_VERIFICATION: Self.verification(easy.number(CURLINFO_SSL_VERIFYRESULT))
            case CURLE_SSL_CACERT_BADFILE: .unknownAuthority
            case CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CRL_BADFILE:
                .certificateInvalid
            case CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
                CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CERTPROBLEM, CURLE_SSL_SHUTDOWN_FAILED,
                CURLE_USE_SSL_FAILED:
                .tlsFailed
            // Only http and https are dialled, so "unsupported protocol" means the version in the answer.
            case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
                .protocolViolation
            // libcurl's own limit for one header line (100 KB) is reported as a lack of memory.
            case CURLE_OUT_OF_MEMORY where !headIsComplete: .protocolViolation
            case CURLE_SEND_FAIL_REWIND: .bodyUnreadable
            default: .other
            }
        self.init(kind, detail)
    }

    private static func connecting(errno: Int) -> Kind {
        switch Errno(rawValue: CInt(truncatingIfNeeded: errno)) {
        case .timedOut: .connectTimedOut
        case .networkUnreachable, .noRouteToHost, .networkDown, .addressNotAvailable: .unreachable
        default: .connectionRefused
        }
    }

    private static func talking(_ detail: String, easy: borrowing EasyHandle) -> Kind {
        let tunnel = easy.number(CURLINFO_HTTP_CONNECTCODE)
        if tunnel != 0, !(200...299).contains(tunnel) { return .proxyFailed }
        return detail.contains("chunked-encoding") ? .protocolViolation : .connectionLost
    }

    /// TLS libraries have one code for a failed handshake; the rest is in OpenSSL's words.
    private static func handshake(_ detail: String) -> Kind {
        if ["wrong version number", "packet length too long", "http request"].contains(where: detail.contains)
        {
            return .notTLS
        }
        let ends = ["SSL_ERROR_SYSCALL", "unexpected eof", "Connection reset by peer", "Broken pipe"]
        return ends.contains(where: detail.contains) ? .connectionLost : .tlsFailed
    }

    /// OpenSSL's verification results (`X509_V_ERR_…` in x509_vfy.h) that mean: nobody we know vouches for it.
    private static func verification(_ result: Int) -> Kind {
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
