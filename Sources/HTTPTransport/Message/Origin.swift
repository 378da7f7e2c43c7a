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
