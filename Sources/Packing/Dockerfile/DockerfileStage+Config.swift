import Diagnostics
import OCI

/// The instructions that only change what the image's config says.
extension DockerfileStage {
    mutating func arg(_ call: DockerfileCall) throws(Failure) {
        let words = DockerfileWords.quoted(try call.argument("a name"), escape: escape)
        var texts: [String] = []
        for word in words {
            let (name, given) = word.cut(at: "=")
            guard !name.isEmpty else { throw call.place.invalid("ARG needs a name before the =") }
            usedArguments.insert(name)
            var value = arguments[name]
            if value == nil, let given { value = try expanded(given, call) }
            if value == nil, hasBegun { value = globals[name] }
            if let value {
                // What ENV has set stays, whatever ARG says behind it.
                if environment[name] == nil { variables[name] = value }
                if !hasBegun { globals[name] = value }
                try variables.count(value, at: call.place)
            }
            texts.append(value.map { "\(name)=\($0)" } ?? name)
        }
        // What stands before FROM belongs to no stage, and makes no history.
        if hasBegun { note("ARG \(texts.joined(separator: " "))", call) }
    }

    mutating func env(_ call: DockerfileCall) throws(Failure) {
        let pairs = try pairs(call)
        // In place: there may be some 100000 of them.
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
        note("ENV \(pairs.map { "\($0)=\($1)" }.joined(separator: " "))", call)
    }

    mutating func label(_ call: DockerfileCall) throws(Failure) {
        let pairs = try pairs(call)
        if execution.labels == nil {
            execution.labels = Dictionary(pairs.map { ($0, $1) }) { $1 }
        } else {
            for (name, value) in pairs { execution.labels?[name] = value }
        }
        note("LABEL \(pairs.map { "\($0)=\($1)" }.joined(separator: " "))", call)
    }

    mutating func command(_ call: DockerfileCall) throws(Failure) {
        let text = try call.argument("a command")
        // Without brackets it is for a shell, which an image FROM scratch does not have; docker writes it all the same.
        let words = try DockerfileWords.list(text, at: call.place) ?? ["/bin/sh", "-c", text]
        if call.name == "CMD" {
            execution.command = words
            execution.areArgumentsEscaped = true
        } else {
            execution.entrypoint = words.isEmpty ? nil : words
            // Docker forgets a base's command with a new entry point, and scratch has none: one of this file stays.
        }
        note("\(call.name) [\(words.map(\.goQuoted).joined(separator: " "))]", call)
    }

    mutating func setting(_ call: DockerfileCall) throws(Failure) {
        let text = try call.argument("a value")
        let value = call.name == "MAINTAINER" ? text : try expanded(text, call)
        guard !value.isEmpty else { throw call.place.invalid("\(call.name) needs a value") }
        switch call.name {
        case "USER": execution.user = value
        case "STOPSIGNAL": execution.stopSignal = value
        default: author = value
        }
        note("\(call.name) \(value)", call)
    }

    mutating func expose(_ call: DockerfileCall) throws(Failure) {
        var ports: [String] = []
        for word in try call.argument("a port").words.sorted() {
            for text in try expanded(word, call).words {
                guard let port = Self.port(text) else {
                    throw call.place.invalid(
                        "\(text.quoted) is no port",
                        why: "a port is a number up to 65535, perhaps with /tcp, /udp or /sctp"
                    )
                }
                ports.append(port)
            }
        }
        if execution.exposedPorts == nil { execution.exposedPorts = [:] }
        for port in ports { execution.exposedPorts?[port] = .init() }
        note("EXPOSE [\(ports.joined(separator: " "))]", call)
    }

    private static func port(_ text: String) -> String? {
        let (number, proto) = text.cut(at: "/")
        let name = (proto ?? "tcp").lowercased()
        guard let port = UInt16(number), port > 0, number == "\(port)",
            ["tcp", "udp", "sctp"].contains(name)
        else { return nil }
        return "\(port)/\(name)"
    }

    /// The names and values of `ENV` and `LABEL`: `name=value …`, or the old `name value`.
    ///
    /// All of them see the variables as they were before the instruction.
    private mutating func pairs(_ call: DockerfileCall) throws(Failure) -> [(name: String, value: String)] {
        let text = try call.argument("a name and a value")
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
                throw call.place.invalid(
                    "\(call.name) has no value for \(name.quoted)",
                    try: ["\(call.name) \(name.truncated(to: 80))=value"]
                )
            }
            let name = try expanded(name, call)
            guard !name.isEmpty else { throw call.place.invalid("\(call.name) has an empty name") }
            result.append((name, try expanded(value, call)))
        }
        return result
    }
}

extension String {
    /// The text before and behind the first occurrence of a character; no second part without one.
    fileprivate func cut(at separator: Unicode.Scalar) -> (String, String?) {
        guard let cut = unicodeScalars.firstIndex(of: separator) else { return (self, nil) }
        return (
            String(unicodeScalars[..<cut]), String(unicodeScalars[unicodeScalars.index(after: cut)...])
        )
    }

    /// The text in quotes as Go writes it (`%q`), which is what stands in docker's history.
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
