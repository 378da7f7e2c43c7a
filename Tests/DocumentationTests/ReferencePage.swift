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
            parts.append(table("argument", command.positional.map { ("<\($0.valueName ?? "")>", $0) }))
        }
        for (title, arguments) in sections {
            parts.append("## \(title)")
            parts.append(table("option", arguments.map { (spelling(of: $0), $0) }))
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private var usage: String {
        let arguments = command.positional.map { argument in
            let name = "<\(argument.valueName ?? "")>" + (argument.isRepeating ? " ..." : "")
            return argument.isOptional ? "[\(name)]" : name
        }
        return (["wasmpack", command.commandName, "[<options>]"] + arguments).joined(separator: " ")
    }

    /// The options by section: those of the command alone first, then the shared ones in the program's order.
    private var sections: [(String, [CommandSurface.Argument])] {
        let options = command.shown.filter { $0.kind != "positional" }
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

    private func spelling(of option: CommandSurface.Argument) -> String {
        let names = option.spellings.joined(separator: ", ")
        guard option.kind == "option" else { return names }
        // A word after this option is the next argument.
        return names == "--envoy" ? "\(names)[=<path>]" : "\(names) <\(option.valueName ?? "")>"
    }

    private func table(_ title: String, _ rows: [(String, CommandSurface.Argument)]) -> String {
        let lines = rows.map { name, argument in
            "| `\(name)` | \(Self.escaped(description(of: argument))) |"
        }
        return (["| \(title) | |", "| --- | --- |"] + lines).joined(separator: "\n")
    }

    private func description(of argument: CommandSurface.Argument) -> String {
        let abstract = argument.abstract ?? ""
        var facts: [String] = []
        if argument.kind == "option" || argument.kind == "positional" {
            if let values = argument.allValues, !values.allSatisfy({ abstract.contains($0) }) {
                facts.append("values: \(values.joined(separator: ", "))")
            }
            if let value = argument.defaultValue, !abstract.contains("default") {
                facts.append("default: \(value)")
            }
        }
        return facts.isEmpty ? abstract : "\(abstract) (\(facts.joined(separator: "; ")))"
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
