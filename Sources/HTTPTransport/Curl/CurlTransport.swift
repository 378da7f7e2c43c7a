/// HTTP/1.1 over libcurl: one pool of connections, and one thread while there is something to transfer.
///
/// It reads no environment: ``TransportOptions/proxies`` says which proxies there are.
package final class CurlTransport: Transport {
    private let loop: TransferLoop

    /// Makes a transport without connections.
    ///
    /// Throws ``TransferError/Kind/authorityFileUnusable``, ``TransferError/Kind/invalidRequest`` for a user agent
    /// that no header can hold, and ``TransferError/Kind/other`` if libcurl does not start.
    package init(_ options: TransportOptions = TransportOptions()) throws(TransferError) {
        loop = try TransferLoop(TransferSettings(options))
    }

    /// Sends a request and returns when the whole response has gone into the sink.
    package func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError)
        -> Response
    {
        let ticket = Ticket()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.start(Job(request: request, sink: sink, ticket: ticket, continuation: continuation))
            }
        } onCancel: {
            ticket.cancel()
            loop.wakeUp()
        }
        return try result.get()
    }
}
