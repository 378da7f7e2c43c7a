import ArgumentParser
import Diagnostics
import HTTPTransport
import HostSystem
import OCI
import Registry
import Storage

/// The options of the connection to a registry, and of its credentials.
struct RegistryOptions {
    var connection: ConnectionOptions
    var credentials: CredentialOptions

    /// Returns the repository of a reference, with the given credentials or those of the options.
    func repository(
        of reference: Reference,
        for access: Access,
        mountingFrom mountSource: RepositoryName? = nil,
        credentials chain: CredentialChain? = nil,
        spoolingIn spool: SpoolFolder,
        _ context: CommandContext
    ) async throws(Failure) -> RemoteRepository {
        context.connections.note(reference)
        let credentials =
            if let chain { chain } else {
                try await self.credentials.store(context.environment, usesTLS: !connection.plainHttp)
            }
        return try RemoteRepository(
            reference.repository,
            at: context.connections.connection(
                to: connection.endpoint(of: reference.registry),
                connection,
                sending: self.credentials.headers(context.environment),
                context
            ),
            access: access,
            mountingFrom: mountSource,
            credentials: credentials,
            spoolingIn: spool
        )
    }

    /// Reads the files of certificates that the options or variables name, before work that takes longer.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for a certificate or key that cannot be used.
    func prepare(for registry: RegistryName, _ context: CommandContext) throws(Failure) {
        let variables = ["WASMPACK_CA_FILE", "SSL_CERT_FILE"]
        // Without a file, the HTTP library is not needed yet.
        guard
            connection.caFile != nil || connection.clientCert != nil
                || variables.contains(where: context.environment.isSet)
        else { return }
        _ = try context.connections.connection(
            to: connection.endpoint(of: registry),
            connection,
            sending: credentials.headers(context.environment),
            context
        )
    }

    /// Returns the option that gives a secret without a registry, else the first of these variables; `nil` if there is none.
    func secretOption(orAnyOf variables: [String]) -> String? {
        if credentials.username != nil { return "--username" }
        if credentials.identityTokenStdin { return "--identity-token-stdin" }
        if connection.clientCert != nil { return "--client-cert" }
        return variables.first.map { "$\($0)" }
    }

    /// Throws ``Failure/Code/usage`` if the references are in several registries, and a secret is given for one.
    func failIfShared(among references: [Reference], _ environment: Environment) throws(Failure) {
        let registries = references.map(\.registry).withoutDuplicates
        guard registries.count > 1 else { return }
        let variable = "WASMPACK_USERNAME"
        let readsVariables =
            credentials.authfile == nil && !credentials.anonymous && !environment.isSet("WASMPACK_REGISTRY")
        let variables = readsVariables && environment.isSet(variable) ? [variable] : []
        guard let unassigned = secretOption(orAnyOf: variables) else { return }
        throw Failure(
            .usage,
            "\(unassigned) is for one registry, but there are several",
            why: "credentials for one registry are never sent to another",
            try: registries.map { "wasmpack login \($0)" } + ["use --authfile FILE, with an entry for each"]
        )
    }

    /// Notes how a reference without a clear host is read, and warns if the certificate is not verified.
    func announce(_ reference: Reference, _ context: CommandContext) {
        if reference.registryIsAssumed {
            context.record(
                .note(
                    "reading \"\(reference.registry)\" as a host: Docker Hub names have two parts"
                )
            )
        }
        connection.warn(of: reference.registry, context)
    }

    /// Runs a body with an image of a registry; temporary files are deleted afterwards.
    func withImage(
        _ reference: Reference,
        _ context: CommandContext,
        _ body: (Descriptor, RemoteRepository) async throws -> Void
    ) async throws {
        try await withRepository(of: reference, for: .pull, context) { repository in
            try await body(repository.find(reference), repository)
        }
    }

    /// Runs a body with a repository; temporary files are deleted afterwards.
    func withRepository(
        of reference: Reference,
        for access: Access,
        _ context: CommandContext,
        _ body: (RemoteRepository) async throws -> Void
    ) async throws {
        let folder = LazyTemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        announce(reference, context)
        try await body(repository(of: reference, for: access, spoolingIn: .temporary(folder), context))
    }
}

extension RemoteRepository {
    /// Returns the root of an image to read; the failure for a missing tag names existing ones.
    func find(_ reference: Reference) async throws(Failure) -> Descriptor {
        do throws(Failure) {
            return try await resolve(.reference(reference))
        } catch {
            throw reference.digest == nil ? await explaining(error, for: reference.tag) : error
        }
    }
}

/// A command that sends requests to the registries that its arguments name.
protocol ConnectingCommand {}

extension ConnectingCommand {
    /// Opens the HTTP library while the arguments are parsed, if one of them names a registry.
    static func prepare(for arguments: [String]) {
        guard arguments.contains(where: { !Target.isPath($0) && Target.namesHost($0) }) else { return }
        CurlLibrary.openInBackground(usesTLS: !arguments.contains("--plain-http"))
    }
}

/// A command with the common registry options.
protocol RegistryCommand: ReportingCommand, NamingCommand {
    var connection: ConnectionOptions { get }
    var credentials: CredentialOptions { get }
    /// The arguments that may name an image in a registry.
    var references: [String] { get }
}

extension RegistryCommand {
    /// Not one group of both: the parser reads each group again for every group around it.
    var registry: RegistryOptions { RegistryOptions(connection: connection, credentials: credentials) }

    var timeLimit: Duration? { registry.connection.timeLimit }

    var named: [HintCompletion.Named] {
        references.map { HintCompletion.Named(text: $0, options: registry.typed) }
    }
}
