import Diagnostics

/// A line of a Dockerfile or `.dockerignore`, for messages.
struct SourceLocation: Sendable, Hashable {
    /// The name of the file.
    let file: String
    /// The first line of the instruction, counted from 1.
    let line: Int

    /// Returns a failure for a file that docker would also reject.
    func invalid(_ message: String, why: String? = nil, try hints: [String] = []) -> Failure {
        Failure(.dockerfileInvalid, "\(file):\(line): \(message)", why: why, try: hints)
    }

    /// Returns a failure for a feature that only docker supports.
    func unsupported(_ message: String, why: String? = nil, try hints: [String] = []) -> Failure {
        Failure(.dockerfileUnsupported, "\(file):\(line): \(message)", why: why, try: hints)
    }
}

extension String {
    /// The text in double quotes, truncated to 80 characters, for messages.
    var quoted: String { "\"\(truncated(to: 80))\"" }
}

extension Unicode.Scalar {
    /// Whether it is ASCII white space.
    var isBlank: Bool { self == " " || ("\t"..."\r").contains(self) }
}

extension StringProtocol {
    /// The text without leading white space.
    var withoutLeadingBlanks: String {
        String(String.UnicodeScalarView(unicodeScalars.drop(while: \.isBlank)))
    }

    /// The text without leading and trailing white space.
    var withoutBlanks: String {
        let scalars = unicodeScalars.drop(while: \.isBlank)
        guard let last = scalars.lastIndex(where: { !$0.isBlank }) else { return "" }
        return String(String.UnicodeScalarView(scalars[...last]))
    }

    /// The words that white space separates.
    var words: [String] {
        unicodeScalars.split(whereSeparator: \.isBlank).map { String(String.UnicodeScalarView($0)) }
    }
}
