/// What a response came over.
package struct Connection: Sendable, Hashable {
    /// Whether it was opened for this exchange; otherwise an earlier one had left it open.
    package let isNew: Bool
    /// The other end's address and port: the server's, or the proxy's.
    package let address: String
    /// The version of TLS, for example `TLSv1.3`; `nil` for a connection without.
    package let tlsVersion: String?
    /// The proxy in between, without user and password.
    package let proxy: String?

    /// Describes a connection.
    package init(isNew: Bool, address: String, tlsVersion: String? = nil, proxy: String? = nil) {
        self.isNew = isNew
        self.address = address
        self.tlsVersion = tlsVersion
        self.proxy = proxy
    }
}
