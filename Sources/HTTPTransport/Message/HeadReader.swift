/// Puts a response's head together from the lines libcurl hands over, within limits.
struct HeadReader {
    /// The most bytes that all heads and trailers of one exchange may have: 64 KiB.
    static let sizeLimit = 64 * 1024
    /// The most fields that they may have.
    static let countLimit = 200

    /// The final head, once it is complete.
    private(set) var response: Response?

    private var size = 0
    private var count = 0
    private var status: Int?
    private var headers = HeaderFields()

    /// Takes the next line with its line end; gives the final head when this line completes it.
    mutating func take(_ line: UnsafeRawBufferPointer) throws(TransferError) -> Response? {
        size += line.count
        guard size <= Self.sizeLimit else {
            throw TransferError(
                .protocolViolation,
                "the response's head has more than \(Self.sizeLimit) bytes"
            )
        }
        let text = line.trimmedText
        guard let status else {
            // After the final head only a trailer can come. Nobody needs it.
            if response == nil { self.status = try Self.status(of: text) } else { try countField() }
            return nil
        }
        guard text.isEmpty else {
            try takeField(text, isFolded: line.first?.isBlank ?? false)
            return nil
        }
        self.status = nil
        defer { headers = HeaderFields() }
        guard status >= 200 else {
            guard status != 101 else {
                throw TransferError(.protocolViolation, "the server switches to a protocol nobody asked for")
            }
            return nil
        }
        try checkFraming()
        response = Response(status: status, headers: headers)
        return response
    }

    /// `HTTP/1.1 200 OK` (RFC 9112 §4).
    private static func status(of line: String) throws(TransferError) -> Int {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), parts[1].utf8.count == 3,
            let status = Int(parts[1]), (100...999).contains(status)
        else {
            throw TransferError(
                .protocolViolation,
                "the response does not start with a status line of HTTP/1"
            )
        }
        return status
    }

    private mutating func takeField(_ text: String, isFolded: Bool) throws(TransferError) {
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

    /// Where the body ends must be beyond doubt (RFC 9112 §6): libcurl takes the last of several lengths.
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
