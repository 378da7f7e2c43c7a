package import SystemPackage

/// The HTTP methods of requests to registries.
package enum HTTPMethod: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"

    /// Whether a request of this method sends content or asks to.
    package var sendsContent: Bool { [.post, .put, .patch].contains(self) }
}

/// An HTTP request.
///
/// The transport sets `Host`, `Content-Length`, `Transfer-Encoding`, `Connection`, `Expect`, `Upgrade` and
/// `Accept-Encoding` itself; a request that contains one of them fails with ``TransferError/Kind/invalidRequest``.
package struct Request: Sendable {
    /// A function that receives bytes of a body and the offset of the first byte.
    ///
    /// A body may be sent several times; each time it restarts at offset 0.
    package typealias Inspection = @Sendable (UnsafeRawBufferPointer, Int) throws(TransferError) -> Void

    /// The HTTP method.
    package var method: HTTPMethod
    /// The URL.
    package var url: HTTPURL
    /// The header fields from the caller.
    ///
    /// A request with a control character (CR, LF, NUL …) in a field fails before it is sent.
    package var headers: HeaderFields
    /// The body; GET and HEAD have none.
    package var body: Body
    /// Called on the transport's thread with the number of body bytes passed to the network so far.
    ///
    /// The number decreases when the body is sent again.
    package var uploadProgress: (@Sendable (Int) -> Void)?
    /// Whether the transport must not send the body a second time.
    ///
    /// By default, a request is retried once if a reused connection ends without a response (RFC 9112 §9.3.1). With this, it
    /// fails with ``TransferError/Kind/connectionLost`` instead.
    package var sendsBodyOnce = false
    /// Whether the request may share a connection with others at the same time (HTTP/2, RFC 9113), if the server offers that
    /// in the TLS handshake.
    ///
    /// Not for uploads: a stream's window costs round trips.
    package var multiplexes = false
    /// Called on the transport's thread with every piece of the body before it is sent.
    ///
    /// An error that it throws ends the exchange, and the piece is not sent. So a failed verification at the last piece keeps
    /// the body incomplete.
    package var inspectBody: Inspection?
    /// Called on the transport's thread with every address before a connection to it is opened or reused.
    ///
    /// The address is numeric; an IPv6 address has no brackets. If it accepts no address, the exchange fails with
    /// ``TransferError/Kind/addressRejected`` before anything is sent. It is not called for requests through a proxy, which
    /// resolves names itself.
    package var acceptsAddress: (@Sendable (String) -> Bool)?
    /// Called on the transport's thread with the accepted address of the connection over which the request is sent.
    ///
    /// It is called only together with ``acceptsAddress``.
    package var reachedAddress: (@Sendable (String) -> Void)?

    /// Creates a request.
    package init(
        method: HTTPMethod,
        url: HTTPURL,
        headers: HeaderFields = [:],
        body: Body = .none,
        inspectBody: Inspection? = nil,
        uploadProgress: (@Sendable (Int) -> Void)? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.inspectBody = inspectBody
        self.uploadProgress = uploadProgress
    }
}

/// The body of a request, which can be read repeatedly.
///
/// It is sent with a `Content-Length`, never chunked.
package enum Body: Sendable {
    /// No body; POST, PUT and PATCH then send `Content-Length: 0`.
    case none
    /// These bytes.
    case bytes([UInt8])
    /// A whole regular file of this size, in bytes.
    ///
    /// The file is opened when the request is sent. If it has another size, is not a regular file, is a link or ends early,
    /// the exchange fails with ``TransferError/Kind/bodyUnreadable``.
    case file(FilePath, size: Int)
    /// A range of bytes of such a file; the size of the file is checked too.
    case slice(FilePath, Range<Int>, size: Int)
}
