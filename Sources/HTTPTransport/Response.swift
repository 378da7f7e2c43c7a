/// The final head of an HTTP response; interim ones (1xx) have been skipped.
public struct Response: Sendable, Hashable {
    /// The status code, 200 to 999.
    public var status: Int
    /// The head's fields; those of a trailer are not among them.
    public var headers: HeaderFields

    /// Describes a response.
    public init(status: Int, headers: HeaderFields = [:]) {
        self.status = status
        self.headers = headers
    }
}
