import ArgumentParser
import Diagnostics

/// What every step of a command works with: the environment, the reporter, and the form of the result.
struct CommandContext {
    let environment: Environment
    let reporter: Reporter
    let output: OutputOptions
    /// The registries that the command is connected to.
    let connections = RegistryConnections()

    /// Reads the environment of the process, and reports as the options say.
    init(_ output: OutputOptions) {
        environment = .current
        reporter = Reporter(output)
        self.output = output
    }

    /// Reports an event on standard error.
    func record(_ event: Event) { reporter.record(event) }

    /// Prints the result on standard output: the document if JSON was asked for, else the text.
    func print(_ document: @autoclosure () -> some Encodable, orText text: @autoclosure () -> String)
        throws(Failure)
    {
        output.json ? try JSONReport.print(document()) : try Terminal.standardOutput(text())
    }
}

/// A command with the common output options.
protocol ReportingCommand: AsyncParsableCommand {
    var output: OutputOptions { get }
    /// How long it may take; `nil` for as long as it wants.
    var timeLimit: Duration? { get }

    /// Does what the command is for.
    func run(_ context: CommandContext) async throws
}

extension ReportingCommand {
    var timeLimit: Duration? { nil }

    func run() async throws { try await run(CommandContext(output)) }
}
