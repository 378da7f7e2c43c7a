/// Text in the language of manual pages, man(7).
struct Roff {
    private(set) var lines: [String] = []

    /// The longest line of text; mandoc's lint allows 80.
    private static let width = 78

    /// Adds a line as it is.
    mutating func add(_ line: String) { lines.append(line) }

    /// Adds a section.
    mutating func heading(_ title: String) { add(".SH \(title)") }

    /// Adds a paragraph.
    mutating func paragraph(_ text: String) {
        startParagraph()
        prose(text)
    }

    /// A section begins with a paragraph.
    private mutating func startParagraph() {
        if lines.last?.hasPrefix(".S") != true { add(".PP") }
    }

    /// Adds a term with its description.
    mutating func item(_ term: String, _ description: String) {
        add(".TP")
        add(Self.guarded(term))
        prose(description)
    }

    /// Adds lines that are typed as they are shown.
    mutating func example(_ text: some Sequence<String>) {
        startParagraph()
        add(".EX")
        text.forEach { add("    " + Self.literal($0)) }
        add(".EE")
    }

    /// Adds text, a sentence or less on a line.
    private mutating func prose(_ text: String) {
        var line = ""
        for word in text.split(whereSeparator: \.isWhitespace).map({ Self.word(String($0)) }) {
            if !line.isEmpty, line.count + 1 + word.count > Self.width || line.hasSuffix(".") {
                add(Self.guarded(line))
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        if !line.isEmpty { add(Self.guarded(line)) }
    }

    /// Returns a word of a text: an option is bold.
    private static func word(_ word: String) -> String {
        let option = /--?[A-Za-z][A-Za-z-]*/
        let start = word.prefix { "([\"".contains($0) }
        guard let match = word.dropFirst(start.count).prefixMatch(of: option) else { return literal(word) }
        let rest = word.dropFirst(start.count + match.output.count)
        return literal(String(start)) + "\\fB\(literal(String(match.output)))\\fR" + literal(String(rest))
    }

    /// Returns the spelling of an option or argument: names are bold, values are italic.
    static func spelling(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let first = rest.first {
            if let name = rest.prefixMatch(of: /--?[a-zA-Z][a-zA-Z-]*/) {
                result += "\\fB\(literal(String(name.output)))\\fR"
                rest = rest.dropFirst(name.output.count)
            } else if let value = rest.prefixMatch(of: /[A-Z][A-Z-]*/) {
                result += "\\fI\(literal(String(value.output)))\\fR"
                rest = rest.dropFirst(value.output.count)
            } else {
                result += literal(String(first))
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// Returns a bold text.
    static func bold(_ text: String) -> String { "\\fB\(literal(text))\\fR" }

    /// Returns characters that roff would change, or that not every encoding has, as escapes.
    static func literal(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "\\": "\\e"
            case "-": "\\-"
            case "'": "\\(aq"
            case "`": "\\(ga"
            case "^": "\\(ha"
            case "~": "\\(ti"
            case _ where scalar.isASCII: String(scalar)
            default: "\\[u\(String(scalar.value, radix: 16, uppercase: true).leftPadded(to: 4))]"
            }
        }.joined()
    }

    /// Returns a line that roff does not read as a request.
    private static func guarded(_ line: String) -> String {
        line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }
}

extension String {
    fileprivate func leftPadded(to count: Int) -> String {
        String(repeating: "0", count: max(0, count - self.count)) + self
    }
}
