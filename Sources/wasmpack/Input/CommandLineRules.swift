import ArgumentParser
import Diagnostics

/// Rules for the whole command line, before ArgumentParser reads it.
enum CommandLineRules {
    /// Returns the arguments with the value of `--envoy` written out.
    ///
    /// Otherwise a path after `--envoy`, which is the target, would become its value.
    static func normalized(_ arguments: [String]) -> [String] {
        guard [Check._commandName, TestPlugin._commandName, RunPlugin._commandName].contains(arguments.first)
        else { return arguments }
        let options = arguments.prefix { $0 != "--" }
        return options.map { $0 == "--envoy" ? "--envoy=\(Check.defaultEnvoy)" : $0 }
            + arguments.dropFirst(options.count)
    }

    /// Checks the arguments.
    ///
    /// Throws ``Failure/Code/usage`` for arguments that ArgumentParser would misread, or would print.
    static func check(_ arguments: [String]) throws(Failure) {
        if let failure = unknownCommand(arguments) ?? secretArgument(arguments) ?? joinedOption(arguments)
            ?? earlyOption(arguments)
        {
            throw failure
        }
    }

    /// Returns the failure for a secret in an argument, which other users can see.
    private static func secretArgument(_ arguments: [String]) -> Failure? {
        let secretFlags = ["--password-stdin", "--identity-token-stdin"]
        let unknownFlags = ["--password", "--identity-token", "--token", "--creds", "-p"]
        for argument in arguments.prefix(while: { $0 != "--" }) {
            let name = String(argument.prefix { $0 != "=" })
            guard unknownFlags.contains(name) || secretFlags.contains(name) && argument != name else {
                continue
            }
            return Failure(
                .usage,
                secretFlags.contains(name) ? "\(name) takes no value" : "unknown option \(name)",
                why:
                    "other users of this machine can read arguments, so secrets are read from standard input",
                try: ["printf %s \"$PASSWORD\" | wasmpack login REGISTRY -u NAME --password-stdin"]
            )
        }
        return nil
    }

    /// Returns the failure for a long option with one dash.
    ///
    /// The parser would read `-plain-http` as several short options, and its `h` as `--help`.
    private static func joinedOption(_ arguments: [String]) -> Failure? {
        let flags = Set("qvh")
        for argument in arguments.prefix(while: { $0 != "--" }) {
            let letters = argument.dropFirst()
            guard argument.hasPrefix("-"), !argument.hasPrefix("--"), letters.count > 1,
                !letters.contains("="), Int(letters) == nil,
                !letters.allSatisfy(flags.contains)
            else { continue }
            return Failure(
                .usage,
                "unknown option \"\(argument)\"",
                try: ["write -\(argument)", "for a file, write ./\(argument)"]
            )
        }
        return nil
    }

    /// Returns the failure for an option before the command, with the command to type if no option has a value.
    private static func earlyOption(_ arguments: [String]) -> Failure? {
        let options = arguments.prefix { !isCommand($0) }
        guard let option = options.first, option.hasPrefix("-"), arguments.indices.contains(options.count)
        else { return nil }
        let name = option.prefix { $0 != "=" }
        // Three dashes begin ArgumentParser's own requests of completion scripts.
        guard !["-h", "--help", "--version", "--"].contains(name), !name.hasPrefix("---") else { return nil }
        let flags = options.allSatisfy { $0.hasPrefix("-") && !$0.contains("=") }
        return Failure(
            .usage,
            "\(name.description.truncated(to: 60)) comes before the command",
            why: "options belong to a command",
            try: [
                flags && arguments[(options.count + 1)...].allSatisfy { $0.hasPrefix("-") }
                    ? (["wasmpack", arguments[options.count]] + options).joined(separator: " ")
                    : "write it after \(arguments[options.count])"
            ]
        )
    }

    private static func isCommand(_ word: String) -> Bool {
        Wasmpack.configuration.subcommands.contains { $0.isCalled(word) }
    }

    /// Returns the failure for an unknown command, with the command to type.
    private static func unknownCommand(_ arguments: [String]) -> Failure? {
        guard let word = arguments.first, !word.hasPrefix("-") else { return nil }
        let commands = Wasmpack.configuration.subcommands
        guard word != "help", !isCommand(word) else { return nil }
        let names = commands.map { $0._commandName } + ["help"]
        let shown = word.truncated(to: 60)
        let words = Array(arguments.dropFirst()).withoutOutputFlags
        if let foreign = OtherToolCommand(word, words) {
            return Failure(
                .usage,
                "wasmpack has no command \"\(shown)\"",
                why: "\(foreign.command) does that",
                try: foreign.lines
            )
        }
        let suggestion = word.lowercased().nearestWord(of: names)
        return Failure(
            .usage,
            "unknown command \"\(shown)\"",
            why: suggestion.map { "the nearest command is \"\($0)\"" }
                ?? "the commands are " + names.sorted().joined(separator: ", "),
            try: [suggestion.map { line($0, words) } ?? "wasmpack help"]
        )
    }

    /// Returns a command with the words after it, unless there are options or more words than the command takes: one of
    /// them may be a secret.
    private static func line(_ command: String, _ words: [String]) -> String {
        let positional = (try? CommandSurface.command(named: command))?.positional ?? []
        let fits = command == "help" ? words.count < 3 : words.count <= positional.count
        let isPlain = fits && words.allSatisfy { !$0.hasPrefix("-") }
        return (["wasmpack", command] + (isPlain ? words.map(\.shellWord) : [])).joined(separator: " ")
    }
}

extension [String] {
    /// The arguments without flags that change only the output, which suggestions do not repeat.
    var withoutOutputFlags: [String] {
        let flags: Set = [
            "-q", "--quiet", "-v", "--verbose", "--debug", "--json", "--no-progress", "--no-annotations",
        ]
        return filter { !flags.contains($0) }
    }
}

extension ParsableCommand {
    /// Whether a word is the command's name or an alias.
    static func isCalled(_ word: String) -> Bool {
        _commandName == word || configuration.aliases.contains(word)
    }
}
