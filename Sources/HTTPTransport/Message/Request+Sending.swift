extension Request {
    /// The fields that only the transport may set.
    private static let framing = [
        "Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Transfer-Encoding", "Upgrade",
    ]

    /// Whether a `Content-Length` must be sent, even if it is 0 (RFC 9110 §8.6).
    var hasBody: Bool {
        if case .none = body { return [.post, .put, .patch].contains(method) }
        return true
    }

    /// Returns the header lines for libcurl; throws ``TransferError/Kind/invalidRequest`` for an invalid field.
    func headerLines() throws(TransferError) -> [String] {
        guard !hasBody || ![.get, .head].contains(method) else {
            throw TransferError(.invalidRequest, "\(method.rawValue) has no body")
        }
        var lines = ["Accept-Encoding: identity", "Expect:"]
        for field in headers.fields {
            guard field.name.isFieldName else {
                throw TransferError(.invalidRequest, "\"\(field.name)\" is not the name of a header field")
            }
            guard field.value.isFieldValue else {
                throw TransferError(
                    .invalidRequest,
                    "the value of \"\(field.name)\" contains a control character"
                )
            }
            guard !Self.framing.contains(where: { $0.equalsIgnoringCase(field.name) }) else {
                throw TransferError(.invalidRequest, "the transport sets \"\(field.name)\" itself")
            }
            let value = field.value.trimmingBlanks
            // "Name:" would make libcurl omit the field.
            lines.append(value.isEmpty ? "\(field.name);" : "\(field.name): \(value)")
        }
        return lines
    }
}
