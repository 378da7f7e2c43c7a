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
