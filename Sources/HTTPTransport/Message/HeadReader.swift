import Diagnostics

/// Parses a response's head from the lines that libcurl passes, within limits.
struct HeadReader {
    /// The largest total size of all heads and trailers of an exchange, in bytes: 64 KiB.
    static let sizeLimit = 64 * 1024
    /// The largest number of fields in all heads and trailers.
    static let countLimit = 200

    /// The final head, when it is complete.
    private(set) var response: Response?

    private var size = 0
    private var count = 0
    private var status: Int?
    private var headers = HeaderFields()

    /// Parses the next line, including its line end; returns the final head when this line completes it.
    ///
    /// Over HTTP/2, libcurl writes a status line in place of the pseudo-header field.
    mutating func read(_ line: UnsafeRawBufferPointer, isHTTP2: Bool = false) throws(TransferError)
        -> Response?
    {
        size += line.count
        guard size <= Self.sizeLimit else {
            throw TransferError(
                .protocolViolation,
                "the response's head has more than \(Self.sizeLimit) bytes"
            )
        }
        let text = line.trimmedText
        guard let status else {
            // Only a trailer can follow the final head; it is ignored.
            if response == nil { self.status = try Self.status(of: text, isHTTP2) } else { try countField() }
            return nil
        }
        guard text.isEmpty else {
            try readField(text, isFolded: line.first?.isBlank ?? false)
            return nil
        }
        self.status = nil
        defer { headers = HeaderFields() }
        guard status >= 200 else {
            guard status != 101 else {
                throw TransferError(.protocolViolation, "the server switches protocols without a request")
            }
            return nil
        }
        try checkFraming()
        response = Response(status: status, headers: headers)
        return response
    }

    /// Parses a status line such as `HTTP/1.1 200 OK` (RFC 9112 §4) or `HTTP/2 200`.
    private static func status(of line: String, _ isHTTP2: Bool) throws(TransferError) -> Int {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1.") || isHTTP2 && parts[0] == "HTTP/2",
            parts[1].utf8.count == 3,
            let status = Int(parts[1]), (100...999).contains(status)
        else {
            throw TransferError(
                .protocolViolation,
                "the response does not start with a status line of HTTP/1"
            )
        }
        return status
    }

    private mutating func readField(_ text: String, isFolded: Bool) throws(TransferError) {
        if isFolded, !headers.fields.isEmpty {
            headers.extendLast(with: text)
            return
        }
        try countField()
        guard let colon = text.firstIndex(of: ":"), text[..<colon].isFieldName else {
            throw TransferError(.protocolViolation, "a line of the response's head is not a field")
        }
        headers.add(String(text[..<colon]), text[text.index(after: colon)...].trimmingBlanks)
    }

    private mutating func countField() throws(TransferError) {
        count += 1
        guard count <= Self.countLimit else {
            throw TransferError(
                .protocolViolation,
                "the response has more than \(Self.countLimit) header fields"
            )
        }
    }

    /// Checks that the end of the body is unambiguous (RFC 9112 §6); libcurl would use the last of several lengths.
    private func checkFraming() throws(TransferError) {
        let lengths = headers.all("Content-Length").flatMap { $0.split(separator: ",") }.map(\.trimmingBlanks)
        for length in lengths {
            guard length == lengths.first, length.utf8.allSatisfy(\.isDigit), Int(length) != nil else {
                throw TransferError(
                    .protocolViolation,
                    "the response's Content-Length is \"\(lengths.joined(separator: ", "))\""
                )
            }
        }
        for coding in headers.all("Transfer-Encoding") where !coding.equalsIgnoringCase("chunked") {
            throw TransferError(.protocolViolation, "the response's Transfer-Encoding is \"\(coding)\"")
        }
    }
}
