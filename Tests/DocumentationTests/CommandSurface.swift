import Foundation
import TestSupport

/// The commands and flags of the program, as `wasmpack --experimental-dump-help` reports them.
struct CommandSurface: Decodable {
    struct Command: Decodable {
        let commandName: String
        let aliases: [String]?
        let abstract: String?
        let discussion: String?
        let subcommands: [Command]?
        let arguments: [Argument]?

        /// Each flag as it is typed, such as `--tag` and `-t`.
        var flags: Set<String> { Set((arguments ?? []).flatMap(\.spellings)) }
    }

    struct Argument: Decodable {
        let kind: String
        let abstract: String?
        let valueName: String?
        let names: [Name]?
        let sectionTitle: String?
        let defaultValue: String?
        let allValues: [String]?
        let isOptional: Bool
        let isRepeating: Bool
        let shouldDisplay: Bool

        /// The names as they are typed, the short ones first.
        var spellings: [String] {
            let typed = (names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name }
            return typed.filter { !$0.hasPrefix("--") } + typed.filter { $0.hasPrefix("--") }
        }
    }

    struct Name: Decodable {
        let kind: String
        let name: String
    }

    let command: Command

    /// The commands in the program's own order, without `help`.
    var commands: [Command] { (command.subcommands ?? []).filter { $0.commandName != "help" } }

    /// Runs the built program to read its surface.
    static func read() async throws -> CommandSurface {
        let run = try await RunningProgram(
            BuiltProgram.wasmpack,
            ["--experimental-dump-help"],
            environment: [:],
            in: Document.root
        ).wait()
        return try JSONDecoder().decode(CommandSurface.self, from: run.outputBytes)
    }

    /// The command of a name or alias.
    func command(named name: String) -> Command? {
        commands.first { $0.commandName == name || ($0.aliases ?? []).contains(name) }
    }
}
