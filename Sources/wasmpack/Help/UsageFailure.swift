import Diagnostics

/// The failure for a command line that ArgumentParser rejects, with wasmpack's messages.
struct UsageFailure {
    let arguments: [String]
    let command: CommandSurface.Command?

    /// Describes a command line; its first argument names the command.
    init(_ arguments: [String]) {
        self.arguments = arguments
        command = arguments.first.flatMap { try? CommandSurface.command(named: $0) }
    }

    /// Returns the failure for ArgumentParser's message.
    ///
    /// Values of other arguments are not repeated, because they may be secrets.
    func failure(_ parserMessage: String) -> Failure {
        missingArgument(parserMessage) ?? unknownOption(parserMessage) ?? extraArguments(parserMessage)
            ?? missingValue(parserMessage) ?? invalidValue(parserMessage) ?? unwantedValue(parserMessage)
            ?? Failure(.usage, Self.plain(parserMessage), try: [remedy(for: parserMessage) ?? help])
    }

    private var name: String { command?.commandName ?? "wasmpack" }
    private var help: String { command.map { "wasmpack help \($0.commandName)" } ?? "wasmpack help" }

    /// Returns the command that shows the help about an option.
    private func help(on option: CommandSurface.Argument?) -> String {
        guard let command, let option, let topic = HelpPage.topic(of: option, in: command) else {
            return help
        }
        return "wasmpack help \(topic.rawValue)"
    }

    /// For the message `Missing expected argument '<registry>'`.
    private func missingArgument(_ text: String) -> Failure? {
        guard text.hasPrefix("Missing expected argument "), let argument = Self.quoted(text).first else {
            return nil
        }
        let what = Self.noun(of: argument.prefix { $0 != ">" }.drop { $0 == "<" })
        let missing = command?.positional.first { argument.hasPrefix("<\($0.valueName ?? "")>") }
        let values = what.contains(":") ? [] : missing?.allValues ?? []
        return Failure(
            .usage,
            "\(name) needs \(what)",
            why: values.isEmpty ? nil : "the values are " + values.joined(separator: ", "),
            try: [example ?? help]
        )
    }

    /// For a message such as `Unknown option '--foo'`.
    private func unknownOption(_ text: String) -> Failure? {
        let parts = Self.quoted(text)
        guard text.hasPrefix("Unknown option "), let option = parts.first else { return nil }
        let spellings = command?.options.flatMap(\.spellings).filter { $0.hasPrefix("--") } ?? []
        let typed = option.prefix { $0 != "=" }.drop { $0 == "-" }.lowercased()
        // ArgumentParser also suggests names that are less similar.
        let suggestion =
            option.hasPrefix("--") ? typed.nearestWord(of: spellings.map { String($0.dropFirst(2)) }) : nil
        let other = OtherToolOption(
            String(option.prefix { $0 != "=" }),
            value: joinedValue(of: option),
            of: command
        )
        return Failure(
            .usage,
            "\(name) has no option \(option.truncated(to: 60))",
            // A similar name of an option for something else is not suggested.
            try: other.map { $0.lines.isEmpty ? [help] : $0.lines }
                ?? [suggestion.map { "use --\($0)" } ?? help]
        )
    }

    /// Returns the value in `--option=value`, which is not a part of ArgumentParser's message.
    private func joinedValue(of option: String) -> Substring? {
        let name = String(option.prefix { $0 != "=" }) + "="
        return arguments.first { $0.hasPrefix(name) }?.dropFirst(name.count)
    }

    /// For messages such as `Unexpected argument 'x'`.
    private func extraArguments(_ text: String) -> Failure? {
        guard text.hasPrefix("Unexpected argument ") || text.firstRange(of: " unexpected arguments: ") != nil
        else { return nil }
        let wanted = command?.positional ?? []
        let extra = text.split(separator: " ").first.flatMap { Int($0) } ?? 1
        let count =
            switch wanted.count {
            case 0: "no argument"
            case 1: "one argument: \(wanted[0].spelling)"
            default: "\(wanted.count) arguments: " + wanted.map(\.synopsis).joined(separator: " ")
            }
        return Failure(
            .usage,
            "\(name) takes \(count)",
            why: "\(wanted.count + extra) \(wanted.count + extra == 1 ? "was" : "were") given",
            try: [programAdvice ?? outputAdvice ?? placeAdvice ?? help]
        )
    }

    /// For the message `Missing value for '--tag <reference>'`.
    private func missingValue(_ text: String) -> Failure? {
        guard text.firstRange(of: "Missing value for ") != nil, let option = Self.quoted(text).last else {
            return nil
        }
        let words = option.split(separator: " ")
        let value = words.count > 1 ? ": \(words[1].filter { !"<>".contains($0) }.uppercased())" : ""
        let name = words.first.map(String.init) ?? "an option"
        let argument = command?.options.first { $0.spellings.contains(name) }
        return Failure(
            .usage,
            "\(name) needs a value\(value)",
            try: [help(on: argument)]
        )
    }

