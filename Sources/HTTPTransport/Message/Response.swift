/// The final head of an HTTP response; interim heads (1xx) are skipped.
package struct Response: Sendable, Hashable {
    /// The status code, 200 to 999.
    package var status: Int
    /// The fields of the head, without those of a trailer.
    package var headers: HeaderFields
    /// The connection of the response, if it is known.
    package var connection: Connection?

    /// Creates a response.
    package init(status: Int, headers: HeaderFields = [:], connection: Connection? = nil) {
        self.status = status
        self.headers = headers
        self.connection = connection
    }
}

/// The connection of a response.
package struct Connection: Sendable, Hashable {
    /// Whether the connection was opened for this exchange; `false` for a reused connection.
    package let isNew: Bool
    /// Whether it is shared by several requests at a time (RFC 9113).
    package let isHTTP2: Bool
    /// The address and port of the server or the proxy.
    package let address: String
    /// The version of TLS, for example `TLSv1.3`; `nil` without TLS.
    package let tlsVersion: String?
    /// The proxy, without user name and password.
    package let proxy: String?
    /// The certificates of the server, its own first; empty without TLS, and on a reused connection.
    package let certificates: [PeerCertificate]

    /// Creates a connection.
    package init(
        isNew: Bool,
        address: String,
        tlsVersion: String? = nil,
        isHTTP2: Bool = false,
        proxy: String? = nil,
        certificates: [PeerCertificate] = []
    ) {
        self.certificates = certificates
        self.isHTTP2 = isHTTP2
        self.isNew = isNew
        self.address = address
        self.tlsVersion = tlsVersion
        self.proxy = proxy
    }
}

/// A certificate of a server, or of an authority that signed it.
package struct PeerCertificate: Sendable, Hashable {
    /// Its subject (RFC 2253), with escapes for all characters that are not printable.
    package let subject: String
    /// The hosts that the server's own certificate is for, separated by `, `; empty for others.
    package let names: String
    /// The end of its validity: `2027-01-31 12:00 UTC`.
    package let validUntil: String
    /// The whole days until then.
    package let daysLeft: Int

    /// Creates a certificate.
    package init(subject: String, names: String = "", validUntil: String, daysLeft: Int) {
        self.subject = subject
        self.names = names
        self.validUntil = validUntil
        self.daysLeft = daysLeft
    }
}
