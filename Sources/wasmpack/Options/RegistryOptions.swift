import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import Registry
import Storage
import SystemPackage

/// How a registry is reached, and with which credentials.
struct RegistryOptions: ParsableArguments {
    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions

    /// The repository of a reference as a store; with other credentials than those of the options, if some are given.
    func repository(
        of reference: Reference,
        for access: Access,
        mountingFrom mountSource: RepositoryName? = nil,
        credentials chain: CredentialChain? = nil,
        spoolingIn directory: FilePath,
        _ context: CommandContext
    ) async throws(Failure) -> RemoteRepository {
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
            spoolDirectory: directory
        )
    }

    /// Says what the user should know of how a reference is read, and how its registry is reached.
    func announce(_ reference: Reference, _ context: CommandContext) {
        if reference.registryIsAssumed {
            context.record(
                .note(
                    "\"\(reference.registry)\" is taken as the registry's host: a name of three parts cannot be one of "
                        + "Docker Hub; the image is \(reference)"
                )
            )
        }
        connection.warn(of: reference.registry, context)
    }

    /// Finds an image in a registry and looks at it; what is fetched for that is gone afterwards.
    func withImage(
        _ reference: Reference,
        _ context: CommandContext,
        _ look: (Descriptor, RemoteRepository) async throws -> Void
    ) async throws {
        try await withRepository(of: reference, for: .pull, context) { repository in
            try await look(repository.resolve(.reference(reference)), repository)
        }
    }

    /// Does something with a repository; what is fetched for that is gone afterwards.
    func withRepository(
        of reference: Reference,
        for access: Access,
        _ context: CommandContext,
        _ work: (RemoteRepository) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { folder in
            announce(reference, context)
            try await work(repository(of: reference, for: access, spoolingIn: folder, context))
        }
    }
}

/// A command that talks to a registry with the usual options.
protocol RegistryCommand: ReportingCommand {
    var registry: RegistryOptions { get }
}

extension RegistryCommand {
    var timeLimit: Duration? { registry.connection.timeLimit }
}
