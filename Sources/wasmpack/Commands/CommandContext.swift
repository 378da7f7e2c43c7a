import ArgumentParser
import Diagnostics

/// The environment, the reporter and the output options of a command.
struct CommandContext {
    let environment: Environment
    let reporter: Reporter
    let output: OutputOptions
    /// The registries that the command is connected to.
    let connections = RegistryConnections()
    /// Completes the commands in hints.
    let hints: HintCompletion

    /// Reads the environment of the process.
    init(_ output: OutputOptions, _ hints: HintCompletion) {
        environment = .current
        reporter = Reporter(output, hints)
        self.hints = hints
        self.output = output
    }

    /// Reports an event on standard error.
    func record(_ event: Event) { reporter.record(event) }

    /// Prints the result on standard output: the document with `--json`, the text without.
    func print(_ document: @autoclosure () -> some Encodable, orText text: @autoclosure () -> String)
        throws(Failure)
    {
        output.json ? try JSONReport.print(document()) : try Screen.main.print(text())
    }

    /// Prints the result on standard output: the document with `--json`, the rows without.
    func print(_ document: @autoclosure () -> some Encodable, orRows rows: @autoclosure () -> [Row])
        throws(Failure)
    {
        output.json ? try JSONReport.print(document()) : try Screen.main.print(rows())
    }
}

/// A command with the common output options.
protocol ReportingCommand: AsyncParsableCommand {
    var output: OutputOptions { get }
    /// The time limit of the whole command; `nil` for none.
    var timeLimit: Duration? { get }
    /// What is certain after an interruption, such as "nothing was written"; `nil` if unknown.
    var interruptionConsequence: String? { get }

    /// Runs the command.
    func run(_ context: CommandContext) async throws
}

extension ReportingCommand {
    var timeLimit: Duration? { nil }
    var interruptionConsequence: String? { nil }

    func run() async throws {
        let context = CommandContext(output, HintCompletion(of: self))
        do {
            try await Work.$sink.withValue(context.reporter) { try await run(context) }
        } catch let failure as Failure {
            throw context.hints.completed(context.connections.explained(failure))
        }
    }
}

extension Failure {
    /// Returns the failure of an interrupted command with what is certain about its result.
    func adding(consequence: String?) -> Failure {
        let codes: Set<Code> = [.interrupted, .terminated, .hangup, .timedOut]
        guard let consequence = (cause as? CertainResult)?.text ?? consequence, codes.contains(code) else {
            return self
        }
        return with(message: "\(message); \(consequence)")
    }
}
