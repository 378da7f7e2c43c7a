import CCurl
import CCurlShims
package import SystemPackage

/// What this side proves itself with to a server that asks for it: a certificate and its private key.
package struct ClientCertificate: Sendable {
    private let certificate: [UInt8]
    private let key: [UInt8]
    private let path: FilePath

    /// Reads and checks a certificate, those above it if its file has them, and its key; all PEM.
    ///
    /// - Parameters:
    ///   - path: the certificate's file.
    ///   - keyPath: the key's; without one, the key is looked for in the certificate's file.
    /// - Throws: ``TransferError/Kind/clientCertificateUnusable`` for what cannot be read, is not PEM, is encrypted
    ///   (nobody is asked for a password), or does not belong together.
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
        case WASMPACK_CLIENT_CERTIFICATE_MISSING: throw .unusable("\"\(path)\" holds no PEM certificate")
        case WASMPACK_CLIENT_KEY_ENCRYPTED:
            throw .unusable(
                "the private key in \"\(keyFile)\" is encrypted; one without a password is needed"
            )
        case WASMPACK_CLIENT_KEY_OF_ANOTHER:
            throw .unusable("the key in \"\(keyFile)\" is not that of the certificate in \"\(path)\"")
        default: throw .unusable("\"\(keyFile)\" holds no PEM private key")
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
    /// Which file it came from; the key is shown nowhere.
    package var description: String { "client certificate of \"\(path)\"" }

    /// The same.
    package var customMirror: Mirror { Mirror(self, children: ["path": path.string]) }
}

extension TransferError {
    fileprivate static func unusable(_ detail: String) -> TransferError {
        TransferError(.clientCertificateUnusable, detail)
    }
}
