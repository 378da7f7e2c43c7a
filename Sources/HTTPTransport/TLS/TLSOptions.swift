/// How the other side of a TLS connection is proven.
///
/// TLS 1.2 is always the least.
package struct TLSOptions: Sendable {
    /// Authorities that are trusted in addition to the system's, for every server and proxy.
    package var authorityFile: AuthorityFile?
    /// A file of authorities in place of the system's own, as `SSL_CERT_FILE` names one to OpenSSL.
    package var systemAuthorityFile: AuthorityFile?
    /// Folders of authorities in place of the system's own, with colons between, as `SSL_CERT_DIR` names them to OpenSSL.
    package var systemAuthorityFolder: String?
    /// What holds for one server alone.
    package var server: ServerTLS?

    /// Describes whom to trust; by default the system's authorities alone.
    package init(
        authorityFile: AuthorityFile? = nil,
        systemAuthorityFile: AuthorityFile? = nil,
        systemAuthorityFolder: String? = nil,
        server: ServerTLS? = nil
    ) {
        self.authorityFile = authorityFile
        self.systemAuthorityFile = systemAuthorityFile
        self.systemAuthorityFolder = systemAuthorityFolder
        self.server = server
    }
}

/// What holds for the connections to one server, and not for where it leads to.
package struct ServerTLS: Sendable {
    /// The server.
    package let origin: Origin
    /// Authorities that are trusted for this origin, in addition to all others.
    package var authorityFiles: [AuthorityFile]
    /// What is shown to this origin, and to no other, if it asks for a certificate.
    package var clientCertificate: ClientCertificate?
    /// Whether certificate and host name are verified; `false` holds for this host at any port, and is for who said so.
    package var isVerified: Bool

    /// Describes one server; by default nothing about it is special.
    package init(
        _ origin: Origin,
        authorityFiles: [AuthorityFile] = [],
        clientCertificate: ClientCertificate? = nil,
        isVerified: Bool = true
    ) {
        self.origin = origin
        self.authorityFiles = authorityFiles
        self.clientCertificate = clientCertificate
        self.isVerified = isVerified
    }
}
