import ArgumentParser
import Diagnostics
import HTTPTransport
import OCI
import Registry
import SystemPackage

/// The options of the connection to a registry.
struct ConnectionOptions: ParsableArguments {
    @Flag(help: "Use HTTP instead of HTTPS; nothing is encrypted")
    var plainHttp = false

    @Option(
        help: ArgumentHelp(
            "Also trust the CA certificates in this PEM file",
            valueName: "file"
        ),
        completion: .file(extensions: ["pem", "crt"])
    )
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "Client certificate (PEM) to send to this registry only, if it requests one",
            valueName: "file"
        ),
        completion: .file(extensions: ["pem", "crt", "cert"])
    )
    var clientCert: String?

    @Option(
        help: ArgumentHelp(
            "Private key (PEM) of --client-cert, if it is in another file",
            valueName: "file"
        ),
        completion: .file(extensions: ["pem", "key"])
    )
    var clientKey: String?

    @Flag(help: "Do not verify the registry's certificate; the traffic can be intercepted")
    var tlsSkipVerify = false

    @Option(
        help: ArgumentHelp(
            "Abort and clean up if the command takes longer than SECONDS",
            valueName: "seconds"
        )
    )
    var timeout: Double?

    @Option(
        help: ArgumentHelp(
            "Retry temporary failures up to N times",
            valueName: "n"
        )
    )
    var retries = 3

    /// The time limit of the whole command.
    var timeLimit: Duration? { timeout.map { .seconds($0) } }

    /// The number of retries.
    var retryPolicy: RetryPolicy { RetryPolicy(count: retries) }

    func validate() throws {
        if let timeout, !(timeout >= 0.001 && timeout <= 604_800) {
            throw ValidationError(
                "--timeout must be a number of seconds from 0.001 to 604800 (a week)."
            )
        }
        guard (0...100).contains(retries) else {
            throw ValidationError("--retries must be a number from 0 to 100.")
        }
        if clientKey != nil, clientCert == nil { throw ValidationError("--client-key needs --client-cert.") }
        guard plainHttp else { return }
        if clientCert != nil {
            throw ValidationError("--plain-http and --client-cert cannot be used together.")
        }
        if tlsSkipVerify {
            throw ValidationError("--plain-http and --tls-skip-verify cannot be used together.")
        }
    }

    /// Returns the endpoint of a registry.
    func endpoint(of registry: RegistryName) -> RegistryEndpoint {
        RegistryEndpoint(registry, usesPlainHTTP: plainHttp)
    }

    /// Warns once for each registry if its certificate is not verified.
    func warn(of registry: RegistryName, _ context: CommandContext) {
        guard tlsSkipVerify else { return }
        context.reporter.warnOnce(
            "the certificate of \(registry) is not verified: anyone on the network path can read and modify the "
                + "traffic"
        )
    }

    /// The TLS options: trusted certificates, client certificate, and whether the registry is verified.
    struct Trust: Hashable {
        let caFile: String?
        let clientCert: String?
        let clientKey: String?
        let isVerified: Bool
    }

    /// The options that must be equal for two registries to share a transport.
    var trust: Trust {
        Trust(caFile: caFile, clientCert: clientCert, clientKey: clientKey, isVerified: !tlsSkipVerify)
    }

    /// Returns the transport for requests to a registry, and to hosts that it redirects to.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for a certificate or key that cannot be used.
    func transport(to endpoint: RegistryEndpoint, _ context: CommandContext) throws(Failure) -> any Transport
    {
        let options = TransportOptions(
            userAgent: Program.userAgent,
            tls: try tls(to: endpoint, context.environment),
            proxies: try Proxies { (name) throws(Failure) in try context.environment[name] }
        )
        let transport = IdleNoticeTransport(
            try Failure.ofConfiguration { () throws(TransferError) in try CurlTransport(options) },
            events: context.reporter
        )
        return context.reporter.isTracing ? TracingTransport(transport, events: context.reporter) : transport
    }

    /// Whether a registry's certificate is trusted because of an option, a variable or Docker's `certs.d`.
    func trustsMoreAuthorities(for registry: RegistryName, _ environment: Environment) throws(Failure) -> Bool
    {
        let variables = ["WASMPACK_CA_FILE", "SSL_CERT_FILE"]
        if caFile != nil || tlsSkipVerify || variables.contains(where: environment.isSet) { return true }
        return try !DockerCertificates().entry(for: registry).authorities.isEmpty
    }

    /// Returns the TLS options from the command line, OpenSSL's variables and Docker's `certs.d`.
    private func tls(to endpoint: RegistryEndpoint, _ environment: Environment) throws(Failure) -> TLSOptions
    {
        var tls = TLSOptions(
            authorityFile: caFile.map { AuthorityFile(FilePath($0), from: "--ca-file") }
                ?? environment.path("WASMPACK_CA_FILE").map {
                    AuthorityFile($0, from: "$WASMPACK_CA_FILE")
                },
            systemAuthorityFile: environment.path("SSL_CERT_FILE").map {
                AuthorityFile($0, from: "$SSL_CERT_FILE")
            },
            systemAuthorityFolder: try environment["SSL_CERT_DIR"]
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
    /// Runs a body that reads certificate files, and turns its errors into failures.
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
                    "a file of CA certificates cannot be used",
                    why: error.detail,
                    try: [
                        error.detail.contains("PEM")
                            ? "for a DER file: openssl x509 -inform der -in ca.crt -out ca.pem"
                            : "correct the path, or the option or variable that has it"
                    ]
                )
            case .clientCertificateUnusable:
                throw Failure(
                    .configurationInvalid,
                    "the client certificate cannot be used",
                    why: error.detail,
                    try: ["use --client-cert client.pem --client-key client.key"]
                )
            case .libraryUnusable:
                try CurlLibrary.shared.require()
                fallthrough
            default: throw Failure(.internalError, "libcurl cannot start", why: error.detail, cause: error)
            }
        }
    }
}
