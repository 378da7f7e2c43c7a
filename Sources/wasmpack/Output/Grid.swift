/// A line of output: a label and a text.
struct Row: Sendable {
    let label: String
    let tone: Style.Tone
    let text: WrappableText

    init(_ label: String, _ text: WrappableText, tone: Style.Tone = .label) {
        self.label = label
        self.tone = tone
        self.text = text
    }

    /// A row with a text from outside.
    init(_ label: String, _ text: String, tone: Style.Tone = .label) {
        self.init(label, WrappableText(text), tone: tone)
    }

    /// A row under the text of the row before.
    static func more(_ text: String) -> Row { Row("", text) }

    /// A remedy, under the text of its row.
    static func remedy(_ hint: String) -> Row { more("try: \(hint)") }
}

/// The columns of labels and texts; all output except results uses one of two grids.
struct Grid: Sendable {
    /// The steps on standard error.
    static let steps = Grid(indent: 2, labelWidth: 9)
    /// The reports on standard output, where a digest of 71 characters ends at column 80.
    static let reports = Grid(indent: 0, labelWidth: 9)
    /// In a narrower column, the text continues under its label instead.
    private static let leastTextWidth = 16
    private static let narrowIndent = 4

    let indent: Int
    /// The columns of a label with the space after it.
    let labelWidth: Int

    /// Returns the lines of rows, each with a line end; texts are wrapped under their own column.
    func text(_ rows: [Row], _ style: Style, columns: Int?) -> String {
        rows.map { text($0, style, columns: columns) }.joined()
    }

    private func text(_ row: Row, _ style: Style, columns: Int?) -> String {
        let label = row.label.padded(to: labelWidth - 1)
        // A label that is too long moves the text of this line only.
        let head =
            String(repeating: " ", count: indent) + style.painted(row.label, row.tone)
            + String(label.dropFirst(row.label.count)) + " "
        let column = indent + labelWidth
        let next = columns.map { $0 - column < Self.leastTextWidth ? min(Self.narrowIndent, column) : column }
        let room = columns.map { max($0 - (next ?? 0), 1) }
        let used = row.label.isEmpty ? 0 : column - (next ?? column)
        let lines = row.text.lines(within: room, style, after: used)
        return lines.enumerated().map { position, line in
            let start =
                position == 0 && !row.label.isEmpty ? head : String(repeating: " ", count: next ?? column)
            return (start + line).trimmingTrailingSpaces + "\n"
        }.joined()
    }
}
