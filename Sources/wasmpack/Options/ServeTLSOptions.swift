import ArgumentParser
import Diagnostics
import HTTPServer
import HostSystem
import SystemPackage

/// How the registry proves who it is.
struct ServeTLSOptions: ParsableArguments {
    /// What `--tls` makes by itself.
    enum Mode: String, ExpressibleByArgument, CaseIterable {
        case selfSigned = "self-signed"
    }

    /// The certificate of the registry.
    struct Identity: Sendable {
        let server: ServerTLS
        /// The certificate of the authority that was made for it; removed with this value.
        let authorityFile: FilePath?
        fileprivate let folder: TemporaryDirectory?
    }

    @Option(
        help: ArgumentHelp(
            "self-signed: use TLS with a new certificate",
            valueName: "mode"
        )
    )
    var tls: Mode?

    @Option(
        help: ArgumentHelp("Use TLS with this certificate and its chain", valueName: "file"),
        completion: .file()
    )
    var tlsCert: String?

    @Option(help: ArgumentHelp("The key of --tls-cert (PEM)", valueName: "file"), completion: .file())
    var tlsKey: String?

    /// The largest file of certificates or of a key, in bytes.
    private static let fileLimit = 1024 * 1024

    /// Whether clients connect with TLS.
    var isUsed: Bool { tls != nil || tlsCert != nil }

    /// The scheme of the registry's URLs.
    var scheme: String { isUsed ? "https" : "http" }

    func validate() throws {
        if (tlsCert != nil) != (tlsKey != nil) {
            throw ValidationError("--tls-cert and --tls-key must be used together.")
        }
        if tls != nil, tlsCert != nil {
            throw ValidationError("--tls and --tls-cert cannot be used together.")
        }
    }

    /// Returns the certificate for an address; `nil` without TLS.
    ///
    /// Throws errors of reading the files, and those of ``ServerTLS``.
    func identity(for address: ListenAddress) throws(Failure) -> Identity? {
        if let tlsCert, let tlsKey {
            let server = try ServerTLS(
                certificates: ReadableFile.contents(of: FilePath(tlsCert), limit: Self.fileLimit),
                key: ReadableFile.contents(of: FilePath(tlsKey), limit: Self.fileLimit),
                named: (tlsCert, tlsKey)
            )
            return Identity(server: server, authorityFile: nil, folder: nil)
        }
        guard tls != nil else { return nil }
        let made = try ServerTLS.certificates(for: Self.hosts(of: address))
        let server = try ServerTLS(
            certificates: made.certificate,
            key: made.key,
            named: ("the new certificate", "its key")
        )
        let folder = try TemporaryDirectory()
        // Alone in its folder, as skopeo's --cert-dir and Docker's certs.d need it.
        let file = folder.path.appending("ca.crt")
        try TemporaryFile.write(made.authority, to: file)
        return Identity(server: server, authorityFile: file, folder: folder)
    }

    /// The names and addresses under which clients may call the registry.
    private static func hosts(of address: ListenAddress) -> [String] {
        var hosts = ["localhost", "127.0.0.1", "::1", address.host]
        if !address.isLoopback { hosts += HTTPServer.addressesOfThisMachine + [HTTPServer.nameOfThisMachine] }
        return hosts.filter { IPAddress($0) != nil || IPAddress.Host($0) == .name($0) }.withoutDuplicates
    }
}
