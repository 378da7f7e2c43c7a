/// The final head of an HTTP response; interim ones (1xx) have been skipped.
public struct Response: Sendable, Hashable {
    /// The status code, 200 to 999.
    public var status: Int
    /// The head's fields; those of a trailer are not among them.
    public var headers: HeaderFields
    /// What it came over, as far as that is known.
    public var connection: Connection?

    /// Describes a response.
    public init(status: Int, headers: HeaderFields = [:], connection: Connection? = nil) {
        self.status = status
        self.headers = headers
        self.connection = connection
    }
}
