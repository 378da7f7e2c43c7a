import ArgumentParser
import Registry

/// Completes names of registries.
enum RegistryNames {
    /// Completes a registry with those that Docker's `config.json` has credentials or helpers for.
    static let completion = CompletionKind.custom { (_: [String], _: Int, prefix: String) -> [String] in
        CredentialFiles(.current, usesTLS: true).docker.registries.filter { $0.hasPrefix(prefix) }
            .shellCandidates
    }
}
