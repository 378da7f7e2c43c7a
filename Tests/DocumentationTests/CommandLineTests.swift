import Diagnostics
import Foundation
import TestSupport
import Testing

/// The README against the program: the commands, their flags, and how they end.
@Suite(.timed, .timeLimit(.minutes(5))) struct CommandLineTests {
    /// What `--experimental-dump-help` says, as much of it as is compared.
    private struct Surface: Decodable {
        let command: Command

        struct Command: Decodable {
            let commandName: String
            let subcommands: [Command]?
            let arguments: [Argument]?

            /// Each flag as it is typed.
            var flags: Set<String> {
                Set(
                    (arguments ?? []).flatMap { $0.names ?? [] }.map {
                        ($0.kind == "long" ? "--" : "-") + $0.name
                    }
                )
            }
        }

        struct Argument: Decodable { let names: [Name]? }

        struct Name: Decodable {
            let kind: String
            let name: String
        }
    }

    @Test func `the README names each command and each flag, and no others`() async throws {
        let run = try await RunningProgram(
            BuiltProgram.wasmpack,
            ["--experimental-dump-help"],
            environment: [:],
            in: Document.root
        ).wait()
        let commands = try JSONDecoder().decode(Surface.self, from: run.outputBytes).command.subcommands ?? []
        let readme = try Document("README.md")
        let headings = readme.section("## Commands").filter { $0.hasPrefix("### ") }
        let named = Set(headings.flatMap(\.code))
        #expect(named == Set(commands.map(\.commandName)).subtracting(["help"]))
        for command in commands where command.commandName != "help" {
            let rows = headings.filter { $0.code.contains(command.commandName) }.flatMap { readme.rows($0) }
            let flags = rows.flatMap { $0[0].code }.map { String($0.prefix { $0 != " " }) }
            #expect(Set(flags.filter { $0.hasPrefix("-") }) == command.flags, "\(command.commandName)")
        }
    }

    @Test func `the README has each code of a failure at its exit status`() throws {
        let codes = Dictionary(grouping: Failure.Code.allCases) { $0.exitStatus.rawValue }
        var expected = codes.mapValues { Set($0.map(\.rawValue)) }
        expected[0] = []
        var documented: [Int32: Set<String>] = [:]
        for row in try Document("README.md").rows("## Exit status") {
            guard let status = Int32(row[0]) else { continue }
            documented[status] = Set(row.last?.code ?? [])
        }
        #expect(documented == expected)
    }
}
