import HTTPTransport

/// Where a part of a body lies in the whole (RFC 9110 §14.4): `bytes first-last/total`.
struct ContentRange: Equatable {
    /// The position of the part's first byte.
    let first: Int
    /// The position of its last byte.
    let last: Int
    /// The size of the whole, in bytes.
    let total: Int

    /// Reads the value of a `Content-Range`; `nil` for everything but bytes, with all three numbers in order.
    init?(parsing text: String) {
        guard let match = text.wholeMatch(of: /bytes ([0-9]+)-([0-9]+)\/([0-9]+)/),
            let first = Int(match.1), let last = Int(match.2), let total = Int(match.3),
            first <= last, last < total
        else { return nil }
        self.first = first
        self.last = last
        self.total = total
    }

    /// The one range of an answer; `nil` when it has none, several, or one that cannot be read.
    init?(of response: Response) {
        let values = response.headers.all("Content-Range")
        guard values.count == 1, let value = values.first else { return nil }
        self.init(parsing: value)
    }
}

extension Response {
    /// What was done to the body on its way, if anything; nothing was asked for.
    ///
    /// A decoded body and an encoded one have two digests. The bytes have to come as they are stored.
    var contentEncoding: String? {
        let codings = headers.all("Content-Encoding").flatMap { $0.split(separator: ",") }
            .map { $0.trimmingPrefix(while: \.isWhitespace) }
        let applied = codings.filter { !$0.isEmpty && $0.lowercased() != "identity" }
        return applied.isEmpty ? nil : applied.joined(separator: ", ")
    }
}
