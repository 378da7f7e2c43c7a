/// Reads a response of HTTP/1.1 from its bytes (RFC 9112).
struct ResponseReader {
    /// The largest head, in bytes.
    private static let headLimit = 1 << 20

    private enum Framing {
        case length(Int)
        case chunks
        case untilClose
    }

    private let isHead: Bool
    private let limit: Int
    private var bytes: [UInt8] = []
    private var response: ProxyResponse?
    private var framing = Framing.length(0)
    private(set) var isComplete = false

    /// Creates a reader of the response to a request.
    ///
    /// - Parameters:
    ///   - method: the method of the request; a response to HEAD has no body.
    ///   - limit: the largest body, in bytes.
    init(to method: String, limit: Int) {
        isHead = method == "HEAD"
        self.limit = limit
    }

    /// Adds bytes of the connection.
    mutating func add(_ piece: some Sequence<UInt8>) throws(ProxyExchangeError) {
        bytes += piece
        while !isComplete, try step() {}
    }

    /// Returns the response after the end of the connection, or when it is complete.
    mutating func finished() throws(ProxyExchangeError) -> ProxyResponse {
        if case .untilClose = framing, response != nil { isComplete = true }
        guard let response, isComplete else { throw .closed }
        return response
    }

    /// Reads the next part; returns `false` if more bytes are needed.
    private mutating func step() throws(ProxyExchangeError) -> Bool {
        guard response != nil else { return try readHead() }
        switch framing {
        case .length(let length):
            guard bytes.count >= length else { return false }
            response?.body += bytes.prefix(length)
            isComplete = true
            return false
        case .untilClose:
            try take(bytes.count)
            return false
        case .chunks: return try readChunk()
        }
    }

    private mutating func take(_ count: Int) throws(ProxyExchangeError) {
        guard (response?.body.count ?? 0) + count <= limit else { throw .tooLarge(limit: limit) }
        response?.body += bytes.prefix(count)
        bytes.removeFirst(count)
    }

    private mutating func readChunk() throws(ProxyExchangeError) -> Bool {
        guard let end = lineEnd(from: 0) else { return false }
        let size = String(decoding: bytes[..<end], as: UTF8.self).prefix { $0 != ";" }
        guard let count = Int(size, radix: 16), count >= 0, count <= limit else {
            throw .malformed("a chunk has no valid size")
        }
        let start = end + 2
        if count == 0 {
            // Trailers end with an empty line.
            var line = start
            while let next = lineEnd(from: line) {
                if next == line {
                    isComplete = true
                    return false
                }
                line = next + 2
            }
            return false
        }
        guard bytes.count - start >= count + 2 else { return false }
        bytes.removeFirst(start)
        try take(count)
        bytes.removeFirst(2)
        return true
    }

    private mutating func readHead() throws(ProxyExchangeError) -> Bool {
        var lines: [String] = []
        var position = 0
        while true {
            guard let end = lineEnd(from: position) else {
                if bytes.count > Self.headLimit { throw .tooLarge(limit: Self.headLimit) }
                return false
            }
            if end == position { break }
            lines.append(String(decoding: bytes[position..<end], as: UTF8.self))
            position = end + 2
        }
        bytes.removeFirst(position + 2)
        let words = (lines.first ?? "").split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw .malformed("the first line is not a status line")
        }
        // An interim response is followed by the final one.
        if (100..<200).contains(status), status != 101 { return true }
        var headers: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else {
                throw .malformed("a header field has no colon")
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.append((String(line[..<colon]), String(value)))
        }
        response = ProxyResponse(status: status, headers: headers, body: [])
        try readFraming(status, headers)
        return true
    }

    private mutating func readFraming(_ status: Int, _ headers: [(name: String, value: String)])
        throws(ProxyExchangeError)
    {
        func value(_ name: String) -> String? { headers.last { $0.name.lowercased() == name }?.value }
        if isHead || status == 204 || status == 304 {
            framing = .length(0)
        } else if value("transfer-encoding")?.lowercased() == "chunked" {
            framing = .chunks
        } else if let text = value("content-length") {
            guard let length = Int(text), length >= 0 else {
                throw .malformed("content-length is not a number")
            }
            guard length <= limit else { throw .tooLarge(limit: limit) }
            framing = .length(length)
        } else {
            framing = .untilClose
        }
    }

    /// Returns the position of the next CR LF.
    private func lineEnd(from start: Int) -> Int? {
        guard start < bytes.count else { return nil }
        var search = bytes[start...]
        while let position = search.firstIndex(of: 0x0D) {
            guard position + 1 < bytes.count else { return nil }
            if bytes[position + 1] == 0x0A { return position }
            search = bytes[(position + 1)...]
        }
        return nil
    }
}
