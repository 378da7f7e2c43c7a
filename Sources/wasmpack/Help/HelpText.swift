/// Text for help, wrapped to the width of the terminal.
struct HelpText {
    /// The widest line, in characters.
    let width: Int
    private(set) var lines: [String] = []

    /// The widest help, also on a wider terminal.
    static let widest = 80

    init(width: Int) { self.width = max(20, min(width, Self.widest)) }

    /// The text, with a line end after each line.
    var text: String { lines.map { $0 + "\n" }.joined() }

    /// Adds an empty line.
    mutating func addBlank() { lines.append("") }

    /// Adds a line that fits.
    mutating func add(line: String) { lines.append(line) }

    /// Adds a paragraph, wrapped at words.
    mutating func add(_ paragraph: String, indent: Int = 0) {
        let start = String(repeating: " ", count: indent)
        lines += Self.wrapped(paragraph, to: width - indent).map { start + $0 }
    }

    /// Adds rows of a name and a description, which begins in the same column in each row.
    ///
    /// In a narrow text the description is below the name.
    mutating func add(rows: [(name: String, description: String)], indent: Int = 2) {
        let longest = rows.map(\.name.count).max() ?? 0
        let column = indent + min(longest, 26) + 2
        guard width - column >= 28 else {
            for (name, description) in rows {
                add(name, indent: indent)
                add(description, indent: indent + 4)
            }
            return
        }
        let start = String(repeating: " ", count: indent)
        let below = String(repeating: " ", count: column)
        for (name, description) in rows {
            let parts = Self.wrapped(description, to: width - column)
            var first = start + name
            if first.count + 2 > column, !parts.isEmpty {
                lines.append(first)
                first = ""
            }
            lines.append((first.padded(to: column) + (parts.first ?? "")).trimmingTrailingSpaces)
            lines += parts.dropFirst().map { below + $0 }
        }
    }

    /// Adds a command that can be pasted: a long one is continued with `\`, never inside quotes.
    mutating func add(example: String, indent: Int = 2) {
        let start = String(repeating: " ", count: indent)
        guard indent + example.count > width else { return lines.append(start + example) }
        var line = start
        for word in Self.shellWords(example, keepingTogether: width - indent - 4) {
            let isFirst = line.allSatisfy { $0 == " " }
            // Two characters for the continuation.
            if !isFirst, line.count + 1 + word.count + 2 > width {
                lines.append(line + " \\")
                line = start + "  " + word
            } else {
                line += (isFirst ? "" : " ") + word
            }
        }
        lines.append(line)
    }

    /// Splits a text at spaces into lines; a longer word has a line for itself.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// Splits a command at spaces that are not inside quotes; an option and its value stay together if they fit.
    private static func shellWords(_ text: String, keepingTogether limit: Int) -> [String] {
        var words: [String] = [""]
        var quote: Character?
        for character in text {
            if character == " ", quote == nil {
                words.append("")
                continue
            }
            if character == quote {
                quote = nil
            } else if quote == nil, "'\"".contains(character) {
                quote = character
            }
            words[words.count - 1].append(character)
        }
        return words.reduce(into: []) { joined, word in
            guard let last = joined.last, last.hasPrefix("-"), !last.contains(" "), !word.hasPrefix("-"),
                last.count + 1 + word.count <= limit
            else { return joined.append(word) }
            joined[joined.count - 1] += " " + word
        }
    }
}
