import Diagnostics
import OCI

/// The report of a failure: text on standard error, and with `--json` a document on standard output.
struct ErrorReport {
    private let failure: Failure

    init(_ failure: Failure) { self.failure = failure }

    func print(isJSON: Bool, color: ColorChoice = .auto) {
        if isJSON { printDocument() }
        // Erases an unfinished line of progress.
        if Terminal.isInteractive { Terminal.standardError("\r\u{1B}[K") }
        let word = "error"
        let text = failure.description
        let isColored = Terminal.usesColor(color) && text.hasPrefix(word)
        Terminal.standardError(
            (isColored ? "\u{1B}[31m\(word)\u{1B}[0m" + text.dropFirst(word.count) : text) + "\n"
        )
    }

    /// Prints only the JSON document.
    func printDocument() {
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
