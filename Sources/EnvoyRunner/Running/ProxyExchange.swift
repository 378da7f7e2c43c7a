/// A request to a proxy.
package struct ProxyRequest: Sendable, Equatable {
    /// The method.
    package var method = "GET"
    /// The path and the query.
    package var path = "/"
    /// The header fields in their order; `host` and `content-length` are added if they are missing.
    package var headers: [(name: String, value: String)] = []
    /// The body; `nil` for none.
    package var body: [UInt8]?
    /// The sizes of the pieces in which the body is sent, each after Envoy has read the one before.
    ///
    /// The rest is the last piece. Without sizes, the body is one piece, together with the head.
    package var pieces: [Int] = []

    /// A GET of `/`.
    package init() {}

    package static func == (left: ProxyRequest, right: ProxyRequest) -> Bool {
        left.method == right.method && left.path == right.path && left.body == right.body
            && left.pieces == right.pieces && left.headers.elementsEqual(right.headers, by: ==)
    }

    /// The messages to send one after the other: the head, and the pieces of the body.
    var messages: [[UInt8]] {
        var head = "\(method) \(path) HTTP/1.1\r\n"
        let names = headers.map { $0.name.lowercased() }
        if !names.contains("host") { head += "host: localhost\r\n" }
        let isChunked = names.contains("transfer-encoding")
        if let body, !isChunked, !names.contains("content-length") {
            head += "content-length: \(body.count)\r\n"
        }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        var parts: [[UInt8]] = []
        var rest = (body ?? [])[...]
        for size in pieces where !rest.isEmpty {
            parts.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        if !rest.isEmpty { parts.append(Array(rest)) }
        if isChunked {
            parts = parts.map { Array("\(String($0.count, radix: 16))\r\n".utf8) + $0 + Array("\r\n".utf8) }
            parts.append((parts.popLast() ?? []) + Array("0\r\n\r\n".utf8))
        }
        let start = Array((head + "\r\n").utf8)
        guard pieces.isEmpty else { return [start] + parts }
        return [start + parts.flatMap(\.self)]
    }
}

/// A response of a proxy.
package struct ProxyResponse: Sendable {
    /// The status code.
    package var status: Int
    /// The header fields in their order.
    package var headers: [(name: String, value: String)]
    /// The body.
    package var body: [UInt8]

    /// Creates a response.
    package init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The reason why a request got no response.
package enum ProxyExchangeError: Error, Sendable, Equatable {
    /// The connection failed, with the system's message.
    case notConnected(String)
    /// There was no complete response within the time limit.
    case timedOut
    /// The proxy closed the connection before the end of its response.
    case closed
    /// The response is not valid HTTP/1.1.
    case malformed(String)
    /// The response is larger than the limit, in bytes.
    case tooLarge(limit: Int)
    /// The task was canceled.
    case interrupted
}
