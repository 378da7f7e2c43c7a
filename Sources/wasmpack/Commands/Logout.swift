import ArgumentParser
import Diagnostics
import OCI
import Registry
import SystemPackage

struct Logout: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Log out of a registry",
        discussion: """
            EXAMPLES
              wasmpack logout ghcr.io

            Removes the credentials from Docker's config.json and its credential helper. Succeeds if there are none.
            """
    )

    @Argument(help: "The registry: host or host:port", completion: RegistryNames.completion)
    var registry: String

    @OptionGroup(title: "CREDENTIALS") var credentialFile: CredentialFileOption
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func run(_ context: CommandContext) async throws {
        let registry = try RegistryName(argument: registry, of: "logout")
        let file = try credentialFile.file(context.environment)
        let removal = try await file.remove(registry)
        report(registry, file, removal, context)
        if output.json { try print(registry, file, removal) }
    }

    private func report(
        _ registry: RegistryName,
        _ file: CredentialFileStore,
        _ removal: CredentialFileStore.Removal,
        _ context: CommandContext
    ) {
        if !removal.keys.isEmpty {
            context.record(.step("removed", "\(registry) from \(file.shownPath)"))
        }
        if let helper = removal.helper {
            context.record(.step("erased", "\(registry) from \(helper)"))
        }
        if removal.keys.isEmpty, removal.helper == nil {
            context.record(.note("\(file.shownPath) has no credentials for \(registry)"))
        }
        for key in removal.otherKeys {
            context.record(
                .note(
                    "the entry \"\(key)\" of \(file.shownPath) is kept: it applies to a part of the registry only"
                )
            )
        }
        for other in credentialFile.otherFiles(context.environment) where other.hasEntry(for: registry) {
            let command = "wasmpack logout \(registry) --authfile \(other.shownPath)"
            context.record(.note("\(other.shownPath) still has an entry for \(registry): \(command)"))
        }
        for variable in credentialFile.strongerVariables(context.environment) {
            context.record(.note("$\(variable) is set: its credentials are still used"))
        }
    }

    private func print(
        _ registry: RegistryName,
        _ file: CredentialFileStore,
        _ removal: CredentialFileStore.Removal
    ) throws(Failure) {
        struct Document: Encodable {
            let schema = "wasmpack.logout/v1"
            let ok = true
            let registry: String
            let file: String
            let removed: [String]
            let helper: Nullable<String>
        }
        try JSONReport.print(
            Document(
                registry: registry.description,
                file: file.path.string,
                removed: removal.keys,
                helper: Nullable(removal.helper)
            )
        )
    }
}
