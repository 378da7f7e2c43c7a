import Foundation

@testable import wasmpack

/// The generated part of a page in docs/reference: usage, examples and options of one command.
struct ReferencePage {
    /// The lines around the generated part; what stands before and after them is written by people.
    static let start =
        "<!-- Generated. To renew: WASMPACK_RECORD=1 swift test --no-parallel --filter DocumentationTests -->"
    static let end = "<!-- End of the generated part. -->"

    let command: CommandSurface.Command

    /// The generated part, without the two lines around it.
    var text: String {
        var parts = ["# wasmpack \(command.commandName)"]
        if let abstract = command.abstract { parts.append(Self.escaped(abstract)) }
        parts.append("```text\n\(usage)\n```")
        let (examples, paragraphs) = discussion
        if !examples.isEmpty { parts.append("```sh\n\(examples)\n```") }
        parts += paragraphs.map(Self.escaped)
        if let aliases = command.aliases, !aliases.isEmpty {
            parts.append("Alias: \(aliases.map { "`\($0)`" }.joined(separator: ", ")).")
        }
        if !command.positional.isEmpty {
            parts.append(table("argument", command.positional))
        }
        for (title, arguments) in sections {
            parts.append("## \(title)")
            parts.append(table("option", arguments))
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private var usage: String {
        (["wasmpack", command.commandName, "[options]"] + command.positional.map(\.synopsis)).joined(
            separator: " "
        )
    }

    /// The options by section: those of the command alone first, then the shared ones in the program's order.
    private var sections: [(String, [CommandSurface.Argument])] {
        let options = command.options
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

    private func table(_ title: String, _ arguments: [CommandSurface.Argument]) -> String {
        let lines = arguments.map { argument in
            "| `\(argument.spelling)` | \(Self.escaped(argument.description)) |"
        }
        return (["| \(title) | |", "| --- | --- |"] + lines).joined(separator: "\n")
    }

    /// The lines below `EXAMPLES`, and the paragraphs after them.
    private var discussion: (examples: String, paragraphs: [String]) {
        var examples: [String] = []
        var paragraphs: [String] = []
        for paragraph in (command.discussion ?? "").split(separator: "\n\n") {
            let lines = paragraph.split(separator: "\n")
            if lines.allSatisfy({ $0 == "EXAMPLES" || $0.hasPrefix("  ") }) {
                examples += lines.filter { $0 != "EXAMPLES" }.map { String($0.dropFirst(2)) }
            } else {
                paragraphs.append(String(paragraph))
            }
        }
        return (examples.joined(separator: "\n"), paragraphs)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("<", with: "&lt;").replacing("|", with: "\\|").replacing("*", with: "\\*")
    }
}
