import Diagnostics

/// An absolute http or https URL, taken apart by libcurl's own URL API, so that what is checked is what is dialled.
///
/// libcurl normalises the host (`0x7f.1` becomes `127.0.0.1`); path and query stay byte for byte as they were
/// given, because a registry's upload URL is opaque.
package struct HTTPURL: Hashable, Sendable {
    /// The two schemes that are ever dialled.
    package enum Scheme: String, Sendable {
        case http
        case https

        /// The port when none is written: 80 or 443.
        package var defaultPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            }
        }
    }

    /// Scheme, host and port: what credentials are bound to.
    package private(set) var origin: Origin
    /// The path as it was given; `/` if there was none.
    package internal(set) var path: String
    /// The query as it was given, without its question mark.
    package internal(set) var query: String?

    /// `http` or `https`.
    package var scheme: Scheme { origin.scheme }
    /// The host in lower case; an IPv6 address stands without brackets.
    package var host: String { origin.host }
    /// The port, whether it was written or is the scheme's own.
    package var port: Int { origin.port }

    /// Reads an absolute URL; a fragment is dropped.
    ///
    /// Refused with ``TransferError/Kind/invalidURL`` are other schemes, a user name or password, an empty host,
    /// port 0, an IPv6 zone, and every byte that a URL cannot hold (RFC 3986): spaces, controls and all outside
    /// ASCII. An internationalised host must come as punycode.
    package init(parsing text: String) throws(TransferError) {
        try Self.requireVisibleASCII(text)
        guard !(try Self.authority(of: text)).isEmpty else {
            throw TransferError(.invalidURL, "the URL names no host")
        }

        let handle = try URLHandle()
        try handle.parse(text)
        guard let scheme = try handle.scheme().flatMap({ Scheme(rawValue: $0.lowercased()) }) else {
            throw TransferError(.invalidURL, "only http and https URLs are taken")
        }
        guard try handle.zone() == nil else {
            throw TransferError(.invalidURL, "an IPv6 zone is not taken in a URL")
        }
        var host = try handle.host().lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        // libcurl has decoded %XX by now. A host with a "%" left would be decoded once more when it is dialled.
        guard !host.isEmpty, host.utf8.allSatisfy(\.isHostByte) else {
            throw TransferError(
                .invalidURL,
                "a host is made of ASCII letters, digits, \"-\", \".\" and \"_\""
            )
        }
        guard let port = Int(try handle.port()), (1...65535).contains(port) else {
            throw TransferError(.invalidURL, "a port is a number from 1 to 65535")
        }
        origin = Origin(scheme: scheme, host: host, port: port)
        path = try handle.path()
        query = try handle.query()
    }

    /// The same URL with another query item, written `name=value`, at the end; nothing else is touched.
    ///
    /// Bytes that a query cannot hold are percent-encoded. What has a meaning inside a query (`&`, `+`, `%`) goes
    /// as it is: a value that may hold it is encoded by the caller.
    package func appendingQuery(_ item: String) -> HTTPURL {
        var copy = self
        // What a query may hold (RFC 3986, section 3.4), and `%`.
        let encoded = item.percentEncoded(keeping: "-._~!$&'()*+,;=:@/?%")
        if let query, !query.isEmpty {
            copy.query = "\(query)&\(encoded)"
        } else {
            copy.query = encoded
        }
        return copy
    }

    /// The same path and query on the same host under another scheme and port.
    package func with(scheme: Scheme, port: Int) -> HTTPURL {
        var copy = self
        copy.origin = Origin(scheme: scheme, host: host, port: port)
        return copy
    }

    /// The URL without its query, which may hold a signature: for messages and logs.
    package var redacted: String { "\(origin)\(path)" }
}

extension HTTPURL: CustomStringConvertible {
    /// The whole URL, as it is dialled.
    package var description: String {
        if let query { "\(origin)\(path)?\(query)" } else { "\(origin)\(path)" }
    }
}

extension HTTPURL {
    /// Throws unless every byte is one that a URL may be written in: 0x21 to 0x7E.
    static func requireVisibleASCII(_ text: String) throws(TransferError) {
        if let wrong = text.utf8.enumerated().first(where: { !(0x21...0x7E).contains($0.element) }) {
            throw TransferError(
                .invalidURL,
                "byte \(wrong.offset) of the URL is a space, a control or not ASCII"
            )
        }
    }

    /// What stands between `://` and the path.
    ///
    /// libcurl takes one to three slashes and no scheme at all; RFC 3986 and the rest of the world do not, so this
    /// is looked at before libcurl is.
    private static func authority(of text: String) throws(TransferError) -> Substring {
        for scheme in ["http://", "https://"] where text.prefix(scheme.count).lowercased() == scheme {
            return text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        }
        throw TransferError(.invalidURL, "an absolute URL that starts with http:// or https:// is needed")
    }
}

extension UInt8 {
    /// Whether a DNS name or an address may hold it.
    fileprivate var isHostByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._:".utf8.contains(self)
        }
    }
}

/// What credentials are bound to: scheme, host and port of a URL (RFC 6454).
package struct Origin: Hashable, Sendable {
    /// `http` or `https`.
    package let scheme: HTTPURL.Scheme
    /// The host in lower case; an IPv6 address stands without brackets.
    package let host: String
    /// The port, whether it was written or is the scheme's own.
    package let port: Int

    /// Names an origin by its parts, which are taken as they are.
    package init(scheme: HTTPURL.Scheme, host: String, port: Int) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }
}

extension Origin: CustomStringConvertible {
    /// For example `https://registry.example` or `http://[::1]:5000`: the scheme's own port is left out.
    package var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == scheme.defaultPort
            ? "\(scheme.rawValue)://\(name)" : "\(scheme.rawValue)://\(name):\(port)"
    }
}
