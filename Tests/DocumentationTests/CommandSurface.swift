import Foundation
import TestSupport

@testable import wasmpack

extension CommandSurface {
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

    /// Returns the command with a name or an alias.
    func command(named name: String) -> Command? {
        commands.first { $0.commandName == name || ($0.aliases ?? []).contains(name) }
    }
}

extension CommandSurface.Command {
    /// Each flag as it is typed, such as `--tag` and `-t`.
    var flags: Set<String> { Set((arguments ?? []).flatMap(\.spellings)) }
}
