/// How the other side of a TLS connection is proven.
///
/// TLS 1.2 is always the least.
public struct TLSOptions: Sendable {
    /// Authorities that are trusted in addition to the system's, for every server and proxy.
    public var authorityFile: AuthorityFile?
    /// A file of authorities in place of the system's own, as `SSL_CERT_FILE` names one to OpenSSL.
    public var systemAuthorityFile: AuthorityFile?
    /// Folders of authorities in place of the system's own, with colons between, as `SSL_CERT_DIR` names them to OpenSSL.
    public var systemAuthorityFolder: String?
    /// What holds for one server alone.
    public var server: ServerTLS?

    /// Describes whom to trust; by default the system's authorities alone.
    public init(
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
public struct ServerTLS: Sendable {
    /// The server.
    public let origin: Origin
    /// Authorities that are trusted for this origin, in addition to all others.
    public var authorityFiles: [AuthorityFile]
    /// What is shown to this origin, and to no other, if it asks for a certificate.
    public var clientCertificate: ClientCertificate?
    /// Whether certificate and host name are verified; `false` holds for this host at any port, and is for who said so.
    public var isVerified: Bool

    /// Describes one server; by default nothing about it is special.
    public init(
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
