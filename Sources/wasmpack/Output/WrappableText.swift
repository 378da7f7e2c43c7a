import Diagnostics

/// Text of a line, as words that stay whole when the line is wrapped.
struct WrappableText: Sendable, ExpressibleByStringInterpolation {
    /// A word of one or more pieces, each with its role.
    struct Word: Sendable {
        fileprivate(set) var pieces: [(text: String, tone: Style.Tone)]
        /// The number of spaces before the word, if it does not begin a line.
        fileprivate(set) var gap: Int

        func width(_ style: Style) -> Int { pieces.reduce(0) { $0 + style.spelled($1.text).displayWidth } }

        func text(_ style: Style) -> String {
            pieces.map { style.painted(style.spelled($0.text), $0.tone) }.joined()
        }
    }

    /// Programs whose command lines are not wrapped, so that they can be copied.
    private static let programs: Set = [
        "wasmpack", "wasm-opt", "printf", "docker", "skopeo", "chmod", "kubectl",
    ]

    /// The longest text of one line, in characters; longer text from outside is cut.
    static let limit = 2000

    private(set) var words: [Word]

    init(stringLiteral text: String) { self.init(text) }

    /// Splits a text at its spaces, without control characters; a command in it stays whole.
    init(_ text: String, tone: Style.Tone = .plain) {
        words = []
        var gap = 0
        var isInCommand = false
        for part in text.truncated(to: Self.limit).printable
            .split(separator: " ", omittingEmptySubsequences: false)
        {
            guard !part.isEmpty else {
                gap += 1
                continue
            }
            let word = String(part)
            if gap == 1, let last = words.indices.last, isInCommand || Self.isUnit(word, after: words[last]) {
                words[last].pieces.append((" " + word, tone))
            } else {
                words.append(Word(pieces: [(word, tone)], gap: words.isEmpty ? 0 : gap))
                let program = word.drop { $0 == "(" || $0 == "\"" || $0 == "`" }
                isInCommand = Self.programs.contains(String(program))
            }
            if let last = word.last, ",;:)".contains(last) { isInCommand = false }
            gap = 1
        }
    }

    /// Whether a word is the unit of the number before it: both stay on one line.
    private static func isUnit(_ word: String, after number: Word) -> Bool {
        ["B", "KiB", "MiB", "GiB", "s"].contains(word.filter(\.isLetter))
            && number.pieces.last?.text.last?.isNumber == true
    }

    /// A text after a mark.
    init(_ mark: Mark, _ text: String) {
        self.init(text)
        if !words.isEmpty { words[0].gap = 1 }
        words.insert(Word(pieces: [(mark.text, mark.tone)], gap: 0), at: 0)
    }

    /// The names of consumers, each after its mark.
    init(_ verdicts: [(mark: Mark, name: String)]) {
        words = verdicts.enumerated().map { position, verdict in
            Word(
                pieces: [(verdict.mark.text, verdict.mark.tone), (" " + verdict.name.printable, .plain)],
                gap: position == 0 ? 0 : 2
            )
        }
    }

    /// Returns both texts, with a wide gap between them.
    static func + (left: WrappableText, right: WrappableText) -> WrappableText {
        var result = left
        for (position, word) in right.words.enumerated() {
            var word = word
            if position == 0, !result.words.isEmpty { word.gap = 2 }
            result.words.append(word)
        }
        return result
    }

    /// Returns lines of at most `columns` columns, except that no word is cut; one line without `columns`.
    ///
    /// `used` columns of the first line are taken.
    func lines(within columns: Int?, _ style: Style, after used: Int = 0) -> [String] {
        var lines: [String] = []
        var line = ""
        var width = used
        for (position, word) in words.enumerated() {
            let needed = word.width(style)
            let gap = position == 0 ? 0 : word.gap
            if let columns, width > 0, width + gap + needed > columns {
                lines.append(line)
                line = ""
                width = 0
            } else {
                line += String(repeating: " ", count: gap)
                width += gap
            }
            line += word.text(style)
            width += needed
        }
        return lines + [line]
    }
}
