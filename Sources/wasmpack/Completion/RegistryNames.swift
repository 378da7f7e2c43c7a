import ArgumentParser
import Diagnostics
import Registry

/// Completes names of registries.
enum RegistryNames {
    /// Completes a registry with those that Docker's `config.json` has credentials or helpers for.
    static let completion = CompletionKind.custom { (_: [String], _: Int, prefix: String) -> [String] in
        let found = CredentialFiles(.current, usesTLS: true).docker.registries
            .filter { $0.hasPrefix(prefix) }.map(\.printable)
        // For zsh, the text after a colon would be a description.
        return CompletionShell.requesting == .zsh ? found.map { $0.replacing(":", with: "\\:") } : found
    }
}
