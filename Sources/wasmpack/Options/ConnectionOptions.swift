import ArgumentParser
import Diagnostics
import HTTPTransport
import OCI
import Registry
import SystemPackage

/// How a registry is reached.
struct ConnectionOptions: ParsableArguments {
    @Flag(help: "Speak HTTP without TLS: credentials and module travel unencrypted.")
    var plainHttp = false

    @Option(
        help: ArgumentHelp(
            "Trust the authorities in this PEM file too, besides the system's.",
            valueName: "file"
        ),
        completion: .file(extensions: ["pem", "crt"])
    )
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "Show this certificate (PEM) to the registry, and to nobody else, if it asks for one.",
            valueName: "file"
        ),
        completion: .file(extensions: ["pem", "crt", "cert"])
    )
    var clientCert: String?

    @Option(
        help: ArgumentHelp(
            "The private key (PEM) of --client-cert, if it is not in the same file.",
            valueName: "file"
        ),
        completion: .file(extensions: ["pem", "key"])
    )
    var clientKey: String?

    @Flag(help: "Do not verify the registry's certificate: gives up protection against interception.")
    var tlsSkipVerify = false

    @Option(
        help: ArgumentHelp(
            "Give up, and leave nothing half-done, when the whole command takes longer (default: never).",
            valueName: "seconds"
        )
    )
    var timeout: Double?

    @Option(
        help: ArgumentHelp(
            "How many failures in a row that may pass are followed by another try.",
            valueName: "count"
        )
    )
    var retries = 3

    /// How long the whole command may take.
    var timeLimit: Duration? { timeout.map { .seconds($0) } }

    /// How often is tried again.
    var retryPolicy: RetryPolicy { RetryPolicy(count: retries) }

    func validate() throws {
        if let timeout, !(timeout >= 0.001 && timeout <= 604_800) {
            throw ValidationError(
                "--timeout is a number of seconds, from 0.001 to 604800 (a week)."
            )
        }
        guard (0...100).contains(retries) else {
            throw ValidationError("--retries is a number from 0 to 100.")
        }
        if clientKey != nil, clientCert == nil { throw ValidationError("--client-key needs --client-cert.") }
        guard plainHttp else { return }
        if clientCert != nil { throw ValidationError("--plain-http and --client-cert exclude each other.") }
        if tlsSkipVerify { throw ValidationError("--plain-http and --tls-skip-verify exclude each other.") }
    }

    /// Where a registry is dialled.
    func endpoint(of registry: RegistryName) -> RegistryEndpoint {
        RegistryEndpoint(registry, usesPlainHTTP: plainHttp)
    }

    /// Says once for each registry what is given up.
    func warn(of registry: RegistryName, _ context: CommandContext) {
        guard tlsSkipVerify else { return }
        context.reporter.warnOnce(
            "the certificate of \(registry) is not verified; who stands in between can read and change all"
        )
    }

    /// Whom the registry's side trusts, and as whom it is spoken to.
    struct Trust: Hashable {
        let caFile: String?
        let clientCert: String?
        let clientKey: String?
        let isVerified: Bool
    }

    /// What two sides of a command must have in common to share a transport.
    var trust: Trust {
        Trust(caFile: caFile, clientCert: clientCert, clientKey: clientKey, isVerified: !tlsSkipVerify)
    }

    /// What makes the requests to a registry and to where it leads.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for a certificate or key that cannot be used.
    func transport(to endpoint: RegistryEndpoint, _ context: CommandContext) throws(Failure) -> any Transport
    {
        let options = TransportOptions(
            userAgent: Program.userAgent,
            tls: try tls(to: endpoint, context.environment),
            proxies: Proxies { context.environment[$0] }
        )
        let transport = IdleNoticeTransport(
            try Failure.ofConfiguration { () throws(TransferError) in try CurlTransport(options) },
            events: context.reporter
        )
        return context.reporter.isTracing ? TracingTransport(transport, events: context.reporter) : transport
    }

    /// Whom to trust, and what to show to whom: the options, the variables of OpenSSL, Docker's folder.
    private func tls(to endpoint: RegistryEndpoint, _ environment: Environment) throws(Failure) -> TLSOptions
    {
        var tls = TLSOptions(
            authorityFile: caFile.map { AuthorityFile(FilePath($0), from: "--ca-file") },
            systemAuthorityFile: environment["SSL_CERT_FILE"].map {
                AuthorityFile(FilePath($0), from: "$SSL_CERT_FILE")
            },
            systemAuthorityFolder: environment["SSL_CERT_DIR"]
        )
        guard let origin = endpoint.origins.first(where: { $0.scheme == .https }) else { return tls }
        let docker = try DockerCertificates().entry(for: endpoint.registry)
        let certificate = clientCert.map { FilePath($0) } ?? docker.clientCertificate
        let key = clientCert == nil ? docker.clientKey : clientKey.map { FilePath($0) }
        tls.server = ServerTLS(
            origin,
            authorityFiles: docker.authorities.map { AuthorityFile($0, from: "Docker's certs.d") },
            clientCertificate: try certificate.map { path throws(Failure) in
                try Failure.ofConfiguration { () throws(TransferError) in
                    try ClientCertificate(at: path, keyAt: key)
                }
            },
            isVerified: !tlsSkipVerify
        )
        return tls
    }
}

extension Failure {
    /// Does what depends on files that a user named, and says which kind of file was of no use.
    fileprivate static func ofConfiguration<Result>(
        _ body: () throws(TransferError) -> Result
    ) throws(Failure) -> Result {
        do throws(TransferError) {
            return try body()
        } catch {
            switch error.kind {
            case .authorityFileUnusable:
                throw Failure(
                    .configurationInvalid,
                    "a file of certificate authorities cannot be used",
                    why: error.detail
                )
            case .clientCertificateUnusable:
                throw Failure(
                    .configurationInvalid,
                    "the client certificate cannot be used",
                    why: error.detail,
                    try: ["--client-cert client.pem --client-key client.key"]
                )
            default: throw Failure(.internalError, "libcurl cannot start", why: error.detail, cause: error)
            }
        }
    }
}
