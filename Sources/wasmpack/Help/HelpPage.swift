import ArgumentParser
import Diagnostics

/// The help about the program, a command or a topic.
struct HelpPage {
    var page: HelpText

    init(width: Int) { page = HelpText(width: width) }

    /// The number of lines of a terminal that each page fits, at the usual width.
    static let usualHeight = 24
    private static let usualWidth = 78

    /// The sections that several commands share, and which topics explain.
    enum Shared {
        static let connection = "CONNECTION"
        static let credentials = "CREDENTIALS"
        static let output = "OUTPUT"
        static let image = "IMAGE"
        static let fields = "FIELDS"
        static let faults = "FAULTS"
        static let plugin = "PLUGIN"
    }

    /// Returns the help about the program: its commands in groups, and how to get more.
    static func root(width: Int) -> String {
        var help = HelpPage(width: width)
        help.page.add(Wasmpack.configuration.abstract)
        help.page.add("Usage: wasmpack COMMAND [options]")
        help.addGroups()
        let topics = HelpTopic.allCases.map(\.rawValue).joined(separator: ", ")
        help.page.add("Help: wasmpack help COMMAND (or COMMAND -h), or a topic: \(topics)")
        help.page.add("Also: doctor, envoys, version, completion bash|zsh|fish")
        return help.page.text
    }

    private mutating func addGroups() {
        let groups = Wasmpack.configuration.groupedSubcommands.filter { $0.name != Wasmpack.unlistedGroup }
        let names = groups.flatMap(\.subcommands).map { $0._commandName }
        let labelWidth = (groups.map(\.name.count).max() ?? 0) + 1
        let nameWidth = (names.map(\.count).max() ?? 0) + 2
        for group in groups {
            for (position, command) in group.subcommands.enumerated() {
                let label = (position == 0 ? group.name : "").padded(to: labelWidth)
                let name = command._commandName
                let abstract = command.configuration.abstract
                let start = label + name.padded(to: nameWidth)
                if start.count + abstract.count <= page.width {
                    page.add(line: start + abstract)
                } else {
                    page.add(line: label + name)
                    page.add(abstract, indent: labelWidth + 2)
                }
            }
        }
    }

    /// Returns the help about a command.
    static func command(_ command: CommandSurface.Command, width: Int) -> String {
        // The number of examples is the same at each width.
        let usual = page(of: command, width: usualWidth).page.lines.count
        var help = page(of: command, width: width)
        let examples = command.examples.prefix(usual + 3 > usualHeight ? 1 : 2)
        if !examples.isEmpty { help.page.addBlank() }
        for example in examples { help.page.add(example: example) }
        return help.page.text
    }

    /// Returns the page without examples.
    private static func page(of command: CommandSurface.Command, width: Int) -> HelpPage {
        var help = HelpPage(width: width)
        help.page.add(command.abstract ?? "")
        if let note = command.note { help.page.add(note) }
        help.page.addBlank()
        let aliases = (command.aliases ?? []).map { " (alias: \($0))" }.joined()
        let synopsis = ["wasmpack", command.commandName, "[options]"] + command.positional.map(\.synopsis)
        help.page.add("Usage: " + synopsis.joined(separator: " ") + aliases)
        help.page.addBlank()
        help.addOptions(of: command)
        return help
    }

    /// Returns the topic that describes an option of a command; `nil` if the command's own page does.
    static func topic(of option: CommandSurface.Argument, in command: CommandSurface.Command) -> HelpTopic? {
        switch option.sectionTitle {
        case Shared.output: .output
        case Shared.fields: .fields
        case Shared.faults: .faults
        case Shared.plugin: .plugin
        case Shared.connection: .registry
        case Shared.credentials where usesSharedCredentials(command): .registry
        case Shared.image where command.commandName != "build": .image
        default: nil
        }
    }

    private static func usesSharedCredentials(_ command: CommandSurface.Command) -> Bool {
        command.options.contains { $0.spelling == "--anonymous" }
    }

    private mutating func addOptions(of command: CommandSurface.Command) {
        let usesRegistry = command.options.contains { Shared.connection == $0.sectionTitle }
        // login has other options for its credentials.
        let usesCredentials = usesRegistry && Self.usesSharedCredentials(command)
        let sharesImage = command.commandName != "build"
        let own = command.options.filter { Self.topic(of: $0, in: command) == nil }
        page.add(rows: (command.positional + own).map { ($0.spelling, $0.description) })
        let image = command.options.filter { sharesImage && $0.sectionTitle == Shared.image }
        if !image.isEmpty {
            page.add("Image options: wasmpack help image")
        }
        if command.options.contains(where: { $0.sectionTitle == Shared.faults }) {
            page.add("Deliberate faults: wasmpack help faults")
        }
        if command.options.contains(where: { $0.sectionTitle == Shared.fields }) {
            page.add("Document fields: wasmpack help fields")
        }
        if command.options.contains(where: { $0.sectionTitle == Shared.plugin }) {
            page.add("Plugin options: wasmpack help plugin")
        }
        if usesRegistry {
            let name = usesCredentials ? "Registry and login" : "Connection"
            page.add("\(name) options: wasmpack help registry")
        }
        let output = command.options.filter { $0.sectionTitle == Shared.output }
        if !output.isEmpty {
            let frequent = output.prefix(5).map(\.shortSpelling).joined(separator: " ")
            page.add("Output options (wasmpack help output): \(frequent) …")
        }
    }

    /// Returns the help about a topic.
    static func topic(_ topic: HelpTopic, width: Int) throws(Failure) -> String {
        var help = HelpPage(width: width)
        for part in topic.parts {
            switch part {
            case .blank: help.page.addBlank()
            case .text(let text): help.page.add(text)
            case .rows(let rows): help.page.add(rows: rows)
            case .example(let example): help.page.add(example: example)
            case .options(let sections, let command):
                let options = try CommandSurface.command(named: command)?.options ?? []
                help.page.add(
                    rows: options.filter { sections.contains($0.sectionTitle ?? "") }
                        .map { ($0.spelling, $0.description) }
                )
            }
        }
        return help.page.text
    }

    /// Returns the help about an error code.
    static func code(_ code: Failure.Code, width: Int) -> String {
        var help = HelpPage(width: width)
        let explanation = code.explanation
        help.page.add("Error code \(code.rawValue): \(explanation.message)")
        help.page.addBlank()
        help.page.add(rows: [
            ("why", explanation.why), ("try", explanation.remedy),
            ("exit", "\(code.exitStatus.rawValue): \(code.exitStatus.meaning)"),
        ])
        return help.page.text
    }
}

extension CommandSurface.Argument {
    /// The shortest spelling, for a list of options in one line.
    fileprivate var shortSpelling: String {
        let parts = spelling.split(separator: ", ")
        return String(parts.first ?? "")
    }
}
