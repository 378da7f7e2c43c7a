import CCurl

/// The settings of every transfer of a transport, checked once.
struct TransferSettings: Sendable {
    /// The size of libcurl's buffers for one read or write, in bytes.
    private static let bufferSize = 128 * 1024

    /// The idle time before TCP keep-alive probes, in seconds.
    private static let keepAliveSeconds = 30

    private let options: TransportOptions
    private let authorities: Authorities

    init(_ options: TransportOptions) throws(TransferError) {
        guard options.userAgent.isFieldValue else {
            throw TransferError(.invalidRequest, "the user agent contains a control character")
        }
        self.options = options
        authorities = try Authorities(options.tls)
    }

    /// Returns the proxy for a request; `nil` without one.
    func proxy(for request: Request) -> Proxy? { options.proxies.proxy(for: request.url.origin) }

    func apply(
        to easy: inout EasyHandle,
        for request: Request,
        bodySize: Int?
    ) throws(TransferError) {
        try easy.keepErrorMessages()
        try easy.set(CURLOPT_URL, to: request.url.description)
        try easy.set(CURLOPT_PATH_AS_IS, to: 1)
        try easy.set(CURLOPT_PROTOCOLS_STR, to: "http,https")
        // The caller checks and follows redirects. Cookies, .netrc and HSTS are off by default.
        try easy.set(CURLOPT_FOLLOWLOCATION, to: 0)
        let multiplexes = request.multiplexes && CurlLibrary.hasHTTP2
        try easy.set(CURLOPT_HTTP_VERSION, to: multiplexes ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)
        // Waits for the first connection, to see whether it can be shared.
        try easy.set(CURLOPT_PIPEWAIT, to: multiplexes ? 1 : 0)
        try easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, to: 1)
        try easy.set(CURLOPT_HTTP_CONTENT_DECODING, to: 0)
        try easy.set(CURLOPT_USERAGENT, to: options.userAgent)

        // Signals are unsafe with threads. Without QUICK_EXIT, a canceled transfer would block the thread until the
        // resolver ends.
        try easy.set(CURLOPT_NOSIGNAL, to: 1)
        try easy.set(CURLOPT_QUICK_EXIT, to: 1)
        try easy.set(CURLOPT_BUFFERSIZE, to: Self.bufferSize)
        try easy.set(CURLOPT_UPLOAD_BUFFERSIZE, to: Self.bufferSize)
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, to: max(1, options.connectTimeout.wholeMilliseconds))
        try easy.set(CURLOPT_LOW_SPEED_LIMIT, to: options.stallSpeed)
        try easy.set(CURLOPT_LOW_SPEED_TIME, to: max(1, options.stallPeriod.wholeMilliseconds / 1000))

        // Keeps idle connections open in routers and detects dead peers.
        try easy.set(CURLOPT_TCP_KEEPALIVE, to: 1)
        try easy.set(CURLOPT_TCP_KEEPIDLE, to: Self.keepAliveSeconds)
        try easy.set(CURLOPT_TCP_KEEPINTVL, to: Self.keepAliveSeconds)

        try easy.set(CURLOPT_SSLVERSION, to: CURL_SSLVERSION_TLSv1_2)
        let origin = request.url.origin
        let isVerified = options.tls.server.map { $0.isVerified || $0.origin.host != origin.host } ?? true
        try easy.set(CURLOPT_SSL_VERIFYPEER, to: isVerified ? 1 : 0)
        try easy.set(CURLOPT_SSL_VERIFYHOST, to: isVerified ? 2 : 0)
        let proxy = proxy(for: request)
        if origin.scheme == .https || proxy != nil { try authorities.apply(to: easy, for: origin) }
        if let server = options.tls.server, server.origin == origin {
            try server.clientCertificate?.apply(to: easy)
        }

        // Empty strings prevent libcurl from reading proxies from the environment.
        if let proxy, !proxy.isUnambiguous {
            throw TransferError(
                .proxyFailed,
                "the proxy of $\(proxy.variable) cannot be read: in its user name and password, write @ as %40, / as %2F, "
                    + "# as %23 and ? as %3F"
            )
        }
        try easy.set(CURLOPT_PROXY, to: proxy?.url ?? "")
        try easy.set(CURLOPT_NOPROXY, to: "")

        try applyMethod(of: request, bodySize: bodySize, to: easy)
        try easy.setHeaderLines(try request.headerLines())
    }

    private func applyMethod(
        of request: Request,
        bodySize: Int?,
        to easy: borrowing EasyHandle
    ) throws(TransferError) {
        if let bodySize {
            // UPLOAD makes libcurl send Content-Length and call our read callback, with any method.
            try easy.set(CURLOPT_UPLOAD, to: 1)
            try easy.set(CURLOPT_INFILESIZE_LARGE, toOffset: bodySize)
        }
        switch request.method {
        case .head: try easy.set(CURLOPT_NOBODY, to: 1)
        case .get: break
        default: try easy.set(CURLOPT_CUSTOMREQUEST, to: request.method.rawValue)
        }
    }
}

extension Duration {
    /// The duration in milliseconds, rounded up, at most 23 days because of libcurl's limit.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < 2_000_000 else { return 2_000_000_000 }
        return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
