import ArgumentParser
import Deployment
import Diagnostics

/// A command line that asks for help.
enum HelpRequest {
    /// Returns the help that a command line asks for; `nil` if it asks for something else.
    ///
    /// Throws ``Failure/Code/usage`` for `help` with an unknown word, with a suggestion.
    static func answer(to arguments: [String], width: @autoclosure () -> Int) throws(Failure) -> String? {
        let first = arguments.first ?? "help"
        guard first == "help" || asksForHelp(arguments) else { return nil }
        let words = (first == "help" ? arguments.dropFirst() : arguments[...]).filter { !$0.hasPrefix("-") }
        guard let word = words.first, word != "help" else { return HelpPage.root(width: width()) }
        let surface = try CommandSurface.current()
        if let command = surface.command(named: word), command.commandName == Generate._commandName,
            let kind = words.dropFirst().first.flatMap(DocumentKind.init(argument:))
        {
            return HelpPage.document(kind, command, width: width())
        }
        if first == "help" { return try page(about: word, surface, width: width()) }
        return surface.command(named: word).map { HelpPage.command($0, width: width()) }
    }

    /// Whether a flag asks for help, alone or together with other short flags.
    private static func asksForHelp(_ arguments: [String]) -> Bool {
        arguments.prefix { $0 != "--" }.contains { argument in
            argument == "--help"
                || argument.hasPrefix("-") && !argument.hasPrefix("--") && argument.contains("h")
                    && argument.dropFirst().allSatisfy("qvh".contains)
        }
    }

    private static func page(about word: String, _ surface: CommandSurface, width: Int) throws(Failure)
        -> String
    {
        if let command = surface.command(named: word) {
            return HelpPage.command(command, width: width)
        }
        if let topic = HelpTopic(rawValue: word) { return HelpPage.topic(topic, surface, width: width) }
        if let code = Failure.Code(rawValue: word) { return HelpPage.code(code, width: width) }
        let commands = surface.commands.map(\.commandName)
        let topics = HelpTopic.allCases.map(\.rawValue)
        let suggestion =
            OtherToolCommand(word)?.command ?? word.lowercased().nearestWord(of: commands + topics)
            ?? word.lowercased().nearestWord(of: Failure.Code.allCases.map(\.rawValue))
        throw Failure(
            .usage,
            "no help topic \"\(word.truncated(to: 60))\"",
            why: suggestion.map { "the nearest topic is \"\($0)\"" }
                ?? "the topics are " + topics.joined(separator: ", ") + ", the commands, and the error codes",
            try: [suggestion.map { "wasmpack help \($0)" } ?? "wasmpack help"]
        )
    }
}
