/// The options to verify the peer of a TLS connection.
///
/// The minimum version is always TLS 1.2.
package struct TLSOptions: Sendable {
    /// Authorities that are trusted in addition to the system's, for every server and proxy.
    package var authorityFile: AuthorityFile?
    /// A file of authorities that replaces the system's, like OpenSSL's `SSL_CERT_FILE`.
    package var systemAuthorityFile: AuthorityFile?
    /// Folders of authorities, separated by colons, that replace the system's, like OpenSSL's `SSL_CERT_DIR`.
    package var systemAuthorityFolder: String?
    /// The options for one server.
    package var server: ServerTLS?

    /// Creates options; by default, only the system's authorities are trusted.
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

/// The options for connections to one server; they do not apply to the targets of its redirects.
package struct ServerTLS: Sendable {
    /// The origin of the server.
    package let origin: Origin
    /// Authorities that are trusted for this origin in addition to all others.
    package var authorityFiles: [AuthorityFile]
    /// The certificate that is sent to this origin only, if the server requests one.
    package var clientCertificate: ClientCertificate?
    /// Whether the certificate and host name are verified; `false` applies to all ports of the host.
    package var isVerified: Bool

    /// Creates the options for one server; by default, they add nothing.
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
