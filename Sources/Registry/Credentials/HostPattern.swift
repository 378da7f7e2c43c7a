import OCI

/// A host whose parts may be patterns, as the kubelet takes them in pull Secrets: `*.example.com:5000`.
///
/// The parts between the dots are compared one by one, so `*` never stands for a dot; ports have to be equal.
struct HostPattern {
    private let parts: [Substring]
    private let port: Int?

    init(_ text: Substring) {
        var host = text
        var port: Int?
        if let colon = text.lastIndex(of: ":"), let number = Int(text[text.index(after: colon)...]) {
            host = text[..<colon]
            port = number
        }
        parts = host.split(separator: ".", omittingEmptySubsequences: false)
        self.port = port
    }

    func matches(_ registry: RegistryName) -> Bool {
        let labels = registry.host.split(separator: ".", omittingEmptySubsequences: false)
        return port == registry.port && parts.count == labels.count
            && zip(parts, labels).allSatisfy { Self.matches($0.lowercased()[...], $1) }
    }

    /// Go's `filepath.Match` within one part: `*`, `?`, `[a-z]`, `[^a-z]` and `\` before any of them.
    private static func matches(_ pattern: Substring, _ label: Substring) -> Bool {
        guard let first = pattern.first else { return label.isEmpty }
        let rest = pattern.dropFirst()
        switch first {
        case "*":
            return label.indices.contains { matches(rest, label[$0...]) } || matches(rest, "")
        case "?":
            return !label.isEmpty && matches(rest, label.dropFirst())
        case "[":
            guard let letter = label.first, let (holds, after) = set(rest, holds: letter) else {
                return false
            }
            return holds && matches(after, label.dropFirst())
        case "\\":
            guard let literal = rest.first else { return false }
            return label.first == literal && matches(rest.dropFirst(), label.dropFirst())
        default:
            return label.first == first && matches(rest, label.dropFirst())
        }
    }

    /// Reads a set up to its `]`: whether it holds a letter, and what follows; `nil` for one that is malformed.
    private static func set(_ text: Substring, holds letter: Character) -> (Bool, Substring)? {
        var rest = text
        let isNegated = rest.first == "^"
        if isNegated { rest.removeFirst() }
        var holds = false
        var isEmpty = true
        func next() -> Character? {
            if rest.first == "\\" { rest.removeFirst() }
            return rest.popFirst()
        }
        while let bound = rest.first, bound != "]" || isEmpty {
            guard bound != "-", bound != "]", let low = next() else { return nil }
            var high = low
            if rest.first == "-" {
                rest.removeFirst()
                guard rest.first != "]", let end = next() else { return nil }
                high = end
            }
            if low <= letter, letter <= high { holds = true }
            isEmpty = false
        }
        guard rest.popFirst() == "]" else { return nil }
        return (holds != isNegated, rest)
    }
}
