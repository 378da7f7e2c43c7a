import ArgumentParser

/// The completion script of a shell: ArgumentParser's, with additions.
struct CompletionScript {
    private let shell: Completion.Shell

    init(_ shell: Completion.Shell) { self.shell = shell }

    /// The script.
    var text: String {
        Wasmpack.completionScript(for: CompletionShell(rawValue: shell.rawValue) ?? .bash) + "\n"
    }
}
