import HTTPTransport
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A filter that removes secrets from a trace.
///
/// Values in secret positions (header fields, queries) are never shown. In addition, every sent secret and
/// every cookie is remembered and removed from all later texts, in case a server repeats it, in plain form or
/// encoded for JSON or URLs.
final class TraceRedaction: Sendable {
    static let mark = "REDACTED"

    /// The query parameters of the distribution API and of token services, whose values are shown.
    ///
    /// Other parameters may be signatures.
    private static let openQueries: Set<Substring> = [
        "scope", "service", "mount", "from", "digest", "n", "last", "account", "client_id",
    ]
    /// The fields that this program sends, except credentials; their values are shown.
    private static let openRequestFields: Set<String> = [
        "accept", "content-type", "content-range", "range", "if-range", "user-agent",
    ]
    /// Fields that are shown only with their scheme, for example `Basic REDACTED`.
    private static let authorizations = ["authorization", "proxy-authorization"]
    /// Fields that are shown although their names contain a secret word, because they describe the
    /// authentication.
    private static let challenges = ["www-authenticate", "proxy-authenticate"]
    /// Fields whose whole value is a URL.
    private static let locations = ["location", "content-location"]
    /// Words in the name of a field whose value is treated as a secret.
    private static let secretWords = [
        "auth", "cookie", "token", "secret", "password", "session", "signature", "credential", "-key",
    ]
    /// The length from which a secret is remembered, in bytes; shorter secrets would match ordinary text.
    private static let shortestSecret = 4

    private let secrets = Mutex<Set<String>>([])

