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
                "the registry cannot be reached",
                why:
                    "nothing listens at the address, the registry uses another port, or no route leads to its network",
                try: "check the host, the port and this machine's network"
            )
        case .connectionLost:
            Explanation(
                "the connection was lost",
                why: "the network or the server ended it, and all retries failed",
                try: "run the command again: blobs that already exist are not sent again"
            )
        case .proxyFailed:
            Explanation(
                "the proxy failed",
                why:
                    "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY specifies an HTTP or SOCKS proxy that cannot be reached or "
                    + "rejects the request",
                try: "correct the variable, or add the registry to NO_PROXY"
            )
        case .tlsUnknownAuthority:
            Explanation(
                "the certificate is signed by an unknown CA",
                why: "the CA is neither in the system's store nor in --ca-file",
                try: "add --ca-file ca.pem, or copy the CA to /etc/docker/certs.d/HOST/ca.crt"
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
                "the address is not allowed",
                why:
                    "a token service, redirect or upload leads from a public registry into a private network, or the "
                    + "registry's own address is that of a metadata service, or private after a public one",
                try: "check the host's DNS, or contact the registry's administrator"
            )
        }
    }
}
