import CCurl
import Synchronization

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

/// A request on its way to the transport's thread, with everything needed to answer it.
struct Job: Sendable {
    let request: Request
    let sink: any ResponseSink
    let ticket: Ticket
    let continuation: CheckedContinuation<Result<Response, TransferError>, Never>
}

/// Whether somebody still waits for a job.
///
/// A cancellation may come before the job itself reaches the transport's thread. A flag that both share is there
/// from the start and goes with the last who knows it, so nothing has to be remembered or forgotten.
final class Ticket: Sendable {
    private let cancelled = Atomic(false)

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() { cancelled.store(true, ordering: .releasing) }
}

/// Which libraries the transport stands on.
package enum LibraryVersions {
    /// libcurl and its version, for example `libcurl/7.88.1`.
    package static var curl: String { words.first ?? "libcurl" }

    /// The TLS library below it and its version, for example `OpenSSL/3.0.15`.
    package static var tls: String { words.dropFirst().first ?? "no TLS" }

    private static var words: [String] {
        curl_version().map { String(cString: $0).split(separator: " ").map(String.init) } ?? []
    }
}
