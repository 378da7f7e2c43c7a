import ArgumentParser
import Diagnostics

struct Completion: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a shell completion script",
        discussion: """
            EXAMPLES
              source <(wasmpack completion bash)
              wasmpack completion zsh >_wasmpack

            make install installs the scripts of all three shells.

            For zsh, the file _wasmpack belongs in a directory of $fpath; for fish, the script belongs in \
            ~/.config/fish/completions/wasmpack.fish.
            """
    )

    /// The shells with a completion script.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash
        case zsh
        case fish
    }

    @Argument(help: "bash, zsh or fish")
    var shell: Shell

    // Hidden: a script has no other form.
    @OptionGroup(title: "OUTPUT", visibility: .hidden) var output: OutputOptions

    func validate() throws {
        if output.json { throw ValidationError("completion does not support --json") }
    }

    func run(_ context: CommandContext) async throws {
        try Screen.main.print(CompletionScript(shell).text)
    }
}
