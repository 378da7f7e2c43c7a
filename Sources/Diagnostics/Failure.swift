/// The one error a person reads: what happened, why, and what to do about it.
///
/// A failure is made at the place that knows the remedy. Typed inner errors stay inside their target and travel
/// as ``cause``. No text of a failure may ever hold a secret.
package struct Failure: Error, Sendable {
    /// What kind of failure it is.
    package let code: Code
    /// What happened, in one sentence that names the thing.
    package let message: String
    /// Why, as far as it is known: what was expected and what came.
    package let why: String?
    /// What to do, most useful first; each one a command or a short sentence.
    package let hints: [String]
    /// What the other side answered, if it was an HTTP server.
    package let http: HTTPAnswer?
    /// The error underneath.
    package let cause: (any Error)?

    /// Describes what went wrong for a person.
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
    /// Returns the same failure with other parts; those that are `nil` stay, as do ``http`` and ``cause``.
    package func with(
        code: Code? = nil,
        message: String? = nil,
        why: String? = nil,
        try hints: [String]? = nil
    ) -> Failure {
        Failure(
            code ?? self.code,
            message ?? self.message,
            why: why ?? self.why,
            try: hints ?? self.hints,
            http: http,
            cause: cause
        )
    }

    /// Returns the same failure with one more thing to do about it.
    package func trying(_ hint: String) -> Failure { with(try: hints + [hint]) }

    /// Returns the same failure with one more thing that explains it.
    package func adding(why more: String) -> Failure {
        with(why: [why, more].compactMap(\.self).joined(separator: "; "))
    }

    /// The part of an HTTP answer that an error report shows.
    package struct HTTPAnswer: Sendable, Equatable {
        /// The status code, for example 403.
        package let status: Int
        /// The registry's own code, for example `DENIED` (distribution spec, "Error Codes").
        package let code: String?
        /// The URL asked, without its query.
        package let url: String

        /// Describes an answer.
        package init(status: Int, code: String?, url: String) {
            self.status = status
            self.code = code
            self.url = url
        }
    }
}

extension Failure: CustomStringConvertible {
    /// The report as it stands on a terminal: `error[code]: …`, `why: …`, `try: …`.
    ///
    /// Names and texts that came from outside may hold control characters; none of them reaches the terminal.
    package var description: String {
        var lines = ["error[\(code.rawValue)]: \(message.printable)"]
        if let why { lines.append("  why: \(why.printable)") }
        for (position, hint) in hints.enumerated() {
            lines.append((position == 0 ? "  try: " : "       ") + hint.printable)
        }
        return lines.joined(separator: "\n")
    }
}
