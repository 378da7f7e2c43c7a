import Diagnostics

/// A line of a Dockerfile, for the messages about it.
struct DockerfilePlace: Sendable, Hashable {
    /// What the file is called.
    let file: String
    /// The line, counted from 1, on which the instruction begins.
    let line: Int

    /// A file that docker would refuse too.
    func invalid(_ message: String, why: String? = nil, try hints: [String] = []) -> Failure {
        Failure(.dockerfileInvalid, "\(file):\(line): \(message)", why: why, try: hints)
    }

    /// What docker could do and this program does not.
    func unsupported(_ message: String, why: String? = nil, try hints: [String] = []) -> Failure {
        Failure(.dockerfileUnsupported, "\(file):\(line): \(message)", why: why, try: hints)
    }
}

extension String {
    /// The text as a message quotes what stands in a file: in quotes, and not too long.
    var quoted: String { "\"\(truncated(to: 80))\"" }
}

extension Unicode.Scalar {
    /// Whether it separates words.
    var isBlank: Bool { self == " " || ("\t"..."\r").contains(self) }
}

extension StringProtocol {
    /// The text without white space at its start.
    var withoutLeadingBlanks: String {
        String(String.UnicodeScalarView(unicodeScalars.drop(while: \.isBlank)))
    }

    /// The text without white space at either end.
    var withoutBlanks: String {
        let scalars = unicodeScalars.drop(while: \.isBlank)
        guard let last = scalars.lastIndex(where: { !$0.isBlank }) else { return "" }
        return String(String.UnicodeScalarView(scalars[...last]))
    }

    /// The words between white space.
    var words: [String] {
        unicodeScalars.split(whereSeparator: \.isBlank).map { String(String.UnicodeScalarView($0)) }
    }
}
