/// A pattern for paths, with Go's rules (`path/filepath.Match`): `*`, `?`, `[a-z]`, `[^a]` and `\`.
///
/// None of them matches a `/`. In `.dockerignore`, `**` also matches any number of folders. Matching takes time
/// proportional to the length of the pattern times the length of the path.
struct PathPattern: Sendable {
    private enum Token {
        case scalar(Unicode.Scalar)
        case any
        case oneOf([ClosedRange<Unicode.Scalar>], isNegated: Bool)
        /// `*`: any characters other than `/`.
        case star
        /// Any characters, including `/`, or none.
        case everything
        /// First half of `**/`: nothing, or whatever the second half matches.
        case depth
        /// Second half of `**/`: any text that ends with a `/`.
        case depthRest
    }

    private let tokens: [Token]
    /// Whether the pattern has wildcards.
    let hasWildcards: Bool

    /// Parses a pattern; `nil` if it is invalid, such as a `[` without a `]`.
    ///
    /// - Parameters:
    ///   - text: the pattern.
    ///   - knowsDepth: whether `**` matches any number of folders.
    init?(_ text: String, knowsDepth: Bool = false) {
        var tokens: [Token] = []
        var hasWildcards = false
        var rest = Substring.UnicodeScalarView(text.unicodeScalars)
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*" where knowsDepth && rest.first == "*":
                rest.removeFirst()
                let isFolder = rest.first == "/"
                if isFolder { rest.removeFirst() }
                // `**.log` matches any name with that ending, in any folder.
                let isAnyName =
                    !isFolder && tokens.isEmpty && !rest.contains { "*?[\\".unicodeScalars.contains($0) }
                // `**/**/` matches what `**/` does.
                let isRepeated = if case .depthRest? = tokens.last { true } else { false }
                if rest.isEmpty || isAnyName {
                    tokens.append(.everything)
                } else if !isRepeated {
                    tokens += [.depth, .depthRest]
                }
                hasWildcards = true
            case "*":
                tokens.append(.star)
                hasWildcards = true
            case "?":
                tokens.append(.any)
                hasWildcards = true
            case "[":
                guard let token = Self.oneOf(&rest) else { return nil }
                tokens.append(token)
                hasWildcards = true
            case "\\":
                guard let next = rest.popFirst() else { return nil }
                tokens.append(.scalar(next))
            default: tokens.append(.scalar(scalar))
            }
        }
        self.tokens = tokens
        self.hasWildcards = hasWildcards
    }

    private static func oneOf(_ rest: inout Substring.UnicodeScalarView) -> Token? {
        let isNegated = rest.first == "^"
        if isNegated { rest.removeFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while rest.first != "]" || ranges.isEmpty {
            guard let low = end(&rest) else { return nil }
            var high = low
            if rest.first == "-" {
                rest.removeFirst()
                guard let upper = end(&rest) else { return nil }
                high = upper
            }
            // A reversed range is valid but matches nothing.
            ranges.append(low <= high ? low...high : "\0"..."\0")
        }
        rest.removeFirst()
        return .oneOf(ranges, isNegated: isNegated)
    }

    /// Reads one bound of a range in brackets.
    private static func end(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
        guard let scalar = rest.popFirst(), scalar != "-", scalar != "]" else { return nil }
        return scalar == "\\" ? rest.popFirst() : scalar
    }

    /// Whether the pattern matches the whole path, or also one of the folders above it.
    func matches(_ path: String, orFolderAbove: Bool = false) -> Bool {
        // The positions in the pattern that the path read so far may have reached.
        var positions = [Bool](repeating: false, count: tokens.count + 1)
        positions[0] = true
        skip(&positions)
        let none = [Bool](repeating: false, count: tokens.count + 1)
        for scalar in path.unicodeScalars {
            // What was read so far is the path of a folder above.
            if orFolderAbove, scalar == "/", positions.last == true { return true }
            var next = none
            var isAlive = false
            for (position, token) in tokens.enumerated() where positions[position] {
                switch token {
                case .scalar(let wanted): if scalar == wanted { next[position + 1] = true }
                case .any: if scalar != "/" { next[position + 1] = true }
                case .oneOf(let ranges, let isNegated):
                    if scalar != "/", ranges.contains(where: { $0.contains(scalar) }) != isNegated {
                        next[position + 1] = true
                    }
                case .star: if scalar != "/" { next[position] = true }
                case .everything: next[position] = true
                case .depth: continue
                case .depthRest:
                    next[position] = true
                    if scalar == "/" { next[position + 1] = true }
                }
                isAlive = isAlive || next[position] || next[position + 1]
            }
            guard isAlive else { return false }
            positions = next
            skip(&positions)
        }
        return positions.last == true
    }

    /// Adds the positions after tokens that may match nothing.
    private func skip(_ positions: inout [Bool]) {
        for (position, token) in tokens.enumerated() where positions[position] {
            switch token {
            case .star, .everything: positions[position + 1] = true
            case .depth:
                positions[position + 1] = true
                positions[position + 2] = true
            case .scalar, .any, .oneOf, .depthRest: break
            }
        }
    }
}
