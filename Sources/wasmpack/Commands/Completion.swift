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

            For zsh, the file _wasmpack belongs in a folder of $fpath; for fish, the script belongs in \
            ~/.config/fish/completions/wasmpack.fish. make install installs the scripts of all three shells.
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

    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if output.json { throw ValidationError("--json is not possible: the result is a script.") }
    }

    func run(_ context: CommandContext) async throws {
        try Screen.main.print(CompletionScript(shell).text)
    }
}
