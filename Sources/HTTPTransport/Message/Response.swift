/// The final head of an HTTP response; interim ones (1xx) have been skipped.
package struct Response: Sendable, Hashable {
    /// The status code, 200 to 999.
    package var status: Int
    /// The head's fields; those of a trailer are not among them.
    package var headers: HeaderFields
    /// What it came over, as far as that is known.
    package var connection: Connection?

    /// Describes a response.
    package init(status: Int, headers: HeaderFields = [:], connection: Connection? = nil) {
        self.status = status
        self.headers = headers
        self.connection = connection
    }
}
