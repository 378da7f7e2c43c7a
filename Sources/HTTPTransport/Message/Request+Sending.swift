extension Request {
    /// The fields that say how the message is framed: the transport's alone.
    private static let framing = [
        "Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Transfer-Encoding", "Upgrade",
    ]

    /// Whether a `Content-Length` has to be sent, if only 0 (RFC 9110 §8.6).
    var hasBody: Bool {
        if case .none = body { return [.post, .put, .patch].contains(method) }
        return true
    }

    /// The header lines as libcurl wants them; throws ``TransferError/Kind/invalidRequest`` for what cannot be sent.
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
                    "the value of \"\(field.name)\" holds a control character"
                )
            }
            guard !Self.framing.contains(where: { $0.equalsIgnoringCase(field.name) }) else {
                throw TransferError(.invalidRequest, "\"\(field.name)\" is written by the transport itself")
            }
            let value = field.value.trimmingBlanks
            // "Name:" would tell libcurl to leave the field out.
            lines.append(value.isEmpty ? "\(field.name);" : "\(field.name): \(value)")
        }
        return lines
    }
}
