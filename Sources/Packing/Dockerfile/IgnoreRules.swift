import Diagnostics

/// The rules of a `.dockerignore` file.
struct IgnoreRules: Sendable {
    /// The maximum size of the file, in bytes: 1 MiB.
    static let sizeLimit = 1024 * 1024

    private struct Rule: Sendable {
        let pattern: PathPattern
        let text: String
        let line: Int
        /// Whether the rule re-includes files that earlier rules exclude (`!`).
        let isException: Bool
    }

    private var rules: [Rule] = []
    private let file: String

    /// Whether an excluded folder may contain included files.
    var haveExceptions: Bool { rules.contains(where: \.isException) }

    /// Creates an empty set of rules.
    init() { file = "" }

    /// Parses rules; throws ``Failure/Code/dockerfileInvalid`` for an invalid pattern.
    init(_ bytes: [UInt8], of file: String) throws(Failure) {
        self.file = file
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (position, line) in lines.enumerated() where line.first != UInt8(ascii: "#") {
            try checkCancellation()
            let location = SourceLocation(file: file, line: position + 1)
            guard let text = String(validating: line, as: UTF8.self) else {
                throw location.invalid("the rule is not UTF-8 text")
            }
            var rule = text.withoutBlanks
            if rule.isEmpty { continue }
            let isException = rule.hasPrefix("!")
            if isException { rule = String(rule.dropFirst()).withoutBlanks }
            let path = ImagePath.parts(rule).joined(separator: "/")
            guard !rule.isEmpty, let pattern = PathPattern(path, knowsDepth: true) else {
                throw location.invalid("\(text.quoted) is not a valid pattern")
            }
            rules.append(Rule(pattern: pattern, text: rule, line: location.line, isException: isException))
        }
    }

    /// Returns the rule that excludes a path, relative to the context; `nil` if the path is included.
    ///
    /// The last rule that matches the path or a folder above it decides. Throws ``Failure/Code/interrupted`` if the task is
    /// canceled, because there may be a hundred thousand rules.
    func excluding(_ path: String) throws(Failure) -> String? {
        var excluding: Rule?
        for rule in rules where rule.isException == (excluding != nil) {
            try checkCancellation()
            guard rule.pattern.matches(path, orFolderAbove: true) else { continue }
            excluding = rule.isException ? nil : rule
        }
        return excluding.map { "\(file):\($0.line) excludes it with \($0.text.quoted)" }
    }
}
