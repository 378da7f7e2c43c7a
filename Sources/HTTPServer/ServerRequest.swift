import Diagnostics
import NIOCore
import NIOHTTP1

/// The head of a request, checked: one target in origin form, and at most one `Host`.
package struct ServerRequest: Sendable {
    /// The method in upper case, for example `GET`.
    package let method: String
    /// The path as it was sent, percent-encoded; starts with `/`.
    package let path: String
    /// The query as it was sent, without `?`; empty if there is none.
    package let query: String
    /// The authority that the client used: of an absolute target, else of `Host`; empty in HTTP/1.0.
    package let authority: String
    /// The address of the client, for the log.
    package let client: String
    private let fields: HTTPHeaders

    /// Reads the head.
    ///
    /// Throws ``Failure/Code/protocolViolation`` for a target that is neither a path nor an absolute URL, and for a `Host`
    /// that is missing or repeated (RFC 9112, sections 3.2 and 3.2.2).
    init(_ head: HTTPRequestHead, client: String) throws(Failure) {
        let hosts = head.headers[canonicalForm: "host"]
        guard hosts.count == 1 || hosts.isEmpty && head.version != .http1_1 else {
            throw Failure(.protocolViolation, "the request has \(hosts.count) Host fields")
        }
        // Other codings, and codings in HTTP/1.0, can be read in two ways (RFC 9112, sections 6.1 and 7).
        let codings = head.headers["Transfer-Encoding"]
        guard codings.isEmpty || codings.map({ $0.lowercased() }) == ["chunked"] && head.version == .http1_1
        else {
            throw Failure(.protocolViolation, "the request has a transfer coding other than chunked")
        }
        var target = Substring(head.uri)
        var authority = hosts.first.map(String.init) ?? ""
        let scheme = target.prefix { $0 != ":" && $0 != "/" }
        if ["http", "https"].contains(scheme.lowercased()), target.dropFirst(scheme.count).hasPrefix("://") {
            let rest = target.dropFirst(scheme.count + 3)
            let host = rest.prefix { !"/?#".contains($0) }
            authority = String(host)
            target = rest.dropFirst(host.count)
            if !target.hasPrefix("/") { target = "/" + target }
        }
        guard target.hasPrefix("/"), !target.contains("#") else {
            throw Failure(.protocolViolation, "the request's target is not a path")
        }
        let path = target.prefix { $0 != "?" }
        method = head.method.rawValue
        self.path = String(path)
        query = String(target.dropFirst(path.count + 1))
        self.authority = authority
        self.client = client
        fields = head.headers
    }

    /// Creates a request without a connection.
    package init(
        _ method: String,
        _ target: String,
        authority: String = "localhost",
        fields: [(String, String)] = []
    ) {
        let path = target.prefix { $0 != "?" }
        self.method = method
        self.path = String(path)
        query = String(target.dropFirst(path.count + 1))
        self.authority = authority
        client = ""
        self.fields = HTTPHeaders(fields)
    }

    /// The path and the query, as they were sent.
    package var target: String { query.isEmpty ? path : "\(path)?\(query)" }

    /// All header fields in the order in which they were sent, with their names as sent.
    package var allFields: [(name: String, value: String)] { fields.map { ($0.name, $0.value) } }

    /// Returns the value of a field, `nil` without one; several fields are joined by commas (RFC 9110 §5.3).
    package subscript(field name: String) -> String? {
        let values = fields[name]
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }
}
