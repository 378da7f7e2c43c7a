import OCI

/// A host whose parts may be patterns, as the kubelet accepts in pull Secrets: `*.example.com:5000`.
///
/// Each part between dots is compared separately, so `*` never matches a dot; ports must be equal.
struct HostPattern {
    /// An element of the pattern for one part (Go's `filepath.Match`).
    private enum Step {
        /// `*`
        case anything
        /// A letter, `?`, or a set such as `[a-z]` and `[^a-z]`.
        case one(of: [(low: Character, high: Character)], isNegated: Bool)

        func matches(_ letter: Character) -> Bool {
            switch self {
            case .anything: true
            case .one(let ranges, let isNegated):
                ranges.contains { $0.low <= letter && letter <= $0.high } != isNegated
            }
        }
    }

    /// The steps of each part; `nil` for a malformed pattern, which matches no host.
    private let parts: [[Step]]?
    private let port: Int?

    init(_ text: Substring) {
        var host = text
        var port: Int?
        if let colon = text.lastIndex(of: ":"), let number = Int(text[text.index(after: colon)...]) {
            host = text[..<colon]
            port = number
        }
        let parts = host.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        let steps = parts.compactMap(Self.steps)
        self.parts = steps.count == parts.count ? steps : nil
        self.port = port
    }

    func matches(_ registry: RegistryName) -> Bool {
        let labels = registry.host.split(separator: ".", omittingEmptySubsequences: false)
        guard let parts, port == registry.port, parts.count == labels.count else { return false }
        return zip(parts, labels).allSatisfy(Self.matches)
    }

    /// Matches a label, with backtracking to the last `*` only: O(pattern length × label length).
    private static func matches(_ steps: [Step], _ label: Substring) -> Bool {
        let letters = Array(label)
        var (step, letter) = (0, 0)
        var last: (step: Int, letter: Int)?
        while letter < letters.count {
            if step < steps.count, case .anything = steps[step] {
                last = (step, letter)
                step += 1
            } else if step < steps.count, steps[step].matches(letters[letter]) {
                (step, letter) = (step + 1, letter + 1)
            } else if let star = last {
                last = (star.step, star.letter + 1)
                (step, letter) = (star.step + 1, star.letter + 1)
            } else {
                return false
            }
        }
        return steps[step...].allSatisfy { if case .anything = $0 { true } else { false } }
    }

    private static func steps(_ part: Substring) -> [Step]? {
        var rest = part
        var steps: [Step] = []
        while let first = rest.popFirst() {
            switch first {
            case "*": steps.append(.anything)
            case "?": steps.append(.one(of: [], isNegated: true))
            case "[":
                guard let set = set(&rest) else { return nil }
                steps.append(set)
            case "\\":
                guard let literal = rest.popFirst() else { return nil }
                steps.append(.one(of: [(literal, literal)], isNegated: false))
            default: steps.append(.one(of: [(first, first)], isNegated: false))
            }
        }
        return steps
    }

    /// Reads a set through its `]`.
    private static func set(_ rest: inout Substring) -> Step? {
        let isNegated = rest.first == "^"
        if isNegated { rest.removeFirst() }
        var ranges: [(low: Character, high: Character)] = []
        while let bound = rest.first, bound != "]" || ranges.isEmpty {
            guard bound != "-", bound != "]", let low = letter(&rest) else { return nil }
            var high = low
            if rest.first == "-" {
                rest.removeFirst()
                guard rest.first != "]", let end = letter(&rest) else { return nil }
                high = end
            }
            ranges.append((low, high))
        }
        return rest.popFirst() == "]" ? .one(of: ranges, isNegated: isNegated) : nil
    }

    private static func letter(_ rest: inout Substring) -> Character? {
        if rest.first == "\\" { rest.removeFirst() }
        return rest.popFirst()
    }
}
