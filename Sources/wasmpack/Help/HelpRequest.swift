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
        guard let command = try CommandSurface.command(named: word) else {
            return first == "help" ? try page(about: word, width: width()) : nil
        }
        if command.commandName == Generate._commandName,
            let kind = words.dropFirst().first.flatMap(DocumentKind.init(argument:))
        {
            return HelpPage.document(kind, command, width: width())
        }
        return HelpPage.command(command, width: width())
    }

    /// Whether a flag asks for help, alone or together with other short flags.
    private static func asksForHelp(_ arguments: [String]) -> Bool {
        arguments.prefix { $0 != "--" }.contains { argument in
            argument == "--help"
                || argument.hasPrefix("-") && !argument.hasPrefix("--") && argument.contains("h")
                    && argument.dropFirst().allSatisfy("qvh".contains)
        }
    }

    /// Returns the page about a word that is not a command.
    private static func page(about word: String, width: Int) throws(Failure) -> String {
        if let topic = HelpTopic(rawValue: word) { return try HelpPage.topic(topic, width: width) }
        if let code = Failure.Code(rawValue: word) { return HelpPage.code(code, width: width) }
        let commands = CommandSurface.names
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
