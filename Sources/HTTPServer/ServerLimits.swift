/// The limits that protect a server from its clients.
package struct ServerLimits: Sendable {
    /// The largest header field, in bytes.
    package var fieldSize = 16 * 1024
    /// The largest head of a request, in bytes.
    package var headSize = 64 * 1024
    /// The most header fields of a request.
    package var fieldCount = 128
    /// The most connections at a time; each may need one more open file.
    package var connections = 256
    /// The longest time for a request's head, for 16 KiB of its body, and for reading a piece of the response.
    package var patience = Duration.seconds(60)
    /// The most bytes of an unwanted body that are read before the response, so that the connection can be kept.
    package var unread = 256 * 1024
    /// The most bytes of an unwanted body that are read and discarded before the connection is closed.
    package var discarded = 8 * 1024 * 1024

    /// The defaults.
    package init() {}
}
