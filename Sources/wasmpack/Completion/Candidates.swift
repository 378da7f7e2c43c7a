import ArgumentParser
import Diagnostics

extension [String] {
    /// The names without characters that a shell may interpret, or that could change the terminal.
    ///
    /// File names and configuration files may come from other people, and completion scripts may expand candidates.
    var safeCandidates: [String] {
        filter { name in
            name.printable == name && !name.unicodeScalars.contains { #"`$\"'"#.unicodeScalars.contains($0) }
        }
    }

    /// The names as candidates of the shell: for zsh, the text after a colon would be a description.
    var shellCandidates: [String] {
        let names = safeCandidates
        return CompletionShell.requesting == .zsh ? names.map { $0.replacing(":", with: "\\:") } : names
    }
}
