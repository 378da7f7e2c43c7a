import ArgumentParser
import Diagnostics
import OCI

/// The commands, arguments and options of the program, as ArgumentParser describes them.
struct CommandSurface: Decodable {
    /// A command.
    struct Command: Decodable {
        let commandName: String
        let aliases: [String]?
        let abstract: String?
        let discussion: String?
        let subcommands: [Command]?
        let arguments: [Argument]?
    }

    /// A positional argument, an option or a flag.
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
    }

    /// One spelling of an option.
    struct Name: Decodable {
        let kind: String
        let name: String
    }

    let command: Command

    /// The program's own commands, in order.
    var commands: [Command] { (command.subcommands ?? []).filter { $0.commandName != "help" } }

    /// The names of the program's own commands, in order.
    static var names: [String] { Wasmpack.configuration.subcommands.map { $0._commandName } }

    /// Reads the description of the command with a name or an alias; `nil` if there is none.
    ///
    /// Describes only that command: a description of all of them takes twenty times as long.
    static func command(named name: String) throws(Failure) -> Command? {
        guard let command = Wasmpack.configuration.subcommands.first(where: { $0.isCalled(name) }) else {
            return nil
        }
        return try CanonicalJSON.decode(
            CommandSurface.self,
            from: Array(command._dumpHelp().utf8),
            as: "description of a command",
            failing: .internalError
        ).command
    }
}

extension CommandSurface.Command {
    /// The arguments, options and flags that help shows.
    var shown: [CommandSurface.Argument] { (arguments ?? []).filter(\.shouldDisplay) }

    /// The positional arguments.
    var positional: [CommandSurface.Argument] { shown.filter { $0.kind == "positional" } }

    /// The options and flags, without those of the argument parser.
    var options: [CommandSurface.Argument] {
        shown.filter { $0.kind != "positional" && $0.spelling != "--version" && $0.spelling != "-h, --help" }
    }

    /// The first paragraph below the examples, which help shows; the reference pages show all of them.
    var note: String? {
        (discussion ?? "").split(separator: "\n").first { !$0.hasPrefix("  ") && $0 != "EXAMPLES" }
            .map(String.init)
    }

    /// The examples; a command that is continued with `\` is one example.
    var examples: [String] {
        var examples: [String] = []
        var isContinued = false
        for line in (discussion ?? "").split(separator: "\n") where line.hasPrefix("  ") {
            let text = line.drop { $0 == " " }
            if isContinued, let last = examples.popLast() {
                examples.append(String(last.dropLast()) + String(text))
            } else {
                examples.append(String(text))
            }
            isContinued = text.hasSuffix("\\")
        }
        return examples
    }
}

extension CommandSurface.Argument {
    /// The names of an option as they are typed, the short ones first.
    var spellings: [String] {
        let typed = (names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name }
        return typed.filter { !$0.hasPrefix("--") } + typed.filter { $0.hasPrefix("--") }
    }

    /// The argument as it is typed: `SOURCE`, `-q, --quiet`, `-t, --tag REFERENCE` or `--envoy[=PATH]`.
    var spelling: String {
        let names = spellings
        switch kind {
        case "positional": return value
        case "flag": return names.joined(separator: ", ")
        default:
            // Its value is joined by "=", because a word after it is the next argument.
            if names == ["--envoy"] { return "--envoy[=\(value)]" }
            return names.joined(separator: ", ") + " " + value
        }
    }

    /// The spelling on a usage line: `REFERENCE`, `[SOURCE]`, `NEW-TAG ...`.
    var synopsis: String {
        let name = value + (isRepeating ? " ..." : "")
        return isOptional ? "[\(name)]" : name
    }

    /// What it does, and its values and default, unless the text names them.
    var description: String {
        let text = abstract ?? ""
        var facts: [String] = []
        if kind != "flag" {
            if let values = allValues, !values.contains(where: { text.contains($0) }) {
                facts.append(values.joined(separator: ", "))
            }
            if let defaultValue, !text.contains("default") { facts.append("default: \(defaultValue)") }
        }
        return facts.isEmpty ? text : "\(text) (\(facts.joined(separator: "; ")))"
    }

    private var value: String { (valueName ?? "").uppercased() }
}
