import Diagnostics
import HTTPTransport

/// A request and its response, formatted as lines of text.
struct TracedExchange {
    /// The number of characters of a body that are shown.
    private static let bodyLimit = 4096
    /// Members of a token service's response; a document with one of them is never shown.
    private static let secretMembers = [
        "token", "access_token", "refresh_token", "id_token", "identitytoken", "registrytoken", "password",
        "secret", "auth",
    ]

    let request: Request
    let outcome: Result<Response, TransferError>
    let body: TracingSink.Body
    let duration: Duration

    /// Whether the body of a response may be shown: only manifests and error messages, never blobs and
    /// tokens.
    static func showsBody(of response: Response) -> Bool {
        let type = response.headers["Content-Type"]
        return response.status >= 400 ? isText(type) : response.status == 200 && isManifest(type)
    }

    private static func isManifest(_ type: String?) -> Bool {
        guard let type = type?.lowercased().prefix(while: { $0 != ";" }), type.hasSuffix("json") else {
            return false
        }
        return [".manifest.", ".index."].contains(where: type.contains)
    }

    private static func isText(_ type: String?) -> Bool {
        guard let type = type?.lowercased().prefix(while: { $0 != ";" }) else { return false }
        return type.hasPrefix("text/") || type.hasSuffix("json")
    }

    /// Returns the lines: the request with its fields, the response or failure with its duration and
    /// connection, the response's fields, and bodies.
    func text(_ redaction: TraceRedaction) -> String {
        var lines = [request.method.rawValue + " " + redaction.location(request.url.description)]
        lines += request.headers.fields.map { "> \($0.name): \(redaction.sentValue(of: $0))" }
        lines += requestBody(redaction)
        switch outcome {
        case .success(let response):
            lines.append(
                "< \(response.status) in \(Self.milliseconds(duration)) ms"
                    + Self.description(of: response.connection)
            )
            lines += response.headers.fields.map { "< \($0.name): \(redaction.value(of: $0))" }
            if let shown = body.shown {
                lines += Self.document(shown, of: body.count, redaction)
            } else if body.count > 0 {
                lines.append("(\(body.count) bytes, not shown)")
            }
        case .failure(let error):
            lines.append(
                "! \(error.kind.described) after \(Self.milliseconds(duration)) ms: \(redaction.text(error.detail))"
            )
        }
        return lines.map(\.printable).joined(separator: "\n")
    }

    private func requestBody(_ redaction: TraceRedaction) -> [String] {
        switch request.body {
        case .none: []
        case .bytes(let bytes) where Self.isManifest(request.headers["Content-Type"]):
            Self.document(bytes, of: bytes.count, redaction)
        case .bytes(let bytes): ["(\(bytes.count) bytes, not shown)"]
        case .file(_, let size): ["(\(size) bytes, not shown)"]
        case .slice(_, let range, _): ["(\(range.count) bytes, not shown)"]
        }
    }

    private static func document(_ bytes: [UInt8], of count: Int, _ redaction: TraceRedaction) -> [String] {
        guard !bytes.isEmpty else { return [] }
        let text = String(decoding: bytes, as: UTF8.self)
        guard !holdsSecretMember(text) else {
            return ["(\(count) bytes, not shown: the body contains a token or password)"]
        }
        let shown = redaction.text(text)
        let cut = shown.truncated(to: bodyLimit)
        let lines = cut.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
        return cut == shown && bytes.count == count ? lines : lines + ["(truncated from \(count) bytes)"]
    }

    private static func holdsSecretMember(_ text: String) -> Bool {
        let compact = text.lowercased().filter { !$0.isWhitespace }
        return secretMembers.contains { compact.contains("\"\($0)\":") }
    }

    private static func description(of connection: Connection?) -> String {
        guard let connection else { return "" }
        let proxy = connection.proxy.map { ", through proxy \($0)" } ?? ""
        let version = connection.isHTTP2 ? ", HTTP/2" : ""
        let state = connection.isNew ? "new" : "reused"
        return
            ", \(state) connection to \(connection.address), \(connection.tlsVersion ?? "no TLS")\(version)\(proxy)"
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds.multipliedReportingOverflow(by: 1000).partialValue &+ attoseconds
            / 1_000_000_000_000_000
    }
}
