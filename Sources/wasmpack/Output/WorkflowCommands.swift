/// Annotations of GitHub Actions, and protection against workflow commands in text from outside.
///
/// The runner reads both streams. A line is a command if it starts with `::` after spaces, or has `##[` anywhere
/// (actions/runner, `ActionCommand`).
enum WorkflowCommands {
    /// The kind of an annotation.
    enum Kind: String {
        case warning
        case error
    }

    /// Returns the line that makes an annotation.
    static func annotation(_ kind: Kind, title: String, _ message: String) -> String {
        "::\(kind.rawValue) title=\(escapedProperty(title))::\(escapedData(neutralized(message)))\n"
    }

    /// Returns lines that the runner takes for text, whatever they contain.
    static func neutralized(_ text: String) -> String {
        guard text.contains("::") || text.contains("[") else { return text }
        return text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { neutralizedLine(Substring($0)) }
            .joined(separator: "\n")
    }

    /// Returns a JSON document that the runner takes for text, and that means the same.
    static func neutralizedJSON(_ document: String) -> String {
        document.contains("#") ? neutralizedLine(document[...], bracket: "\\u005b") : document
    }

    private static func neutralizedLine(_ line: Substring, bracket: String = " [") -> String {
        var result = String.UnicodeScalarView()
        // Counts of the last significant characters: the runner's comparison may skip invisible ones.
        var hashes = 0
        var colons = 0
        var isAtStart = true
        for scalar in line.unicodeScalars {
            if isIgnorable(scalar) {
                result.append(scalar)
                continue
            }
            if scalar == "[", hashes >= 2 {
                result.append(contentsOf: bracket.unicodeScalars)
                hashes = 0
                continue
            }
            hashes = scalar == "#" ? hashes + 1 : 0
            if isAtStart, scalar == ":" {
                if colons == 1 { result.append(" ") }
                colons += 1
            } else if !isAtStart || !scalar.properties.isWhitespace {
                isAtStart = false
            }
            result.append(scalar)
        }
        return String(result)
    }

    private static func isIgnorable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .format, .control, .nonspacingMark, .enclosingMark: !scalar.properties.isWhitespace
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func escapedData(_ text: String) -> String {
        // By scalars: CR LF is one character.
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "%": "%25"
            case "\r": "%0D"
            case "\n": "%0A"
            default: String(scalar)
            }
        }.joined()
    }

    private static func escapedProperty(_ text: String) -> String {
        escapedData(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
