package import SystemPackage

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

/// A PEM file of certificate authorities, with the source that named it.
package struct AuthorityFile: Sendable {
    /// The path of the file.
    package let path: FilePath
    /// The source for messages: an option, a variable or a folder.
    package let source: String

    /// Creates a description of a file, which is read when a transport is created.
    package init(_ path: FilePath, from source: String) {
        self.path = path
        self.source = source
    }

    /// Reads the certificates; throws ``TransferError/Kind/authorityFileUnusable`` for a file without
    /// certificates.
    func certificates() throws(TransferError) -> [UInt8] {
        let content: [UInt8]
        do {
            content = try PEMFile.read(path)
        } catch {
            throw TransferError(.authorityFileUnusable, "\(source): \"\(path)\" cannot be read: \(error)")
        }
        guard String(decoding: content, as: UTF8.self).contains(CertificateMark.begin) else {
            throw TransferError(
                .authorityFileUnusable,
                "\(source): \"\(path)\" does not contain a PEM certificate"
            )
        }
        return content
    }
}

/// A reader of small files for TLS: authorities, certificates and keys.
enum PEMFile {
    /// The largest file that is read, in bytes: 4 MiB; the system's file of authorities has about 220 KB.
    private static let sizeLimit = 4 * 1024 * 1024

    /// Reads a whole file; throws `Errno.fileTooLarge` for a file over the limit.
    static func read(_ path: FilePath) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter {
            var content: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 64 * 1024)
            while case let count = try chunk.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
                content += chunk[..<count]
                guard content.count <= sizeLimit else { throw Errno.fileTooLarge }
            }
            return content
        }
    }
}
