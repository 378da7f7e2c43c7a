import ArgumentParser
import Diagnostics
import HTTPTransport
import HostSystem
import OCI
import Registry
import Storage
import SystemPackage

/// How a registry is reached, and with which credentials.
struct RegistryOptions: ParsableArguments {
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

    @Option(help: ArgumentHelp("Sign in as this user; needs --password-stdin.", valueName: "name"))
    var username: String?

    @Flag(help: "Read the password from standard input.")
    var passwordStdin = false

    func validate() throws {
        if passwordStdin, username == nil { throw ValidationError("--password-stdin needs --username.") }
        if username != nil, !passwordStdin { throw ValidationError("--username needs --password-stdin.") }
        if username == "" { throw ValidationError("--username is empty.") }
    }

    /// The repository of a reference as a store.
    func repository(
        of reference: Reference,
        for access: Access,
        spoolingIn directory: FilePath,
        environment: Environment,
        reporter: Reporter
    ) throws(Failure) -> RemoteRepository {
        if reference.registryIsAssumed {
            reporter.record(
                .note(
                    "\"\(reference.registry)\" is taken as the registry's host: a name of three parts cannot be one of "
                        + "Docker Hub; the image is \(reference)"
                )
            )
        }
        return RemoteRepository(
            reference.repository,
            at: RegistryEndpoint(reference.registry, usesPlainHTTP: plainHttp),
            access: access,
            transport: try transport(),
            credentials: try credentials(environment),
            spoolDirectory: directory,
            events: reporter
        )
    }

    /// Finds an image in a registry and looks at it; what is fetched for that is gone afterwards.
    func withImage(
        _ reference: Reference,
        _ reporter: Reporter,
        _ look: (Descriptor, RemoteRepository) async throws -> Void
    ) async throws {
        let folder = try TemporaryDirectory()
        let repository = try repository(
            of: reference,
            for: .pull,
            spoolingIn: folder.path,
            environment: .current,
            reporter: reporter
        )
        try await look(repository.resolve(.reference(reference)), repository)
        withExtendedLifetime(folder) {}
    }

    private func transport() throws(Failure) -> CurlTransport {
        let tls = TLSOptions(authorityFile: caFile.map { FilePath($0) })
        do throws(TransferError) {
            return try CurlTransport(TransportOptions(userAgent: "wasmpack/\(Program.version)", tls: tls))
        } catch {
            if error.kind == .authorityFileUnusable {
                throw Failure(
                    .configurationInvalid,
                    "the file of --ca-file cannot be used",
                    why: error.detail
                )
            }
            throw Failure(.internalError, "libcurl cannot start", why: error.detail, cause: error)
        }
    }

    /// The order is that of the documentation: the first hit wins.
    private func credentials(_ environment: Environment) throws(Failure) -> CredentialChain {
        var given: Credential?
        if let username {
            given = Credential(
                username: username,
                password: try StandardInput.password(),
                source: "--username"
            )
        }
        return CredentialChain([
            GivenCredential(given, place: "--username"),
            try Self.credentialOfEnvironment(environment),
            environment.dockerConfig,
        ])
    }

    private static func registry(_ text: String, _ variable: String) throws(Failure) -> RegistryName {
        do throws(Failure) {
            return try RegistryName(parsing: text)
        } catch {
            throw Failure(
                .configurationInvalid,
                "\(variable): \(error.message)",
                why: error.why,
                try: error.hints
            )
        }
    }

    private static func credentialOfEnvironment(_ environment: Environment) throws(Failure) -> GivenCredential
    {
        let names = (user: "WASMPACK_USERNAME", password: "WASMPACK_PASSWORD", registry: "WASMPACK_REGISTRY")
        let place = "$\(names.user)"
        switch (environment[names.user], environment[names.password]) {
        case (nil, nil): return GivenCredential(nil, place: place)
        case (let username?, let password?):
            var registry: RegistryName?
            if let text = environment[names.registry] { registry = try Self.registry(text, names.registry) }
            let credential = Credential(username: username, password: password, source: place)
            let owner = registry.map { " (for \($0))" } ?? ""
            return GivenCredential(credential, place: place + owner, only: registry)
        case (let username, _):
            let (there, missing) =
                username == nil ? (names.password, names.user) : (names.user, names.password)
            throw Failure(
                .configurationInvalid,
                "\(there) is set, but \(missing) is not",
                try: ["set both, or none"]
            )
        }
    }
}
