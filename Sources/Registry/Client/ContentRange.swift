import HTTPTransport

/// The position of a partial body in the whole (RFC 9110 §14.4): `bytes first-last/total`.
struct ContentRange: Equatable {
    /// The position of the part's first byte.
    let first: Int
    /// The position of its last byte.
    let last: Int
    /// The size of the whole, in bytes.
    let total: Int

    /// Parses the value of a `Content-Range`; `nil` unless its unit is bytes and all three numbers are valid.
    init?(parsing text: String) {
        guard let match = text.wholeMatch(of: /bytes ([0-9]+)-([0-9]+)\/([0-9]+)/),
            let first = Int(match.1), let last = Int(match.2), let total = Int(match.3),
            first <= last, last < total
        else { return nil }
        self.first = first
        self.last = last
        self.total = total
    }

    /// Reads the range of a response; `nil` if it has none, several, or an invalid one.
    init?(of response: Response) {
        let values = response.headers.all("Content-Range")
        guard values.count == 1, let value = values.first else { return nil }
        self.init(parsing: value)
    }
}

extension Response {
    /// The content codings of the body other than `identity`; `nil` if there are none.
    ///
    /// No coding was requested: digests are computed over the stored bytes, so the body must arrive unencoded.
    var contentEncoding: String? {
        let codings = headers.all("Content-Encoding").flatMap { $0.split(separator: ",") }
            .map { $0.trimmingPrefix(while: \.isWhitespace) }
        let applied = codings.filter { !$0.isEmpty && $0.lowercased() != "identity" }
        return applied.isEmpty ? nil : applied.joined(separator: ", ")
    }
}
