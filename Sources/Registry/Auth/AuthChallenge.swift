import Diagnostics

/// A challenge of a server: a way in which it accepts authentication (RFC 9110 §11.6.1, `WWW-Authenticate`).
struct AuthChallenge: Hashable, Sendable {
    /// The scheme in lower case, for example `bearer`.
    let scheme: String
    /// The parameters, with names in lower case.
    let parameters: [String: String]

    /// Parses all challenges in the `WWW-Authenticate` fields of a response.
    ///
    /// A field may contain several challenges, values may be tokens or quoted strings with escapes, and white
    /// space may surround `=` and `,`. A malformed field yields the challenges before the error.
    static func all(in fields: [String]) -> [AuthChallenge] {
        fields.flatMap { field in
            var reader = ChallengeReader(text: Array(field.unicodeScalars))
            return reader.challenges()
        }
    }
}

private struct ChallengeReader {
    let text: [Unicode.Scalar]
    var position = 0

    init(text: [Unicode.Scalar]) { self.text = text }

    private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

    mutating func challenges() -> [AuthChallenge] {
        var result: [AuthChallenge] = []
        while true {
            skip { $0.isBlank || $0 == "," }
            guard let scheme = token() else { return result }
            skip(\.isBlank)
            let isAlone = next == nil || next == ","
            guard let parameters = parameters() else { return result }
            if isAlone, let last = result.last, !last.parameters.isEmpty {
                // It may be a parameter without a value, so the parameters after its comma go to the
                // challenge before it.
                result.removeLast()
                let all = last.parameters.merging(parameters) { first, _ in first }
                result.append(AuthChallenge(scheme: last.scheme, parameters: all))
                result.append(AuthChallenge(scheme: scheme.lowercased(), parameters: [:]))
            } else {
                result.append(AuthChallenge(scheme: scheme.lowercased(), parameters: parameters))
            }
        }
    }

    /// Parses the parameters up to the next challenge; returns `nil` for an unterminated string or a repeated
    /// parameter.
    private mutating func parameters() -> [String: String]? {
        var result: [String: String] = [:]
        while true {
            let start = position
            skip { $0.isBlank || $0 == "," }
            guard let name = token() else { return result }
            skip(\.isBlank)
            // A repeated parameter is ambiguous.
            guard next != "=" || result[name.lowercased()] == nil else { return nil }
            guard next == "=" else {
                // This token is the scheme of the next challenge.
                position = start
                return result
            }
            position += 1
            skip(\.isBlank)
            if next == "\"" {
                guard let value = quotedString() else { return nil }
                result[name.lowercased()] = value
            } else {
                result[name.lowercased()] = token(including: "=") ?? ""
            }
        }
    }

    private mutating func skip(_ isSkipped: (Unicode.Scalar) -> Bool) {
        while let scalar = next, isSkipped(scalar) { position += 1 }
    }

    private mutating func token(including extra: Unicode.Scalar? = nil) -> String? {
        var result = String.UnicodeScalarView()
        while let scalar = next, scalar.isTokenCharacter || scalar == extra {
            result.append(scalar)
            position += 1
        }
        return result.isEmpty ? nil : String(result)
    }

    private mutating func quotedString() -> String? {
        position += 1
        var result = String.UnicodeScalarView()
        while let scalar = next {
            position += 1
            switch scalar {
            case "\"": return String(result)
            case "\\":
                guard let escaped = next else { return nil }
                result.append(escaped)
                position += 1
            default: result.append(scalar)
            }
        }
        return nil
    }
}

extension Unicode.Scalar {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }

    /// RFC 9110's `tchar`, and the characters in unquoted realms of real registries.
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", "!", "#", "$", "%", "&", "'", "*", "+", "-", ".", "^", "_", "`",
            "|", "~",
            "/", ":", "?":
            true
        default: false
        }
    }
}
