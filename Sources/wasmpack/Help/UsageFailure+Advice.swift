import OCI
import SystemPackage

/// Commands to type instead of the one that was rejected.
extension UsageFailure {
    /// An example with the first argument that was given; `nil` for a kind of document without an example.
    var example: String? {
        let examples = command?.examples ?? []
        guard let first = arguments.dropFirst().first, !first.hasPrefix("-") else { return examples.first }
        let words = examples.map { $0.split(separator: " ").map(String.init) }
        // The kind of a document decides which options it has.
        if command?.positional.first?.allValues != nil {
            return zip(examples, words).first { $1.dropFirst(2).first == first }?.0
        }
        guard var line = words.first, line.count > 2, !line[2].hasPrefix("-") else { return examples.first }
        line[2] = first.shellWord
        return line.joined(separator: " ")
    }

    /// The advice for `check --envoy PROGRAM TARGET`, or the same with `run`: a word after `--envoy` is the target, even if it is a program.
    var programAdvice: String? {
        guard let name = command?.commandName, ["check", "run"].contains(name),
            let position = arguments.firstIndex(where: { $0.hasPrefix("--envoy=") }),
            arguments.indices.contains(position + 1), Self.isProgram(arguments[position + 1])
        else { return nil }
        // The target stands before the option or after the program.
        let places = [1, position + 2].filter { $0 != position && arguments.indices.contains($0) }
        guard let target = places.map({ arguments[$0] }).first(where: { !$0.hasPrefix("-") }) else {
            return nil
        }
        return "wasmpack \(name) --envoy=\(arguments[position + 1].shellWord) \(target.shellWord)"
    }

    private static func isProgram(_ path: String) -> Bool {
        guard let stat = try? FilePath(path).stat() else { return false }
        return stat.type == .regular && stat.permissions.contains(.ownerExecute)
    }

    /// The advice for a value that belongs to an option or into the reference: `serve ADDRESS`, `build FILE REFERENCE`,
    /// `push REPOSITORY TAG FILE`.
    var placeAdvice: String? {
        let words = arguments.withoutOutputFlags.dropFirst().map(\.self)
        guard !words.contains(where: { $0.hasPrefix("-") }) else { return nil }
        switch (command?.commandName, words.count) {
        case ("serve", 1) where (try? ListenAddress(parsing: words[0])) != nil:
            return "wasmpack serve --listen \(words[0].shellWord)"
        case ("build", 2) where Self.isModule(words[0]) && Target.namesHost(words[1]):
            return "wasmpack build \(words[0].shellWord) -t \(words[1].shellWord)"
        case ("push", 3) where Target.namesHost(words[0]) && Self.isModule(words[2]):
            let repository = try? Reference(parsing: words[0])
            guard repository?.tag == nil, repository?.digest == nil, (try? Tag(parsing: words[1])) != nil
            else {
                return nil
            }
            return "wasmpack push \("\(words[0]):\(words[1])".shellWord) \(words[2].shellWord)"
        default: return nil
        }
    }

    private static func isModule(_ word: String) -> Bool { word.hasSuffix(".wasm") }

    /// Returns what to add or to leave out for a message of a command's own rules.
    func remedy(for message: String) -> String? {
        let remedies = [
            "--password-stdin needs --username.": "add -u NAME",
            "--username and --password-stdin must be used together.": "use -u NAME --password-stdin",
            "--header needs --request.": "add --request \"GET /\"",
            "--body needs --request.": "add --request \"POST /\"",
            "--compare needs --request.": "add --request \"GET /\"",
            "--watch and --request cannot be used together.": "leave out --watch to send one request",
        ]
        return remedies[message.split(separator: "\n").first.map(String.init) ?? message]
    }

    /// The advice for `pull REFERENCE FILE`, as other tools have it.
    var outputAdvice: String? {
        let words = arguments.withoutOutputFlags
        guard command?.commandName == "pull", words.count == 3, !words.contains(where: { $0.hasPrefix("-") }),
            Target.namesHost(words[1]), Target.isPath(words[2])
        else { return nil }
        return "wasmpack pull \(words[1].shellWord) -o \(words[2].shellWord)"
    }
}
