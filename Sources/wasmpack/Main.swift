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
            try SystemLimits.check()
            if let failure = unknownCommand(arguments) ?? secretArgument(arguments) ?? joinedOption(arguments)
            {
                throw failure
            }
            command = try await Wasmpack.asyncParseAsRoot(arguments)
        } catch {
            end(refusing: error, isJSON: arguments.contains("--json"))
        }
        let reporting = command as? any ReportingCommand
        let isJSON = reporting?.output.json ?? false
        let color = reporting?.output.color ?? .auto
        do throws(Failure) {
            try await Interruption.guarding(
                within: reporting?.timeLimit,
                onForcedExit: { ErrorReport($0).print(isJSON: isJSON, color: color) }
            ) { await Self.run(command) }
        } catch {
            if error.cause is BrokenPipe { Terminal.exit(.done) }
            ErrorReport(error).print(isJSON: isJSON, color: color)
            Terminal.exit(error.code.exitStatus)
        }
        Terminal.exit(.done)
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
        } catch is NegativeResult {
            Terminal.exit(.negativeResult)
        } catch {
            // For example, the root command prints its help by throwing.
            end(refusing: error, isJSON: false)
        }
    }

    /// Exits after a command line that is invalid, or that asks for help or the version.
    private static func end(refusing error: any Error, isJSON: Bool) -> Never {
        if let failure = error as? Failure {
            ErrorReport(failure).print(isJSON: isJSON)
            Terminal.exit(failure.code.exitStatus)
        }
        let text = Wasmpack.fullMessage(for: error)
        guard Wasmpack.exitCode(for: error) != .success else {
            try? Terminal.standardOutput(text + "\n")
            Terminal.exit(.done)
        }
        if isJSON {
            ErrorReport(Failure(.usage, Wasmpack.message(for: error))).printDocument()
        }
        Terminal.standardError(text + "\n")
        Terminal.exit(.usage)
    }

    /// Returns the failure for a secret in an argument, which other users can see and the parser would print.
    private static func secretArgument(_ arguments: [String]) -> Failure? {
        let secretFlags = ["--password-stdin", "--identity-token-stdin"]
        let unknownFlags = ["--password", "--identity-token", "--token", "--creds", "-p"]
        for argument in arguments.prefix(while: { $0 != "--" }) {
            let name = String(argument.prefix { $0 != "=" })
            guard unknownFlags.contains(name) || secretFlags.contains(name) && argument != name else {
                continue
            }
            return Failure(
                .usage,
                secretFlags.contains(name) ? "\(name) takes no value" : "unknown option \(name)",
                why:
                    "other users of this machine can read arguments, so secrets are read from standard input",
                try: ["printf %s \"$PASSWORD\" | wasmpack … --username NAME --password-stdin"]
            )
        }
        return nil
    }

    /// Returns the failure for a long option with one dash.
    ///
    /// The parser would read `-plain-http` as several short options, and its `h` as `--help`.
    private static func joinedOption(_ arguments: [String]) -> Failure? {
        let flags = Set("qvh")
        for argument in arguments.prefix(while: { $0 != "--" }) {
            let letters = argument.dropFirst()
            guard argument.hasPrefix("-"), !argument.hasPrefix("--"), letters.count > 1,
                !letters.contains("="),
                !letters.allSatisfy(flags.contains)
            else { continue }
            return Failure(
                .usage,
                "unknown option \"\(argument)\"",
                try: ["-\(argument)", "./\(argument), if it is a file"]
            )
        }
        return nil
    }

    /// Returns the failure for an unknown command, with a suggestion, which ArgumentParser makes for options only.
    private static func unknownCommand(_ arguments: [String]) -> Failure? {
        guard let word = arguments.first, !word.hasPrefix("-") else { return nil }
        let commands = Wasmpack.configuration.subcommands.map { ($0.commandName, $0.configuration.aliases) }
        let known = commands.map(\.0) + ["help"]
        guard !known.contains(word), !commands.contains(where: { $1.contains(word) }) else { return nil }
        let synonyms = [
            "upload": "push", "download": "pull", "pack": "build", "show": "inspect", "validate": "check",
            "lint": "check",
            "images": "tags", "list": "tags", "rm": "delete", "remove": "delete", "retag": "tag",
            "auth": "login", "signin": "login", "sign-in": "login", "signout": "logout", "sign-out": "logout",
        ]
        let suggestion = synonyms[word] ?? word.nearest(of: known, within: 2)
        return Failure(
            .usage,
            "unknown command \"\(word.truncated(to: 60))\"",
            why: "the commands are " + known.sorted().joined(separator: ", "),
            try: [suggestion.map { "wasmpack \($0)" } ?? "wasmpack --help"]
        )
    }
}

extension ParsableCommand {
    /// The name of the command on the command line.
    fileprivate static var commandName: String {
        configuration.commandName ?? String(describing: self).lowercased()
    }
}

/// The end of a command that reported a negative result: exit status 1, without an error message.
struct NegativeResult: Error {}
