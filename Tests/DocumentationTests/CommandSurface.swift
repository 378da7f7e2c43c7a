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

    /// The options by section: those of the command alone first, then the shared ones in the program's order.
    var sections: [(title: String, options: [CommandSurface.Argument])] {
        var titles: [String] = []
        for option in options {
            if let title = option.sectionTitle, !titles.contains(title) { titles.append(title) }
        }
        let own = [("Options", options.filter { $0.sectionTitle == nil })]
        let shared = titles.map { title in
            (
                title.prefix(1).uppercased() + title.dropFirst().lowercased(),
                options.filter { $0.sectionTitle == title }
            )
        }
        return (own + shared).filter { !$0.1.isEmpty }
    }

    /// The lines below `EXAMPLES`, and the paragraphs after them.
    var describedParts: (examples: [String], paragraphs: [String]) {
        var examples: [String] = []
        var paragraphs: [String] = []
        for paragraph in (discussion ?? "").split(separator: "\n\n") {
            let lines = paragraph.split(separator: "\n")
            if lines.allSatisfy({ $0 == "EXAMPLES" || $0.hasPrefix("  ") }) {
                examples += lines.filter { $0 != "EXAMPLES" }.map { String($0.dropFirst(2)) }
            } else {
                paragraphs.append(String(paragraph))
            }
        }
        return (examples, paragraphs)
    }
}
