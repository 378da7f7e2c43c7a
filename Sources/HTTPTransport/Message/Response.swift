/// The final head of an HTTP response; interim ones (1xx) have been skipped.
package struct Response: Sendable, Hashable {
    /// The status code, 200 to 999.
    package var status: Int
    /// The head's fields; those of a trailer are not among them.
    package var headers: HeaderFields
    /// What it came over, as far as that is known.
    package var connection: Connection?

    /// Describes a response.
    package init(status: Int, headers: HeaderFields = [:], connection: Connection? = nil) {
        self.status = status
        self.headers = headers
        self.connection = connection
    }
}

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
