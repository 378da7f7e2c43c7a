import Diagnostics

/// An absolute http or https URL, parsed by libcurl's URL API, so that the checked host is the one that is connected to.
///
/// libcurl normalizes the host (`0x7f.1` becomes `127.0.0.1`). Path and query stay unchanged byte for byte, because a
/// registry's upload URL is opaque.
package struct HTTPURL: Hashable, Sendable {
    /// The two supported schemes.
    package enum Scheme: String, Sendable {
        case http
        case https

        /// The default port: 80 or 443.
        package var defaultPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            }
        }
    }

    /// Scheme, host and port, to which credentials are bound.
    package private(set) var origin: Origin
    /// The unchanged path; `/` if there is none.
    package internal(set) var path: String
    /// The unchanged query, without its question mark.
    package internal(set) var query: String?

    /// `http` or `https`.
    package var scheme: Scheme { origin.scheme }
    /// The host in lower case; an IPv6 address has no brackets.
    package var host: String { origin.host }
    /// The port, which may be the scheme's default port.
    package var port: Int { origin.port }

    /// Reads an absolute URL; drops a fragment.
    ///
    /// Throws ``TransferError/Kind/invalidURL`` for other schemes, a user name or password, an empty host, port 0, an IPv6
    /// zone, and bytes that are not allowed in a URL (RFC 3986): spaces, controls and non-ASCII. An internationalized host
    /// must be in punycode.
    package init(parsing text: String) throws(TransferError) {
        try Self.requireVisibleASCII(text)
        guard !(try Self.authority(of: text)).isEmpty else {
            throw TransferError(.invalidURL, "the URL has no host")
        }

        let handle = try URLHandle()
        try handle.parse(text)
        guard let scheme = try handle.scheme().flatMap({ Scheme(rawValue: $0.lowercased()) }) else {
            throw TransferError(.invalidURL, "only http and https URLs are supported")
        }
        guard try handle.zone() == nil else {
            throw TransferError(.invalidURL, "an IPv6 zone is not supported in a URL")
        }
        var host = try handle.host().lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        // libcurl has decoded %XX. It would decode a remaining "%" again when it connects.
        guard !host.isEmpty, host.utf8.allSatisfy(\.isHostByte) else {
            throw TransferError(
                .invalidURL,
                "a host has only ASCII letters, digits, \"-\", \".\" and \"_\""
            )
        }
        guard let port = Int(try handle.port()), (1...65535).contains(port) else {
            throw TransferError(.invalidURL, "a port is a number from 1 to 65535")
        }
        origin = Origin(scheme: scheme, host: host, port: port)
        path = try handle.path()
        query = try handle.query()
    }

    /// Returns the URL with a query item `name=value` appended.
    ///
    /// Percent-encodes bytes that are not allowed in a query. Does not encode characters with a meaning inside a query (`&`,
    /// `+`, `%`); the caller encodes values that may contain them.
    package func appendingQuery(_ item: String) -> HTTPURL {
        var copy = self
        // The characters allowed in a query (RFC 3986, section 3.4), and `%`.
        let encoded = item.percentEncoded(keeping: "-._~!$&'()*+,;=:@/?%")
        if let query, !query.isEmpty {
            copy.query = "\(query)&\(encoded)"
        } else {
            copy.query = encoded
        }
        return copy
    }

    /// Returns the URL with another scheme and port.
    package func with(scheme: Scheme, port: Int) -> HTTPURL {
        var copy = self
        copy.origin = Origin(scheme: scheme, host: host, port: port)
        return copy
    }

    /// The URL without its query, which may contain a signature; for messages and logs.
    package var redacted: String { "\(origin)\(path)" }
}

extension HTTPURL: CustomStringConvertible {
    /// The whole URL.
    package var description: String {
        if let query { "\(origin)\(path)?\(query)" } else { "\(origin)\(path)" }
    }
}

extension HTTPURL {
    /// Throws unless every byte is visible ASCII: 0x21 to 0x7E.
    static func requireVisibleASCII(_ text: String) throws(TransferError) {
        if let wrong = text.utf8.enumerated().first(where: { !(0x21...0x7E).contains($0.element) }) {
            throw TransferError(
                .invalidURL,
                "byte \(wrong.offset) of the URL is a space, a control character or not ASCII"
            )
        }
    }

    /// Returns the text between `://` and the path.
    ///
    /// libcurl accepts one to three slashes, and URLs without a scheme; RFC 3986 does not. So this check is done before
    /// libcurl parses the URL.
    private static func authority(of text: String) throws(TransferError) -> Substring {
        for scheme in ["http://", "https://"] where text.prefix(scheme.count).lowercased() == scheme {
            return text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        }
        throw TransferError(.invalidURL, "the URL does not start with http:// or https://")
    }
}

extension UInt8 {
    /// Whether the byte is allowed in a DNS name or an address.
    fileprivate var isHostByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._:".utf8.contains(self)
        }
    }
}

/// The scheme, host and port of a URL, to which credentials are bound (RFC 6454).
package struct Origin: Hashable, Sendable {
    /// `http` or `https`.
    package let scheme: HTTPURL.Scheme
    /// The host in lower case; an IPv6 address has no brackets.
    package let host: String
    /// The port, which may be the scheme's default port.
    package let port: Int

    /// Creates an origin from valid parts.
    package init(scheme: HTTPURL.Scheme, host: String, port: Int) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }
}

extension Origin: CustomStringConvertible {
    /// The host and the port without a default port, for example `registry.example` or `[::1]:5000`.
    package var authority: String {
        let name = host.bracketedHost
        return port == scheme.defaultPort ? name : "\(name):\(port)"
    }

    /// The origin without a default port, for example `https://registry.example` or `http://[::1]:5000`.
    package var description: String { "\(scheme.rawValue)://\(authority)" }
}
