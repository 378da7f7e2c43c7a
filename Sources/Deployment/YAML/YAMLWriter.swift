import Diagnostics

/// Writes YAML 1.2 that readers of YAML 1.1 understand in the same way.
///
/// Block style with two spaces. Every text that a reader could take for something else is in double quotes, with JSON's
/// escapes, which YAML shares.
package struct YAMLWriter {
    private var text = ""

    /// Returns a document, which ends with a line end.
    ///
    /// - Parameters:
    ///   - document: the value of the document.
    ///   - comments: lines of comment above it.
    /// - Returns: the text.
    package static func text(of document: YAMLNode, comments: [String] = []) -> String {
        var writer = YAMLWriter()
        for comment in comments { writer.comment(comment, indent: 0) }
        writer.block(document, indent: 0)
        return writer.text
    }

    private mutating func block(_ node: YAMLNode, indent: Int) {
        switch node {
        case .mapping(let entries) where entries.contains { $0.member != nil }:
            for entry in entries { write(entry, indent: indent) }
        case .sequence(let nodes) where !nodes.isEmpty:
            for node in nodes { item(node, indent: indent) }
        default:
            line(Self.scalar(node), indent: indent)
        }
    }

    private mutating func write(_ entry: YAMLEntry, indent: Int) {
        guard let member = entry.member else {
            for comment in entry.comments { self.comment(comment, indent: indent) }
            return
        }
        let remark = entry.comments.first.map { "  # \(Self.oneLine($0))" } ?? ""
        let key = Self.quoted(member.key)
        guard member.value.isBlock else {
            return line("\(key): \(Self.scalar(member.value))\(remark)", indent: indent)
        }
        line("\(key):\(remark)", indent: indent)
        block(member.value, indent: member.value.isSequence ? indent : indent + 2)
    }

    private mutating func item(_ node: YAMLNode, indent: Int) {
        guard node.isBlock else { return line("- \(Self.scalar(node))", indent: indent) }
        // The first line of the item follows the dash; its other lines are below it.
        var inner = YAMLWriter()
        inner.block(node, indent: indent + 2)
        text += String(repeating: " ", count: indent) + "- " + inner.text.dropFirst(indent + 2)
    }

    private mutating func comment(_ comment: String, indent: Int) {
        for part in Self.wrapped(Self.oneLine(comment), to: Self.width - indent - 2) {
            line(part.isEmpty ? "#" : "# \(part)", indent: indent)
        }
    }

    /// The columns of a comment, so that a terminal does not cut its words.
    private static let width = 80

    /// Splits a sentence between words; a command or a part of a block, which starts with a space, stays one line.
    private static func wrapped(_ comment: String, to width: Int) -> [String] {
        guard !comment.hasPrefix(" "), comment.unicodeScalars.count > width else { return [comment] }
        var lines: [String] = []
        for word in comment.split(separator: " ") {
            if let last = lines.last, last.unicodeScalars.count + 1 + word.unicodeScalars.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    private mutating func line(_ line: String, indent: Int) {
        text += String(repeating: " ", count: indent) + line + "\n"
    }

    private static func scalar(_ node: YAMLNode) -> String {
        switch node {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .integer(let integer): "\(integer)"
        case .number(let number): Self.decimal(number)
        case .string(let string): quoted(string)
        case .sequence: "[]"
        case .mapping: "{}"
        }
    }

    /// Returns a number with a dot, without which YAML 1.1 takes `1e+19` for a text.
    private static func decimal(_ number: Double) -> String {
        let text = "\(number)"
        guard !text.contains("."), let exponent = text.firstIndex(of: "e") else { return text }
        return "\(text[..<exponent]).0\(text[exponent...])"
    }

    /// Returns a comment that cannot end before its line does.
    private static func oneLine(_ comment: String) -> String {
        String(String.UnicodeScalarView(comment.unicodeScalars.map { $0.isPrintable ? $0 : " " }))
    }

    /// Returns a text as a plain scalar if no reader could take it for anything else, or else in double quotes.
    static func quoted(_ text: String) -> String {
        guard !text.isPlain else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.isPrintable: quoted.unicodeScalars.append(scalar)
            case _ where scalar.value > 0xFFFF: quoted += "\\U" + String(scalar.value, digits: 8)
            default: quoted += "\\u" + String(scalar.value, digits: 4)
            }
        }
        return quoted + "\""
    }
}

extension YAMLNode {
    fileprivate var isBlock: Bool {
        switch self {
        case .mapping(let entries): entries.contains { $0.member != nil }
        case .sequence(let nodes): !nodes.isEmpty
        default: false
        }
    }

    fileprivate var isSequence: Bool {
        if case .sequence = self { true } else { false }
    }
}

extension Unicode.Scalar {
    /// Whether it is shown as itself: no control character, line separator, mark of direction or byte order mark.
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
            false
        default: true
        }
    }
}

extension String {
    /// Words that a reader of YAML 1.1 or 1.2 takes for a boolean or for nothing.
    private static let words: Set<String> = [
        "y", "n", "yes", "no", "true", "false", "on", "off", "null", "~", "nan", "inf",
    ]

    /// Whether no reader takes the text for anything but itself.
    ///
    /// Stricter than the specification: a letter or a slash first, so that it is not a number, date or time; then letters, digits and
    /// `_ . / @ -`, and a colon that is followed by one of them.
    fileprivate var isPlain: Bool {
        guard let first = utf8.first, first.isLetter || first == UInt8(ascii: "/"),
            !Self.words.contains(lowercased())
        else { return false }
        var previous: UInt8 = first
        for byte in utf8 {
            let isColon = byte == UInt8(ascii: ":")
            guard byte.isLetter || byte.isDigit || "_./@-".utf8.contains(byte) || isColon else {
                return false
            }
            if isColon, previous == UInt8(ascii: ":") { return false }
            previous = byte
        }
        return previous != UInt8(ascii: ":")
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
    }

    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
