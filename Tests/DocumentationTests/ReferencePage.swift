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
        let (examples, paragraphs) = command.describedParts
        if !examples.isEmpty { parts.append("```sh\n\(examples.joined(separator: "\n"))\n```") }
        parts += paragraphs.map(Self.escaped)
        if let aliases = command.aliases, !aliases.isEmpty {
            parts.append("Alias: \(aliases.map { "`\($0)`" }.joined(separator: ", ")).")
        }
        if !command.positional.isEmpty {
            parts.append(table("argument", command.positional))
        }
        for (title, arguments) in command.sections {
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

    private func table(_ title: String, _ arguments: [CommandSurface.Argument]) -> String {
        let lines = arguments.map { argument in
            "| `\(argument.spelling)` | \(Self.escaped(argument.description)) |"
        }
        return (["| \(title) | |", "| --- | --- |"] + lines).joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("<", with: "&lt;").replacing("|", with: "\\|").replacing("*", with: "\\*")
    }
}
