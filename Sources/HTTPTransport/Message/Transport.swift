/// Sends HTTP requests and streams each response's body into a sink.
///
/// Callers handle redirects, authentication and retries. ``CurlTransport`` is the implementation outside of tests.
package protocol Transport: Sendable {
    /// Sends a request and returns when the sink has received the whole response.
    ///
    /// Every status is a response. Throws errors of the sink, ``TransferError/Kind/canceled`` soon after the task was
    /// canceled, and a ``TransferError`` of another kind for an incomplete response.
    func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError) -> Response
}

/// Receives a response's body.
///
/// Its methods are called in order on the transport's thread, which all transfers share, so they should not block it.
///
/// A sink may be used for several exchanges in sequence; each begins with ``begin(_:)``.
package protocol ResponseSink: AnyObject, Sendable {
    /// Receives the head of a response; called once per response, before its body, even if there is no body.
    ///
    /// An error ends the transfer immediately, and `send` throws it.
    func begin(_ response: Response) throws(TransferError)

    /// Receives the next bytes of the body; the buffer is valid only during the call.
    ///
    /// An error ends the transfer immediately, and `send` throws it.
    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError)
}
