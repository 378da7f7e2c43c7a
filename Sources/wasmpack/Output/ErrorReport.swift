import Diagnostics
import OCI

/// The report of a failure: text on standard error, and with `--json` a document on standard output.
struct ErrorReport {
    private let failure: Failure

    init(_ failure: Failure) { self.failure = failure }

    func print(isJSON: Bool, color: ColorChoice = .auto) {
        if isJSON { printDocument() }
        let screen = Screen.main
        screen.write(text(screen.errorStyle(color), columns: screen.errorColumns))
        let more = [failure.why.map { "why: \($0)" }].compactMap(\.self) + failure.hints.map { "try: \($0)" }
        screen.annotate(
            .error,
            title: "wasmpack: \(failure.code.rawValue)",
            [failure.message] + more
        )
    }

    /// Returns the message, the cause and the remedies, each wrapped under its own column.
    func text(_ style: Style, columns: Int?) -> String {
        let grid = Grid(indent: 2, labelWidth: 5)
        var rows: [Row] = []
        if let why = failure.why { rows.append(Row("why:", why)) }
        for (position, hint) in failure.hints.enumerated() {
            rows.append(Row(position == 0 ? "try:" : "", hint))
        }
        return message(style, columns) + grid.text(rows, style, columns: columns)
    }

    private func message(_ style: Style, _ columns: Int?) -> String {
        let label = "error[\(failure.code.rawValue)]:"
        let text = WrappableText(failure.message)
        // The first line has less room than the next ones, which begin under the causes.
        let indent = 7
        let lines = text.lines(
            within: columns.map { max($0 - indent, 12) },
            style,
            after: label.count + 1 - indent
        )
        return lines.enumerated().map { position, line in
            if position == 0 { return style.painted(label, .bad) + (line.isEmpty ? "\n" : " \(line)\n") }
            return String(repeating: " ", count: indent) + line + "\n"
        }.joined()
    }

    /// Prints only the JSON document.
    private func printDocument() {
        struct Document: Encodable {
            let schema = "wasmpack.error/v1"
            let ok = false
            let error: Body
        }
        struct Body: Encodable {
            let code: String
            let exit: Int32
            let message: String
            let why: String?
            let `try`: [String]
            let http: HTTP?
        }
        struct HTTP: Encodable {
            let status: Int
            let code: String?
            let url: String
        }
        let body = Body(
            code: failure.code.rawValue,
            exit: failure.code.exitStatus.rawValue,
            message: failure.message.printable,
            why: failure.why?.printable,
            try: failure.hints.map(\.printable),
            http: failure.http.map {
                HTTP(status: $0.status, code: $0.code?.printable, url: $0.url.printable)
            }
        )
        try? JSONReport.print(Document(error: body))
    }
}