    /// For a message such as `The value 'x' is invalid for '--format <format>'`.
    private func invalidValue(_ text: String) -> Failure? {
        let start = "The value '"
        guard text.hasPrefix(start), let middle = text.firstRange(of: "' is invalid for '") else {
            return nil
        }
        let given = String(text[..<middle.lowerBound].dropFirst(start.count)).truncated(to: 60)
        let option = text[middle.upperBound...].prefix { $0 != " " && $0 != "'" }
        let argument = command?.shown.first { argument in
            argument.spelling.split(separator: " ").contains { $0 == option || $0 == "\(option)," }
                || option == "<\(argument.valueName ?? "")>"
        }
        let values = argument?.allValues ?? []
        let isPositional = option.hasPrefix("<")
        let subject = isPositional ? argument?.spelling ?? "the argument" : String(option)
        guard !values.isEmpty else {
            return Failure(
                .usage,
                "\"\(given)\" is not a valid value for \(subject)",
                why: argument.flatMap { argument in argument.abstract.map { "\(argument.spelling): \($0)" } },
                try: [help(on: argument)]
            )
        }
        if isPositional, let line = swapped(given, values) {
            return Failure(
                .usage,
                "\"\(given)\" is not a valid value for \(subject)",
                why: "\(subject) comes before the other argument",
                try: [line]
            )
        }
        let word = given.lowercased()
        let synonym = Self.synonyms[word].flatMap { values.contains($0) ? $0 : nil }
        let versioned = option == "--for" ? ConsumerChoice.separated(given) : nil
        let nearest = versioned ?? synonym ?? Self.nearest(to: word, of: values)
        return Failure(
            .usage,
            "\"\(given)\" is not a valid value for \(subject)",
            why: ConsumerChoice.versionRule(for: given) ?? "the values are " + values.joined(separator: ", "),
            try: [
                nearest.map { isPositional ? "use \($0) as \(subject)" : "use \(subject) \($0)" }
                    ?? help(on: argument)
            ]
        )
    }

    /// Values by other names for the same.
    private static let synonyms = [
        "servicemesh": "istio", "mesh": "istio", "eg": "envoy-gateway",
    ]

    /// Returns the command with its first two arguments in the other order, if the second one is a value of the first.
    private func swapped(_ given: String, _ values: [String]) -> String? {
        guard let index = arguments.firstIndex(of: given), arguments.indices.contains(index + 1),
            let value = values.first(where: { $0.lowercased() == arguments[index + 1].lowercased() })
        else { return nil }
        return "wasmpack \(name) \(value) \(given.shellWord)"
    }

    /// Returns the value that a lower-case word is nearest to: `pull-secret` for `secret`, `kustomization` for `kustomize`.
    private static func nearest(to word: String, of values: [String]) -> String? {
        let lowered = values.map { $0.lowercased() }
        let found =
            word.nearestWord(of: lowered)
            ?? lowered.first { word.utf8.count > 2 && $0.contains(word) || word.contains($0) }
            ?? lowered.first { word.utf8.count > 3 && $0.hasPrefix(word.prefix(4)) }
        return found.flatMap { lowered.firstIndex(of: $0) }.map { values[$0] }
    }

    /// For a message such as `The option '--json' does not take any value`.
    private func unwantedValue(_ text: String) -> Failure? {
        guard text.hasPrefix("The option "), text.firstRange(of: " does not take any value") != nil,
            let option = Self.quoted(text).first
        else { return nil }
        return Failure(.usage, "\(option) takes no value", try: ["write \(option) without a value"])
    }

    /// Returns the parts of a message between single quotes.
    private static func quoted(_ text: String) -> [String] {
        text.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// Returns a value's name with its article.
    private static func noun(of valueName: Substring) -> String {
        switch valueName {
        case "from": "a source (FROM) and a destination (TO)"
        case "to": "a destination (TO)"
        case "new-tag": "a new tag"
        case "shell": "a shell: bash, zsh or fish"
        default: "a \(valueName)"
        }
    }

    /// Returns a message without a final period.
    private static func plain(_ text: String) -> String {
        let line = text.split(separator: "\n").first.map(String.init) ?? text
        let sentence = line.hasSuffix(".") ? String(line.dropLast()) : line
        let second = sentence.dropFirst().first
        // Keeps words in capitals, such as SOURCE.
        guard let first = sentence.first, second?.isUppercase != true else { return sentence }
        return first.lowercased() + sentence.dropFirst()
    }
}
