package import SystemPackage

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

/// A PEM file of certificate authorities, and who named it.
package struct AuthorityFile: Sendable {
    /// Where it is.
    package let path: FilePath
    /// What named it, for messages: an option, a variable, a folder.
    package let source: String

    /// Names a file that is read when a transport is made.
    package init(_ path: FilePath, from source: String) {
        self.path = path
        self.source = source
    }

    /// The certificates; throws ``TransferError/Kind/authorityFileUnusable`` for a file without any.
    func certificates() throws(TransferError) -> [UInt8] {
        let content: [UInt8]
        do {
            content = try PEMFile.read(path)
        } catch {
            throw TransferError(.authorityFileUnusable, "\(source): \"\(path)\" cannot be read: \(error)")
        }
        guard String(decoding: content, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----") else {
            throw TransferError(.authorityFileUnusable, "\(source): \"\(path)\" holds no PEM certificate")
        }
        return content
    }
}

/// Reads the small files that TLS needs: authorities, certificates and keys.
enum PEMFile {
    /// The largest file that is read: 4 MiB; the system's file of authorities has about 220 KB.
    private static let sizeLimit = 4 * 1024 * 1024

    /// The whole content of a file.
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
