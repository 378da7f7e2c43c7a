/// A link in the header field `Link` of a response (RFC 8288 §3).
struct LinkField: Hashable, Sendable {
    /// The address, relative to that of the response.
    let target: String
    /// The parameters by lower-case name; the first one of each name counts.
    let parameters: [String: String]

    /// Whether it points to the page after the response.
    var isNext: Bool {
        // A link with an anchor belongs to another page (§3.2). Relations are separated by blanks and ignore case (§3.3).
        guard parameters["anchor"] == nil, let relations = parameters["rel"] else { return false }
        return relations.split(whereSeparator: \.isWhitespace).contains { $0.lowercased() == "next" }
    }

    /// Parses all links of all such fields; `nil` if one is invalid.
    static func all(in fields: [String]) -> [LinkField]? {
        var links: [LinkField] = []
        for field in fields {
            var reader = LinkReader(rest: field[...])
            guard let more = reader.links() else { return nil }
            links += more
        }
        return links
    }
}

private struct LinkReader {
    var rest: Substring

    /// Reads `#( "<" URI-Reference ">" *( OWS ";" OWS link-param ) )`; `nil` for anything else.
    mutating func links() -> [LinkField]? {
        var links: [LinkField] = []
        while true {
            // Empty elements of a list are allowed (RFC 9110 §5.6.1).
            skip { $0 == "," || $0.isBlank }
            guard !rest.isEmpty else { return links }
            guard consume("<"), let end = rest.firstIndex(of: ">") else { return nil }
            let target = rest[..<end]
            rest = rest[rest.index(after: end)...]
            guard let parameters = parameters() else { return nil }
            links.append(LinkField(target: String(target), parameters: parameters))
            guard rest.isEmpty || rest.first == "," else { return nil }
        }
    }

    private mutating func parameters() -> [String: String]? {
        var result: [String: String] = [:]
        while true {
            skip(\.isBlank)
            guard consume(";") else { return result }
            skip(\.isBlank)
            let name = token().lowercased()
            if name.isEmpty { continue }
            skip(\.isBlank)
            var value = ""
            if consume("=") {
                skip(\.isBlank)
                guard let found = consume("\"") ? quotedString() : token() else { return nil }
                value = found
            }
            // Of two `rel`, the first one counts (§3.3).
            if result[name] == nil { result[name] = value }
        }
    }

    private mutating func token() -> String {
        let token = rest.prefix { !$0.isBlank && !",;=\"<>".contains($0) }
        rest = rest[token.endIndex...]
        return String(token)
    }

    /// Reads up to the closing quote; `nil` without one.
    private mutating func quotedString() -> String? {
        var result = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return result
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                result.append(escaped)
            default: result.append(character)
            }
        }
        return nil
    }

    private mutating func consume(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skip(_ isSkipped: (Character) -> Bool) { rest = rest.drop(while: isSkipped) }
}

extension Character {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
}
