package import Diagnostics

/// A response: a status, header fields, and a body of known length.
package struct ServerResponse: Sendable {
    /// Returns up to `count` bytes at an offset, and none only at the end.
    package typealias Reader = @Sendable (_ offset: Int, _ count: Int) async throws(Failure) -> [UInt8]

    /// The content of a response.
    package enum Body: Sendable {
        case bytes([UInt8])
        /// This number of bytes, from a function.
        case stream(length: Int, read: Reader)

        /// The number of bytes.
        package var length: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .stream(let length, _): length
            }
        }
    }

    /// The status code.
    package let status: Int
    /// The header fields, without those that the server sets: `Content-Length`, `Date` and `Connection`.
    package var fields: [(name: String, value: String)]
    /// The body; only its length is sent in a response to HEAD.
    package var body: Body
    /// Whether the connection is closed after the response.
    package var closesConnection = false

    /// Creates a response.
    package init(_ status: Int, _ fields: [(name: String, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Creates a response with the message of a failure.
    package init(_ status: Int, _ failure: Failure) { self.init(status, text: failure.message) }

    /// Creates a response with a text of one line.
    init(_ status: Int, text: String) {
        self.init(
            status,
            [("Content-Type", "text/plain; charset=utf-8")],
            body: .bytes(Array((text + "\n").utf8))
        )
    }
}
