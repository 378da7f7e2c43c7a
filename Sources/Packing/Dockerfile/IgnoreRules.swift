import Diagnostics

/// What `.dockerignore` keeps out of the context.
struct IgnoreRules: Sendable {
    /// The largest file of rules that is read, in bytes: 1 MiB.
    static let sizeLimit = 1024 * 1024

    private struct Rule: Sendable {
        let pattern: PathPattern
        let text: String
        let line: Int
        /// Whether it brings back what earlier rules took out (`!`).
        let isException: Bool
    }

    private var rules: [Rule] = []
    private let file: String

    /// Whether a folder that is left out may have files that are not.
    var haveExceptions: Bool { rules.contains(where: \.isException) }

    /// No rules.
    init() { file = "" }

    /// Reads rules; throws ``Failure/Code/dockerfileInvalid`` for a pattern that is broken.
    init(_ bytes: [UInt8], of file: String) throws(Failure) {
        self.file = file
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (position, line) in lines.enumerated() where line.first != UInt8(ascii: "#") {
            let place = DockerfilePlace(file: file, line: position + 1)
            guard let text = String(validating: line, as: UTF8.self) else {
                throw place.invalid("the rule is not text in UTF-8")
            }
            var rule = text.withoutBlanks
            if rule.isEmpty { continue }
            let isException = rule.hasPrefix("!")
            if isException { rule = String(rule.dropFirst()).withoutBlanks }
            let path = ImagePath.parts(rule).joined(separator: "/")
            guard !rule.isEmpty, let pattern = PathPattern(path, knowsDepth: true) else {
                throw place.invalid("\(text.quoted) is no pattern")
            }
            rules.append(Rule(pattern: pattern, text: rule, line: place.line, isException: isException))
        }
    }

    /// The rule that keeps a path, relative to the context, out of it; `nil` if it is in.
    ///
    /// The last rule that matches it, or a folder above it, decides.
    func excluding(_ path: String) -> String? {
        var excluding: Rule?
        let paths = Self.pathAndFolders(path)
        for rule in rules where rule.isException == (excluding != nil) {
            guard paths.contains(where: rule.pattern.matches) else { continue }
            excluding = rule.isException ? nil : rule
        }
        return excluding.map { "\(file):\($0.line) has \($0.text.quoted)" }
    }

    private static func pathAndFolders(_ path: String) -> [String] {
        var paths = [path]
        for (index, byte) in zip(path.utf8.indices, path.utf8) where byte == UInt8(ascii: "/") {
            paths.append(String(path[..<index]))
        }
        return paths
    }
}
