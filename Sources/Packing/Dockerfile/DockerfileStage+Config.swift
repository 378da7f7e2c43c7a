import Diagnostics
import OCI

/// The instructions that change only the image's config.
extension DockerfileStage {
    mutating func arg(_ instruction: ParsedInstruction) throws(Failure) {
        let words = DockerfileWords.quoted(try instruction.argument("a name"), escape: escape)
        var texts: [String] = []
        for word in words {
            let (name, given) = word.cut(at: "=")
            guard !name.isEmpty else { throw instruction.location.invalid("ARG has no name before the =") }
            usedArguments.insert(name)
            var value = arguments[name]
            if value == nil, let given { value = try expanded(given, instruction) }
            if value == nil, hasBegun { value = globals[name] }
            if hasBegun { variables.declaredNames.insert(name) }
            if let value {
                // A value that ENV set is not overridden by a later ARG.
                if environment[name] == nil { variables[name] = value }
                if !hasBegun { globals[name] = value }
                try variables.count(value, at: instruction.location)
            }
            texts.append(value.map { "\(name)=\($0)" } ?? name)
        }
        // An ARG before FROM belongs to no stage, so it is not in the history.
        if hasBegun { note("ARG \(texts.joined(separator: " "))", instruction) }
    }

    mutating func env(_ instruction: ParsedInstruction) throws(Failure) {
        let pairs = try pairs(instruction)
        // Changes the arrays in place: a file may have some 100,000 variables.
        for (name, value) in pairs {
            variables[name] = value
            let setting = "\(name)=\(value)"
            if let position = environment[name] {
                execution.env?[position] = setting
            } else {
                environment[name] = execution.env?.count
                execution.env?.append(setting)
            }
        }
        note("ENV \(pairs.map { "\($0)=\($1)" }.joined(separator: " "))", instruction)
    }

    mutating func label(_ instruction: ParsedInstruction) throws(Failure) {
        let pairs = try pairs(instruction)
        if execution.labels == nil {
            execution.labels = Dictionary(pairs.map { ($0, $1) }) { $1 }
        } else {
            for (name, value) in pairs { execution.labels?[name] = value }
        }
        note("LABEL \(pairs.map { "\($0)=\($1)" }.joined(separator: " "))", instruction)
    }

    mutating func command(_ instruction: ParsedInstruction) throws(Failure) {
        let text = try instruction.argument("a command")
        // The shell form is useless FROM scratch, which has no shell; docker writes it nevertheless.
        let words = try DockerfileWords.list(text, at: instruction.location) ?? ["/bin/sh", "-c", text]
        if instruction.name == "CMD" {
            execution.command = words
            execution.areArgumentsEscaped = true
        } else {
            execution.entrypoint = words.isEmpty ? nil : words
            // A new entry point resets only the command of the base image; scratch has none, so CMD is kept.
        }
        note("\(instruction.name) [\(words.map(\.goQuoted).joined(separator: " "))]", instruction)
    }

    mutating func setting(_ instruction: ParsedInstruction) throws(Failure) {
        let text = try instruction.argument("a value")
        let value = instruction.name == "MAINTAINER" ? text : try expanded(text, instruction)
        guard !value.isEmpty else { throw instruction.location.invalid("\(instruction.name) needs a value") }
        switch instruction.name {
        case "USER": execution.user = value
        case "STOPSIGNAL": execution.stopSignal = value
        default: author = value
        }
        note("\(instruction.name) \(value)", instruction)
    }

    mutating func expose(_ instruction: ParsedInstruction) throws(Failure) {
        var ports: [String] = []
        for word in try instruction.argument("a port").words.sorted() {
            for text in try expanded(word, instruction).words {
                guard let range = Self.ports(text) else {
                    throw instruction.location.invalid(
                        "\(text.quoted) is not a valid port",
                        why:
                            "a port is a number from 1 to 65535 or a range such as 9000-9002, optionally followed by "
                            + "/tcp, /udp or /sctp"
                    )
                }
                for port in range {
                    try variables.count(port, at: instruction.location)
                    ports.append(port)
                }
            }
        }
        if execution.exposedPorts == nil { execution.exposedPorts = [:] }
        for port in ports { execution.exposedPorts?[port] = .init() }
        note("EXPOSE [\(ports.joined(separator: " "))]", instruction)
    }

    /// Returns the ports of a number or a range, each with its protocol; `nil` if it is not valid.
    private static func ports(_ text: String) -> [String]? {
        let (range, proto) = text.cut(at: "/")
        let name = (proto ?? "tcp").lowercased()
        let (first, last) = range.cut(at: "-")
        guard ["tcp", "udp", "sctp"].contains(name), let first = port(first),
            let last = last.map(port) ?? first, first <= last
        else { return nil }
        return (first...last).map { "\($0)/\(name)" }
    }

    private static func port(_ text: String) -> UInt16? {
        UInt16(text).flatMap { $0 > 0 && text == "\($0)" ? $0 : nil }
    }

    /// Parses the names and values of `ENV` and `LABEL`: `name=value …`, or the legacy form `name value`.
    ///
    /// All values are expanded with the variables from before the instruction.
    private mutating func pairs(_ instruction: ParsedInstruction) throws(Failure) -> [(
        name: String, value: String
    )] {
        let text = try instruction.argument("a name and a value")
        let words = DockerfileWords.quoted(text, escape: escape)
        var pairs: [(String, String?)] = []
        if words.first?.contains("=") == true {
            pairs = words.map { $0.cut(at: "=") }
        } else {
            let name = text.unicodeScalars.prefix { !$0.isBlank }
            let value = String(text.unicodeScalars[name.endIndex...]).withoutLeadingBlanks
            pairs = [(String(name), value.isEmpty ? nil : value)]
        }
        var result: [(name: String, value: String)] = []
        for (name, value) in pairs {
            guard let value else {
                throw instruction.location.invalid(
                    "\(instruction.name) has no value for \(name.quoted)",
                    try: ["\(instruction.name) \(name.truncated(to: 80))=value"]
                )
            }
            let name = try expanded(name, instruction)
            guard !name.isEmpty else {
                throw instruction.location.invalid("\(instruction.name) has an empty name")
            }
            result.append((name, try expanded(value, instruction)))
        }
        return result
    }
}

extension String {
    /// Splits the text at the first occurrence of a character; the second part is `nil` without one.
    fileprivate func cut(at separator: Unicode.Scalar) -> (String, String?) {
        guard let cut = unicodeScalars.firstIndex(of: separator) else { return (self, nil) }
        return (
            String(unicodeScalars[..<cut]), String(unicodeScalars[unicodeScalars.index(after: cut)...])
        )
    }

    /// The text quoted as by Go's `%q`, which docker uses in the history.
    fileprivate var goQuoted: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let control where control.value < 0x20 || control.value == 0x7F:
                result += "\\x" + String(control.value, digits: 2)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
