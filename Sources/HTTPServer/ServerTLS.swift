import CTLS
package import Diagnostics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// OpenSSL's libssl, which is opened by its first use.
package enum TLSLibrary {
    package static let shared = SystemLibrary(
        "libssl",
        minimum: "3.0",
        packages: ("libssl3", "openssl@3"),
        open: wasmpack_open_ssl,
        check: { wasmpack_check_ssl().map { String(cString: $0) } }
    )
}

/// How a server proves who it is: its certificate and key, for TLS 1.2 and 1.3 with HTTP/1.1.
package final class ServerTLS: Sendable {
    /// A certificate that this program makes for a server, and the authority that issued it.
    package struct Certificates: Sendable {
        /// The authority's certificate (PEM); clients that trust it accept the server.
        package let authority: [UInt8]
        /// The server's certificate (PEM).
        package let certificate: [UInt8]
        /// The server's key (PEM).
        package let key: [UInt8]
    }

    /// OpenSSL's settings for all connections, which it locks itself where threads share them.
    nonisolated(unsafe) private let raw: UnsafeMutableRawPointer

    /// Reads a certificate and its key, both PEM.
    ///
    /// - Parameters:
    ///   - certificates: the server's certificate, followed by those of intermediate authorities.
    ///   - key: the key, not encrypted.
    ///   - names: the names of the two files, for messages.
    /// - Throws: ``Failure/Code/configurationInvalid`` for a certificate or key that cannot be used, and
    ///   ``Failure/Code/libraryUnusable`` without libssl.
    package init(
        certificates: [UInt8],
        key: [UInt8],
        named names: (certificate: String, key: String)
    ) throws(Failure) {
        try TLSLibrary.shared.require()
        var server: UnsafeMutableRawPointer?
        let result = wasmpack_tls_server_new(certificates, certificates.count, key, key.count, &server)
        guard let server else { throw Self.failure(result, names) }
        raw = server
    }

    deinit { wasmpack_tls_server_free(raw) }

    /// Makes a certificate for some hosts, valid for a year, and an authority for it whose key is discarded.
    ///
    /// Throws ``Failure/Code/internalError`` if libcrypto cannot do that.
    package static func certificates(for hosts: [String]) throws(Failure) -> Certificates {
        let names = hosts.map { (IPAddress($0) == nil ? "DNS:" : "IP:") + $0 }.joined(separator: ",")
        var made = wasmpack_certificates()
        let isGood = wasmpack_make_certificates(names, 365, &made)
        defer {
            free(made.authority)
            free(made.certificate)
            free(made.key)
        }
        guard isGood == 1, let authority = made.authority, let certificate = made.certificate,
            let key = made.key
        else { throw Failure(.internalError, "libcrypto cannot make a certificate for \(names)") }
        return Certificates(
            authority: Array(String(cString: authority).utf8),
            certificate: Array(String(cString: certificate).utf8),
            key: Array(String(cString: key).utf8)
        )
    }

    /// Starts a connection; `nil` without memory.
    func connection() -> TLSConnection? { wasmpack_tls_new(raw).map { TLSConnection($0, of: self) } }

    private static func failure(_ result: UInt32, _ names: (certificate: String, key: String)) -> Failure {
        var reason = [CChar](repeating: 0, count: 200)
        wasmpack_tls_reason(&reason, reason.count)
        let (message, why): (String, String) =
            switch Int(result) {
            case WASMPACK_IDENTITY_CERTIFICATE_MISSING:
                ("\(names.certificate) cannot be used", "it contains no certificate (PEM)")
            case WASMPACK_IDENTITY_KEY_MISSING:
                ("\(names.key) cannot be used", "it contains no private key (PEM)")
            case WASMPACK_IDENTITY_KEY_ENCRYPTED:
                ("\(names.key) cannot be used", "the key is encrypted")
            case WASMPACK_IDENTITY_KEY_OF_ANOTHER:
                (
                    "\(names.key) cannot be used",
                    "it is not the key of the first certificate in \(names.certificate)"
                )
            default:
                (
                    "\(names.certificate) cannot be used",
                    reason.first == 0
                        ? "OpenSSL rejects it"
                        : "OpenSSL rejects it: "
                            + String(
                                decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
                                as: UTF8.self
                            )
                )
            }
        return Failure(.configurationInvalid, message, why: why)
    }
}
