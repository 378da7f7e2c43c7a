extension HTTPURL {
    /// Resolves a reference in a response (`Location`, `Link`) against this URL (RFC 3986 §5.2).
    ///
    /// The reference may be absolute, `//host/path`, `/path`, relative or only a query. Keeps its query byte for byte and
    /// removes dot segments from its path. Throws ``TransferError/Kind/invalidURL`` for URLs that ``init(parsing:)``
    /// rejects.
    package func resolving(_ reference: String) throws(TransferError) -> HTTPURL {
        try Self.requireVisibleASCII(reference)
        var rest = reference.prefix { $0 != "#" }
        let query = rest.cut(at: "?")
        if rest.hasPrefix("//") { rest = "\(scheme.rawValue):\(rest)" }

        if rest.namesScheme {
            var target = try HTTPURL(parsing: String(rest))
            target.path = target.path.removingDotSegments
            target.query = query.map { String($0) }
            return target
        }

        var target = self
        if rest.isEmpty {
            target.query = query.map { String($0) } ?? self.query
        } else {
            let whole = rest.hasPrefix("/") ? String(rest) : path.upToLastSlash + rest
            target.path = whole.removingDotSegments
            target.query = query.map { String($0) }
        }
        return target
    }
}

extension Substring {
    /// Removes everything from the first such character on; returns the text after the character.
    fileprivate mutating func cut(at character: Character) -> Substring? {
        guard let mark = firstIndex(of: character) else { return nil }
        let tail = self[index(after: mark)...]
        self = self[..<mark]
        return tail
    }

    /// Whether it starts with a scheme and a colon (RFC 3986 §3.1).
    fileprivate var namesScheme: Bool {
        guard let colon = firstIndex(of: ":"), let first, first.isLetter else { return false }
        return self[..<colon].allSatisfy { $0.isLetter || $0.isNumber || "+-.".contains($0) }
    }
}

extension String {
    /// The base's part of a merged path (RFC 3986 §5.2.3).
    fileprivate var upToLastSlash: String {
        lastIndex(of: "/").map { String(self[...$0]) } ?? "/"
    }

    /// The path, which starts with a slash, without dot segments (RFC 3986 §5.2.4).
    fileprivate var removingDotSegments: String {
        let segments = split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var kept: [Substring] = []
        for (position, segment) in segments.enumerated() {
            let isLast = position == segments.count - 1
            switch segment {
            case ".":
                if isLast { kept.append("") }
            case "..":
                _ = kept.popLast()
                if isLast { kept.append("") }
            default:
                kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/")
    }
}
