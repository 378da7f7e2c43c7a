import ArgumentParser
import Diagnostics
import HostSystem

/// The entry point: reads the command line, runs the command and sets the exit status.
@main
enum Main {
    static func main() async {
        Interruption.ignoreClosedPipes()
        Interruption.quitWithoutBacktrace()
        SystemLimits.forbidCoreFiles()
        var arguments: [String] = []
        let command: any ParsableCommand
        do {
            arguments = try ProgramArguments.read()
            Supervisor.runIfRequested(arguments)
            arguments = CommandLineRules.normalized(arguments)
            try SystemLimits.check()
            try CommandLineRules.check(arguments)
            if let help = try HelpRequest.answer(to: arguments, width: Terminal.helpWidth) {
                end(printing: help)
            }
            if arguments == ["--version"] { end(printing: Wasmpack.configuration.version + "\n") }
            if let script = CompletionScript(requestedBy: arguments) { end(printing: script.text) }
            command = try await Self.parsed(arguments)
        } catch {
            end(rejecting: error, arguments)
        }
        let reporting = command as? any ReportingCommand
        let isJSON = reporting?.output.json ?? false
        let color = reporting?.output.color ?? .auto
        let consequence = reporting?.interruptionConsequence
        do throws(Failure) {
            try await Interruption.guarding(
                within: reporting?.timeLimit,
                onForcedExit: { ErrorReport($0).print(isJSON: isJSON, color: color) },
                clearing: { Screen.main.clear() }
            ) { await Self.run(command) }
        } catch {
            if error.cause is BrokenPipe { Terminal.exit(.done) }
            let failure = error.adding(consequence: consequence)
            ErrorReport(failure).print(isJSON: isJSON, color: color)
            Terminal.exit(failure.code.exitStatus)
        }
        Terminal.exit(.done)
    }

    /// Parses the arguments.
    ///
    /// Begins at the command that the first argument names: the root would build the arguments of that command once more.
    private static func parsed(_ arguments: [String]) async throws -> any ParsableCommand {
        // Only the root has a version.
        guard let word = arguments.first, !arguments.prefix(while: { $0 != "--" }).contains("--version"),
            let command = Wasmpack.configuration.subcommands.first(where: { $0.isCalled(word) })
                as? any AsyncParsableCommand.Type
        else { return try await Wasmpack.asyncParseAsRoot(arguments) }
        (command as? any ConnectingCommand.Type)?.prepare(for: arguments)
        return try await command.asyncParseAsRoot(Array(arguments.dropFirst()))
    }

    private static func run(_ command: any ParsableCommand) async -> Result<Void, Failure> {
        do {
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                var command = command
                try command.run()
            }
            return .success(())
        } catch let failure as Failure {
            return .failure(failure)
        } catch let result as NegativeResult {
            Terminal.exit(result.status)
        } catch {
            end(rejecting: error, [])
        }
    }

    /// Exits after a command line that is invalid, or that asks for a version or a completion script.
    private static func end(rejecting error: any Error, _ arguments: [String]) -> Never {
        let text = Wasmpack.message(for: error)
        if !(error is Failure), Wasmpack.exitCode(for: error) == .success { end(printing: text + "\n") }
        let failure = error as? Failure ?? UsageFailure(arguments).failure(text)
        ErrorReport(failure).print(isJSON: arguments.contains("--json"))
        Terminal.exit(failure.code.exitStatus)
    }

    private static func end(printing text: String) -> Never {
        do throws(Failure) {
            try Screen.main.print(text)
        } catch {
            if error.cause is BrokenPipe { Terminal.exit(.done) }
            ErrorReport(error).print(isJSON: false)
            Terminal.exit(error.code.exitStatus)
        }
        Terminal.exit(.done)
    }
}

/// The end of a command that reported a negative result, without an error message.
struct NegativeResult: Error {
    let status: ExitStatus

    init(_ status: ExitStatus = .negativeResult) { self.status = status }
}