    /// Remembers the secrets of a request.
    func learn(from request: Request) {
        for field in request.headers.fields where !Self.openRequestFields.contains(field.name.lowercased()) {
            remember(field.value)
        }
        for value in request.headers.all("Authorization") {
            let secret = value.split(separator: " ", maxSplits: 1).last.map(String.init) ?? value
            remember(secret)
            guard let decoded = Data(base64Encoded: secret).flatMap({ String(bytes: $0, encoding: .utf8) })
            else { continue }
            remember(decoded.split(separator: ":", maxSplits: 1).last.map(String.init) ?? decoded)
        }
        guard case .bytes(let body) = request.body, request.headers["Content-Type"]?.contains("form") == true
        else { return }
        for item in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, ["password", "refresh_token", "access_token"].contains(pair[0]) else {
                continue
            }
            remember(String(pair[1]))
            remember(pair[1].formDecoded)
        }
    }

    /// Remembers the cookies that a server sets.
    func learn(from response: Response) {
        for value in response.headers.all("Set-Cookie") {
            let pair = value.prefix { $0 != ";" }
            if let equals = pair.firstIndex(of: "=") { remember(String(pair[equals...].dropFirst())) }
        }
    }

    /// Returns the value of a request's header field for display.
    ///
    /// Users can configure any field, so all but a few fields are treated as secrets.
    func sentValue(of field: HeaderFields.Field) -> String {
        let isOpen = Self.openRequestFields.contains(field.name.lowercased())
        let value = value(of: field)
        return isOpen || Self.authorizations.contains(field.name.lowercased()) ? value : Self.mark
    }

    /// Returns the value of a response's header field for display.
    func value(of field: HeaderFields.Field) -> String {
        let name = field.name.lowercased()
        if Self.authorizations.contains(name) {
            let words = field.value.split(separator: " ", maxSplits: 1)
            return words.count == 2 && ["basic", "bearer"].contains(words[0].lowercased())
                ? "\(words[0]) \(Self.mark)" : Self.mark
        }
        if Self.locations.contains(name) { return location(field.value) }
        let isSecret = !Self.challenges.contains(name) && Self.secretWords.contains(where: name.contains)
        return isSecret ? Self.mark : text(field.value)
    }

    /// Returns a text for display, without user names in URLs, query values, known secrets and JSON web
    /// tokens.
    func text(_ text: String) -> String {
        Self.withoutWebTokens(
            Self.withoutQueries(Self.withoutFragments(Self.withoutUserNames(withoutKnown(text))))
        )
    }

    /// Returns a URL or relative reference for display.
    ///
    /// The text is only a URL, so its query extends to the fragment or the end, including spaces and quotes.
    func location(_ text: String) -> String {
        let known = withoutKnown(text)
        let path = known.prefix { $0 != "?" && $0 != "#" }
        let query = known[path.endIndex...].prefix { $0 != "#" }
        let fragment = known[query.endIndex...].isEmpty ? "" : "#\(Self.mark)"
        return Self.withoutWebTokens(
            Self.withoutUserNames(String(path)) + query.prefix(1) + Self.shown(query: query.dropFirst())
                + fragment
        )
    }

    private func remember(_ secret: String) {
        guard secret.utf8.count >= Self.shortestSecret else { return }
        secrets.withLock { $0.formUnion(secret.secretEncodings) }
    }

    /// Removes known secrets; runs first, because a secret may look like part of a URL.
    private func withoutKnown(_ text: String) -> String {
        secrets.withLock { $0.sorted { $0.utf8.count > $1.utf8.count } }.reduce(text) {
            $0.replacing($1, with: Self.mark)
        }
    }

    /// The separators after a URL's scheme; PHP encodes "/" in JSON as \/.
    private static let beginnings = ["://", ":\\/\\/"]

    private static func withoutUserNames(_ text: String) -> String {
        beginnings.reduce(text) { text, beginning in
            text.rewriting(after: beginning, while: { !"/?# \t\r\n\"<>".contains($0) }) { authority in
                authority.lastIndex(of: "@").map { mark + authority[$0...] } ?? String(authority)
            }
        }
    }

    private static func withoutFragments(_ text: String) -> String {
        beginnings.reduce(text) { text, beginning in
            text.rewriting(after: beginning, while: { !" \t\r\n\"<>".contains($0) }) { url in
                url.firstIndex(of: "#").map { url[...$0] + mark } ?? String(url)
            }
        }
    }

    private static func withoutQueries(_ text: String) -> String {
        text.rewriting(after: "?", while: { !" \t\r\n\"<>#".contains($0) }, shown(query:))
    }

    private static func shown(query: Substring) -> String {
        // Go encodes "&" in JSON as \u0026.
        query.replacing("\\u0026", with: "&").split(separator: "&", omittingEmptySubsequences: false).map {
            item in
            guard let equals = item.firstIndex(of: "=") else { return item.isEmpty ? "" : mark }
            let name = item[..<equals]
            let isPlain = !item[equals...].dropFirst().contains { ";?='\"<>".contains($0) }
            return openQueries.contains(name) && isPlain ? String(item) : "\(name)=\(mark)"
        }.joined(separator: "&")
    }

    /// Removes JSON web tokens: three base64url parts separated by dots, the first of which is a JSON object
    /// (RFC 7519 §3).
    private static func withoutWebTokens(_ text: String) -> String {
        text.rewriting(
            after: "eyJ",
            while: { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        ) {
            $0.count > 16 ? mark : String($0)
        }
    }
}

extension String {
    /// Replaces each run of characters after a mark.
    fileprivate func rewriting(
        after mark: String,
        while isInRun: (Character) -> Bool,
        _ rewritten: (Substring) -> String
    ) -> String {
        var result = ""
        var rest = self[...]
        while let found = rest.firstRange(of: mark) {
            let run = rest[found.upperBound...].prefix(while: isInRun)
            result += rest[..<found.upperBound] + rewritten(run)
            rest = rest[run.endIndex...]
        }
        return result + rest
    }
}

extension Substring {
    /// The decoded value of a form field: `+` is a space, and `%XX` is a byte.
    fileprivate var formDecoded: String {
        var bytes: [UInt8] = []
        var rest = utf8
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), let value = UInt8(String(Substring(digits)), radix: 16),
                digits.count == 2
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
