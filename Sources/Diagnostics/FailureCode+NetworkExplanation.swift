/// The explanations of codes about connections and servers.
extension Failure.Code {
    var networkExplanation: Explanation {
        switch self {
        case .addressUnknown:
            Explanation(
                "the host cannot be resolved",
                why: "the name is misspelled, or this machine's DNS does not know it",
                try: "check the spelling, and this machine's DNS"
            )
        case .connectionRefused:
            Explanation(
                "nothing listens at the address",
                why: "the registry is not running, or listens on another port",
                try: "check the host and the port"
            )
        case .connectionLost:
            Explanation(
                "the connection was lost",
                why: "the network or the server ended it, and all retries failed",
                try: "run the command again: blobs that already exist are not sent again"
            )
        case .proxyFailed:
            Explanation(
                "the HTTP proxy failed",
                why:
                    "HTTPS_PROXY or HTTP_PROXY specifies an HTTP proxy that cannot be reached or rejects the request",
                try: "correct the variable, or add the registry to NO_PROXY"
            )
        case .tlsUnknownAuthority:
            Explanation(
                "the certificate is signed by an unknown CA",
                why: "the CA is neither in the system's store nor in --ca-file",
                try: "--ca-file ca.pem, or copy the CA to /etc/docker/certs.d/HOST/ca.crt"
            )
        case .tlsFailed:
            Explanation(
                "the TLS connection failed",
                why:
                    "the certificate is for another name or has expired, or the server wants a client certificate",
                try: "correct the host name, or see --client-cert in wasmpack help registry"
            )
        case .serverFailed:
            Explanation(
                "the registry failed",
                why: "it answered with a 5xx status, and all retries failed",
                try: "try later, or contact the registry's administrator"
            )
        case .cannotListen:
            Explanation(
                "the server cannot listen on its address",
                why: "another program uses the port, or this machine does not have the address",
                try: "use another port; port 0 lets the system choose a free one"
            )
        case .rateLimited:
            Explanation(
                "the registry limits the rate of requests",
                why: "it answered 429, and requires too long a wait",
                try: "try later; logging in often raises the limit"
            )
        case .timedOut:
            Explanation(
                "timed out",
                why: "--timeout was reached, or a server did not answer",
                try: "try again, or raise --timeout"
            )
        case .plainHTTP:
            Explanation(
                "the registry speaks plain HTTP",
                why: "the TLS handshake was answered with HTTP",
                try: "--plain-http: nothing is encrypted"
            )
        case .protocolViolation:
            Explanation(
                "the server does not speak the registry protocol",
                why: "it is not a registry, or an HTTP proxy answers in its place",
                try: "check the host, the port and the path"
            )
        default:
            Explanation(
                "the registry refers to an address that is not contacted",
                why:
                    "a token service, redirect or upload leads from a public registry into a private network",
                try: "contact the registry's administrator"
            )
        }
    }
}
