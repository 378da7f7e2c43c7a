/// One HTTP exchange: a request in, a response out, its body streamed into a sink.
///
/// Redirects, authentication and retries are the caller's. ``CurlTransport`` is the one of real life.
package protocol Transport: Sendable {
    /// Sends a request and returns when the whole response has gone into the sink.
    ///
    /// Every status is a response. Throws what the sink throws, ``TransferError/Kind/cancelled`` soon after the
    /// task was cancelled, and a ``TransferError`` of another kind for everything that kept the response from
    /// coming whole.
    func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError) -> Response
}

/// Where a response's body goes.
///
/// Its methods are called on the transport's thread, in order, and should not block
/// it for long: all transfers share it.
///
/// A sink may serve several exchanges, one after the other: each begins with ``begin(_:)``.
package protocol ResponseSink: AnyObject, Sendable {
    /// The head is complete and no byte of the body has come; called once for each response, also without a body.
    ///
    /// Throwing ends the transfer at once, and `send` throws that error.
    func begin(_ response: Response) throws(TransferError)

    /// The next bytes of the body; the buffer is valid during the call only.
    ///
    /// Throwing ends the transfer at once, and `send` throws that error.
    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError)
}
