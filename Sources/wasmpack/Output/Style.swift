/// The colors and characters of one output stream.
struct Style: Sendable, Equatable {
    /// The role of a piece of text, which decides its color.
    enum Tone: Sendable {
        case plain
        /// A label at the start of a line: dim.
        case label
        case good
        case caution
        case bad
    }

    let hasColor: Bool
    /// Whether characters outside ASCII may be written.
    let hasUnicode: Bool

    /// Text for a program: without color, and unchanged.
    static let plain = Style(hasColor: false, hasUnicode: true)

    /// Returns the text in the color of its role (ECMA-48, "SGR").
    func painted(_ text: String, _ tone: Tone) -> String {
        guard hasColor, !text.isEmpty else { return text }
        return switch tone {
        case .plain: text
        case .label: "\u{1B}[2m\(text)\u{1B}[0m"
        case .good: "\u{1B}[32m\(text)\u{1B}[0m"
        case .caution: "\u{1B}[33m\(text)\u{1B}[0m"
        case .bad: "\u{1B}[31m\(text)\u{1B}[0m"
        }
    }

    /// Returns the text with the program's own symbols in ASCII, if the locale is not UTF-8.
    func spelled(_ text: String) -> String {
        guard !hasUnicode, !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "✓": result += "ok"
            case "✗": result += "x"
            case "→": result += "->"
            case "…": result += "..."
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// The mark before the name of a consumer.
enum Mark: Sendable {
    case accepted
    case caution
    case rejected
    /// Neither good nor bad.
    case neutral

    var text: String {
        switch self {
        case .accepted: "✓"
        case .caution: "!"
        case .rejected: "✗"
        case .neutral: "-"
        }
    }

    var tone: Style.Tone {
        switch self {
        case .accepted: .good
        case .caution: .caution
        case .rejected: .bad
        case .neutral: .plain
        }
    }
}
