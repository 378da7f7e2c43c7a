import HTTPTransport
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Keeps secrets out of a trace.
///
/// What is known to be a secret by its place (a header, a query) is never shown. Beyond that, each secret that was sent
/// along or set as a cookie is remembered, and taken out of every text that follows, in case a server repeats it, as it
/// was or as JSON and URLs write it.
final class TraceRedaction: Sendable {
    static let mark = "REDACTED"

    /// The queries of the distribution API and of token services.
    ///
    /// All others may be signatures.
    private static let openQueries: Set<Substring> = [
        "scope", "service", "mount", "from", "digest", "n", "last", "account", "client_id",
    ]
    /// What this program sends itself besides credentials.
    private static let openRequestFields: Set<String> = [
        "accept", "content-type", "content-range", "range", "if-range", "user-agent",
    ]
    /// Shown with their scheme alone, for example `Basic REDACTED`.
    private static let authorizations = ["authorization", "proxy-authorization"]
    /// Shown, though their names hold one of the words of secret ones: they say how to sign in.
    private static let challenges = ["www-authenticate", "proxy-authenticate"]
    /// One URL each, to the last character.
    private static let locations = ["location", "content-location"]
    /// A header with one of these in its name holds a secret, as far as anybody can know.
    private static let secretWords = [
        "auth", "cookie", "token", "secret", "password", "session", "signature", "credential", "-key",
    ]
    /// Shorter ones are not looked for: they would stand everywhere.
    private static let shortestSecret = 4

    private let secrets = Mutex<Set<String>>([])

    /// Learns what a request sends along.
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

    /// Learns which cookies a server sets.
    func learn(from response: Response) {
        for value in response.headers.all("Set-Cookie") {
            let pair = value.prefix { $0 != ";" }
            if let equals = pair.firstIndex(of: "=") { remember(String(pair[equals...].dropFirst())) }
        }
    }

    /// The value of a request's header field as it may be shown.
    ///
    /// A user may have any field sent along, so all but a few are secrets.
    func sentValue(of field: HeaderFields.Field) -> String {
        let isOpen = Self.openRequestFields.contains(field.name.lowercased())
        let value = value(of: field)
        return isOpen || Self.authorizations.contains(field.name.lowercased()) ? value : Self.mark
    }

    /// The value of an answer's header field as it may be shown.
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

    /// Any text as it may be shown: without user names in URLs, values of queries, known secrets, and JSON web tokens.
    func text(_ text: String) -> String {
        Self.withoutWebTokens(
            Self.withoutQueries(Self.withoutFragments(Self.withoutUserNames(withoutKnown(text))))
        )
    }

    /// A URL or the end of one, and nothing else, as it may be shown.
    ///
    /// Its query ends with it, whatever characters are in there.
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
        secrets.withLock { $0.formUnion(secret.spellings) }
    }

    /// Before all else, since a secret may look like a part of a URL.
    private func withoutKnown(_ text: String) -> String {
        secrets.withLock { $0.sorted { $0.utf8.count > $1.utf8.count } }.reduce(text) {
            $0.replacing($1, with: Self.mark)
        }
    }

    /// PHP writes "/" into JSON as \/.
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
        // Go writes "&" into JSON as \u0026.
        query.replacing("\\u0026", with: "&").split(separator: "&", omittingEmptySubsequences: false).map {
            item in
            guard let equals = item.firstIndex(of: "=") else { return item.isEmpty ? "" : mark }
            let name = item[..<equals]
            let isPlain = !item[equals...].dropFirst().contains { ";?='\"<>".contains($0) }
            return openQueries.contains(name) && isPlain ? String(item) : "\(name)=\(mark)"
        }.joined(separator: "&")
    }

    /// Three parts of base64url with dots between, the first of which is JSON (RFC 7519 §3).
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
    /// The text with each run of characters that follows a mark written anew.
    fileprivate func rewriting(
        after mark: String,
        while belongs: (Character) -> Bool,
        _ rewritten: (Substring) -> String
    ) -> String {
        var result = ""
        var rest = self[...]
        while let found = rest.firstRange(of: mark) {
            let run = rest[found.upperBound...].prefix(while: belongs)
            result += rest[..<found.upperBound] + rewritten(run)
            rest = rest[run.endIndex...]
        }
        return result + rest
    }
}

extension Substring {
    /// The value of a form's field: `+` is a blank, `%XX` a byte.
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
