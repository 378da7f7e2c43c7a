import CCurl
package import SystemPackage

/// A certificate and its private key, which authenticate this client to a server that requests a certificate.
package struct ClientCertificate: Sendable {
    private let certificate: [UInt8]
    private let key: [UInt8]
    private let path: FilePath

    /// Reads and checks a certificate, its chain if the file has one, and its key; all in PEM.
    ///
    /// - Parameters:
    ///   - path: the certificate's file.
    ///   - keyPath: the key's file; if `nil`, the key is in the certificate's file.
    /// - Throws: ``TransferError/Kind/clientCertificateUnusable`` for a file that is unreadable or not PEM,
    ///   for an encrypted key (there is no password prompt), and for a key that does not match the
    ///   certificate.
    package init(at path: FilePath, keyAt keyPath: FilePath? = nil) throws(TransferError) {
        self.path = path
        certificate = try Self.read(path)
        key = try keyPath.map { path throws(TransferError) in try Self.read(path) } ?? certificate
        let keyFile = keyPath ?? path
        let result = certificate.withUnsafeBytes { certificate in
            key.withUnsafeBytes { key in
                wasmpack_check_client_certificate(
                    certificate.baseAddress,
                    certificate.count,
                    key.baseAddress,
                    key.count
                )
            }
        }
        switch Int(result) {
        case WASMPACK_CLIENT_CERTIFICATE_GOOD: return
        case WASMPACK_CLIENT_CERTIFICATE_MISSING:
            throw .unusable("\"\(path)\" does not contain a PEM certificate")
        case WASMPACK_CLIENT_KEY_ENCRYPTED:
            throw .unusable(
                "the private key in \"\(keyFile)\" is encrypted; use a key without a password"
            )
        case WASMPACK_CLIENT_KEY_OF_ANOTHER:
            throw .unusable("the key in \"\(keyFile)\" does not match the certificate in \"\(path)\"")
        default: throw .unusable("\"\(keyFile)\" does not contain a PEM private key")
        }
    }

    func apply(to easy: borrowing EasyHandle) throws(TransferError) {
        try easy.set(CURLOPT_SSLCERT_BLOB, toCopyOf: certificate)
        try easy.set(CURLOPT_SSLKEY_BLOB, toCopyOf: key)
    }

    private static func read(_ path: FilePath) throws(TransferError) -> [UInt8] {
        do {
            return try PEMFile.read(path)
        } catch {
            throw .unusable("\"\(path)\" cannot be read: \(error)")
        }
    }
}

extension ClientCertificate: CustomStringConvertible, CustomReflectable {
    /// The path of the certificate's file, without the key.
    package var description: String { "client certificate of \"\(path)\"" }

    /// A mirror with the path only, because the default mirror would show the key.
    package var customMirror: Mirror { Mirror(self, children: ["path": path.string]) }
}

extension TransferError {
    fileprivate static func unusable(_ detail: String) -> TransferError {
        TransferError(.clientCertificateUnusable, detail)
    }
}
