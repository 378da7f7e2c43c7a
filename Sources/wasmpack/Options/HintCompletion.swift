import ArgumentParser
import Diagnostics
import OCI

/// Completes the commands in hints, so that they work when pasted: with the options that the command was given for the
/// registry, and with the names that the user typed instead of placeholders.
struct HintCompletion: Sendable {
    /// An option as it is typed.
    struct TypedOption: Sendable, Equatable {
        let name: String
        var value: String?

        /// The option for one side of a copy; `nil` if there is none.
        fileprivate func on(_ side: String) -> TypedOption? {
            guard ["--plain-http", "--ca-file", "--authfile"].contains(name) else { return nil }
            return TypedOption(name: "--\(side)-\(name.dropFirst(2))", value: value)
        }

        fileprivate var words: [String] { [name] + [value?.shellWord].compactMap(\.self) }
    }

    /// An image or a registry that the user named, and the options to reach it.
    struct Named: Sendable {
        let text: String
        let options: [TypedOption]
    }

    /// The command line around the name of an image in a layout or an archive, such as `plugin-oci:v1`.
    struct Choice: Sendable {
        /// The layout or archive, as the user named it.
        let source: String
        let before: String
        var after = ""
    }

    private let origin: (any ParsableCommand.Type)?
    private let named: [Named]
    private let own: [TypedOption]
    private let choice: Choice?

    /// Creates the completion for a command; the hints of a command that names nothing stay as they are.
    init(of command: any ParsableCommand) {
        let naming = command as? any NamingCommand
        origin = type(of: command)
        named = naming?.named ?? []
        own = naming?.repeated ?? []
        choice = naming?.choice
    }

    /// Returns a failure with completed hints.
    func completed(_ failure: Failure) -> Failure { failure.with(try: failure.hints.map { completed($0) }) }

    /// Returns a hint with completed commands.
    func completed(_ hint: String) -> String {
        if let choice, hint.hasPrefix(choice.source), !hint.contains(" "),
            let next = hint.dropFirst(choice.source.count).first, ":@".contains(next)
        {
            return choice.before + hint.shellWord + choice.after
        }
        guard !named.isEmpty || !own.isEmpty, let start = hint.firstRange(of: "wasmpack ")?.lowerBound else {
            return hint
        }
        let commands = hint[start...].split(separator: " | ").map { withOptions(String($0)) }
        return hint[..<start] + commands.joined(separator: " | ")
    }

    private func withOptions(_ text: String) -> String {
        var words = text.split(separator: " ").map(String.init)
        // A sentence about a command is not a command.
        guard words.count > 2, words[0] == "wasmpack",
            !words.contains(where: { ",;:)".contains($0.suffix(1)) }),
            let command = Wasmpack.configuration.subcommands.first(where: { $0.isCalled(words[1]) })
        else { return text }
        words = words.prefix(2) + words.dropFirst(2).map { placeholders[$0] ?? $0 }
        if command == origin {
            let given = Set(words)
            words += own.filter { !given.contains($0.name) }.flatMap(\.words)
        }
        guard command is any NamingCommand.Type, command != Build.self || words.contains("--push") else {
            return words.joined(separator: " ")
        }
        let sides = words.dropFirst(2).compactMap { word in
            Self.registry(of: word).flatMap { registry in
                named.first { Self.registry(of: $0.text) == registry }?.options
            }
        }
        var options = sides.first ?? []
        if command == Copy.self, sides.count > 1, sides[0] != sides[1] {
            options =
                options.filter(sides[1].contains)
                + zip(["from", "to"], sides).flatMap { side, own in
                    own.filter { !(sides[0].contains($0) && sides[1].contains($0)) }.compactMap {
                        $0.on(side)
                    }
                }
        }
        if command == Login.self { options.removeAll { $0.name == "--authfile" } }
        words += options.filter { !words.contains($0.name) }.flatMap(\.words)
        return words.joined(separator: " ")
    }

    /// The names that the user typed, by the placeholders for them in hints.
    private var placeholders: [String: String] {
        guard let first = named.first else { return [:] }
        // What is built or pushed does not exist yet.
        let reads = origin != Build.self && origin != Push.self
        var names = reads ? ["TARGET": first.text.shellWord, "FROM": first.text.shellWord] : [:]
        guard Target.namesHost(first.text), let reference = try? Reference(parsing: first.text) else {
            return names
        }
        names["REGISTRY"] = reference.registry.description
        names["REPOSITORY"] = reference.repositoryDescription
        if reference.tag != nil, reference.digest == nil { names["REFERENCE"] = first.text }
        return names
    }

    private static func registry(of word: String) -> RegistryName? {
        if Target.isBareHost(word) { return try? RegistryName(parsing: word) }
        return Target.isPath(word) ? nil : (try? Reference(parsing: word))?.registry
    }
}

/// A command that names images or registries.
protocol NamingCommand: ParsableCommand {
    /// What the user named, the most important first.
    var named: [HintCompletion.Named] { get }
    /// The options that the same command needs again, for example because it does less or checks more with them.
    var repeated: [HintCompletion.TypedOption] { get }
    /// The command for one of several images of a layout or archive; `nil` if it has no such argument.
    var choice: HintCompletion.Choice? { get }
}

extension NamingCommand {
    var choice: HintCompletion.Choice? { nil }
    var repeated: [HintCompletion.TypedOption] { [] }
}

extension HintCompletion.TypedOption {
    /// Returns the options that have a value, and the flags that are set.
    static func given(_ values: [(String, String?)], flags: [(String, Bool)] = []) -> [Self] {
        values.filter { $0.1 != nil }.map { Self(name: $0.0, value: $0.1) }
            + flags.filter(\.1).map { Self(name: $0.0) }
    }
}

extension RegistryOptions {
    /// The options that another command needs to reach the same registry, as they are typed.
    var typed: [HintCompletion.TypedOption] {
        connection.typed + HintCompletion.TypedOption.given([("--authfile", credentials.authfile)])
    }
}

extension ConnectionOptions {
    /// The options that another command needs to reach the same registry, as they are typed.
    var typed: [HintCompletion.TypedOption] {
        HintCompletion.TypedOption.given(
            [("--ca-file", caFile), ("--client-cert", clientCert), ("--client-key", clientKey)],
            flags: [("--plain-http", plainHttp), ("--tls-skip-verify", tlsSkipVerify)]
        )
    }
}
