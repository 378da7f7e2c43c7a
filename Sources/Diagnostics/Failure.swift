/// The error that users see: what failed, why, and how to fix it.
///
/// Code that knows the remedy creates the failure. Typed errors of a target do not leave it, except as ``cause``. No text
/// of a failure may contain a secret.
package struct Failure: Error, Sendable {
    /// The kind of failure.
    package let code: Code
    /// One sentence that says what failed and names the thing.
    package let message: String
    /// The cause, if it is known: what was expected and what was found.
    package let why: String?
    /// The remedies, most useful first; each is a command or a short sentence.
    package let hints: [String]
    /// The response of an HTTP server, if there is one.
    package let http: HTTPAnswer?
    /// The underlying error.
    package let cause: (any Error)?

    /// Creates a failure.
    package init(
        _ code: Code,
        _ message: String,
        why: String? = nil,
        try hints: [String] = [],
        http: HTTPAnswer? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.why = why
        self.hints = hints
        self.http = http
        self.cause = cause
    }
}

extension Failure {
    /// Returns the failure with other parts; keeps parts that are `nil`, ``http`` and ``cause``.
    package func with(
        code: Code? = nil,
        message: String? = nil,
        why: String? = nil,
        try hints: [String]? = nil,
        cause: (any Error)? = nil
    ) -> Failure {
        Failure(
            code ?? self.code,
            message ?? self.message,
            why: why ?? self.why,
            try: hints ?? self.hints,
            http: http,
            cause: cause ?? self.cause
        )
    }

    /// Returns the failure with another remedy.
    package func trying(_ hint: String) -> Failure { with(try: hints + [hint]) }

    /// Returns the failure with another cause appended.
    package func adding(why more: String) -> Failure {
        with(why: [why, more].compactMap(\.self).joined(separator: "; "))
    }

    /// What is certain about the result of work that was canceled, as the ``cause`` of its failure.
    package struct CertainResult: Error {
        /// A clause for the message, such as `no tag was set`.
        package let text: String

        /// Describes a result.
        package init(_ text: String) { self.text = text }
    }

    /// Returns the failure of canceled work with the step that it interrupted, such as `packing plugin.wasm`.
    package func during(_ step: String) -> Failure {
        code == .interrupted && why == nil ? with(why: "it was \(step)") : self
    }

    /// Returns the failure of canceled work with what is certain about its result, unless that is known already.
    package func adding(result: @autoclosure () -> String) -> Failure {
        guard code == .interrupted || Task.isCancelled, !(cause is CertainResult) else { return self }
        return with(cause: CertainResult(result()))
    }

    /// The part of an HTTP response that an error report shows.
    package struct HTTPAnswer: Sendable, Equatable {
        /// The status code, for example 403.
        package let status: Int
        /// The registry's error code, for example `DENIED` (distribution spec, "Error Codes").
        package let code: String?
        /// The requested URL, without its query.
        package let url: String

        /// Creates the description of a response.
        package init(status: Int, code: String?, url: String) {
            self.status = status
            self.code = code
            self.url = url
        }
    }
}

extension Failure: CustomStringConvertible {
    /// The report as plain text, without colors and wrapping: `error[code]: …`, `why: …`, `try: …`.
    ///
    /// Control characters in names and texts from outside are escaped.
    package var description: String {
        var lines = ["error[\(code.rawValue)]: \(message.printable)"]
        if let why { lines.append("  why: \(why.printable)") }
        for (position, hint) in hints.enumerated() {
            lines.append((position == 0 ? "  try: " : "       ") + hint.printable)
        }
        return lines.joined(separator: "\n")
    }
}
