/// A pattern for paths, with Go's rules (`path/filepath.Match`): `*`, `?`, `[a-z]`, `[^a]` and `\`.
///
/// None of them matches a `/`. In `.dockerignore`, `**` also stands for any number of folders. Matching takes time
/// proportional to the pattern times the path, whatever they are.
struct PathPattern: Sendable {
    private enum Token {
        case scalar(Unicode.Scalar)
        case any
        case oneOf([ClosedRange<Unicode.Scalar>], isNegated: Bool)
        /// `*`: as much as there is up to the next `/`.
        case star
        /// Anything at all, or nothing.
        case everything
        /// `**/`, its first half: nothing, or what the second half takes.
        case depth
        /// `**/`, its second half: anything that ends with a `/`.
        case depthRest
    }

    private let tokens: [Token]
    /// Whether it is more than a plain name.
    let hasWildcards: Bool

    /// Reads a pattern; `nil` for one that is broken, as a `[` without its `]`.
    ///
    /// - Parameters:
    ///   - text: the pattern.
    ///   - knowsDepth: whether `**` means any number of folders.
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
                // `**.log` is any name that ends so, in any folder.
                let isAnyName =
                    !isFolder && tokens.isEmpty && !rest.contains { "*?[\\".unicodeScalars.contains($0) }
                tokens += rest.isEmpty || isAnyName ? [.everything] : [.depth, .depthRest]
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
                guard let other = end(&rest) else { return nil }
                high = other
            }
            // A range that runs backwards matches nothing, but it is one.
            ranges.append(low <= high ? low...high : "\0"..."\0")
        }
        rest.removeFirst()
        return .oneOf(ranges, isNegated: isNegated)
    }

    /// One end of a range in brackets.
    private static func end(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
        guard let scalar = rest.popFirst(), scalar != "-", scalar != "]" else { return nil }
        return scalar == "\\" ? rest.popFirst() : scalar
    }

    /// Whether the pattern is the whole of a path.
    func matches(_ path: String) -> Bool {
        // All places in the pattern where the path read so far may end.
        var places = [Bool](repeating: false, count: tokens.count + 1)
        places[0] = true
        skip(&places)
        for scalar in path.unicodeScalars {
            var next = [Bool](repeating: false, count: tokens.count + 1)
            for (place, token) in tokens.enumerated() where places[place] {
                switch token {
                case .scalar(let wanted): if scalar == wanted { next[place + 1] = true }
                case .any: if scalar != "/" { next[place + 1] = true }
                case .oneOf(let ranges, let isNegated):
                    if scalar != "/", ranges.contains(where: { $0.contains(scalar) }) != isNegated {
                        next[place + 1] = true
                    }
                case .star: if scalar != "/" { next[place] = true }
                case .everything: next[place] = true
                case .depth: break
                case .depthRest:
                    next[place] = true
                    if scalar == "/" { next[place + 1] = true }
                }
            }
            places = next
            skip(&places)
        }
        return places.last == true
    }

    /// Goes on past what may stand for nothing.
    private func skip(_ places: inout [Bool]) {
        for (place, token) in tokens.enumerated() where places[place] {
            switch token {
            case .star, .everything: places[place + 1] = true
            case .depth:
                places[place + 1] = true
                places[place + 2] = true
            case .scalar, .any, .oneOf, .depthRest: break
            }
        }
    }
}
