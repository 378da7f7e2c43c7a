package import SystemPackage

/// The verbs a registry is spoken to with.
package enum HTTPMethod: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// One HTTP request.
///
/// The transport writes `Host`, `Content-Length`, `Transfer-Encoding`, `Connection`, `Expect` and `Accept-Encoding`
/// itself; a request that brings one of them fails with ``TransferError/Kind/invalidRequest``.
package struct Request: Sendable {
    /// Takes bytes of a body, and the offset of the first of them in it.
    ///
    /// A body may be sent several times, whole or in part: each time it begins at offset 0 again.
    package typealias Inspection = @Sendable (UnsafeRawBufferPointer, Int) throws(TransferError) -> Void

    /// What to do.
    package var method: HTTPMethod
    /// Where.
    package var url: HTTPURL
    /// The caller's own fields.
    ///
    /// A CR, LF, NUL or other control character in one makes the request fail unsent.
    package var headers: HeaderFields
    /// What to send; GET and HEAD have no body.
    package var body: Body
    /// Told how many bytes of the body have been handed to the network so far, on the transport's thread.
    ///
    /// The number falls back when the body has to be sent again.
    package var uploadProgress: (@Sendable (Int) -> Void)?
    /// Whether what has gone out of the body must not go out again by itself.
    ///
    /// When a connection that was used before ends without an answer, the exchange is tried once more, which is right for
    /// what may be repeated (RFC 9112 §9.3.1). With this it fails with ``TransferError/Kind/connectionLost`` instead.
    package var sendsBodyOnce = false
    /// Shown every piece of the body before it goes to the network, on the transport's thread.
    ///
    /// What it throws ends the exchange, and the piece stays here: whoever keeps a proof to the last piece keeps the last
    /// piece back.
    package var inspectBody: Inspection?
    /// Asked for every address that would be dialled, and for that of a connection used again, before anything of the
    /// request is sent; on the transport's thread.
    ///
    /// The address is numeric, an IPv6 one without brackets. If none is accepted, the exchange fails with
    /// ``TransferError/Kind/addressRefused``. Not asked when the request goes through a proxy, which looks names up
    /// itself.
    package var acceptsAddress: (@Sendable (String) -> Bool)?

    /// Describes a request.
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

/// The body of a request, which can be read as often as it has to be sent.
///
/// It goes out under a `Content-Length`, never chunked.
package enum Body: Sendable {
    /// No body; POST, PUT and PATCH then say `Content-Length: 0`.
    case none
    /// These bytes.
    case bytes([UInt8])
    /// The whole of a regular file that has this many bytes.
    ///
    /// It is opened when the request is sent. If its size is another one by then, if it is a link or no regular file, or
    /// if it ends early, the exchange fails with ``TransferError/Kind/bodyUnreadable``.
    case file(FilePath, size: Int)
    /// Some bytes of such a file, by their offsets; the file is measured all the same.
    case slice(FilePath, Range<Int>, size: Int)
}
