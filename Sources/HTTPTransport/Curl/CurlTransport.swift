import CCurl
import Dispatch
import Synchronization

/// HTTP over libcurl, with one pool of connections.
///
/// It does not read environment variables; ``TransportOptions/proxies`` lists the proxies.
///
/// All transfers run on one thread and one multi handle. The thread exists only while there are transfers, and the multi
/// handle keeps idle connections. The transport needs no shutdown: each waiting task retains it, and the last owner frees
/// it.
package final class CurlTransport: Transport {
    private struct Inbox {
        var waiting: [PendingTransfer] = []
        var isRunning = false
    }

    private let inbox = Mutex(Inbox())
    /// The origins to which a connection was lost that may have used HTTP/2; they get HTTP/1.1 from then on.
    private let withoutHTTP2 = Mutex<Set<Origin>>([])
    private let multi: MultiHandle
    private let settings: TransferSettings
    private let queue = DispatchQueue(label: "wasmpack.http-transport")

    /// Creates a transport without connections.
    ///
    /// Throws ``TransferError/Kind/authorityFileUnusable``, ``TransferError/Kind/invalidRequest`` for a user agent
    /// with control characters, ``TransferError/Kind/libraryUnusable``, and ``TransferError/Kind/other`` without memory.
    package init(_ options: TransportOptions = TransportOptions()) throws(TransferError) {
        settings = try TransferSettings(options)
        multi = try MultiHandle()
    }

    /// Sends a request and returns when the whole response has gone into the sink.
    package func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError)
        -> Response
    {
        let cancellation = CancellationFlag()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The thread resumes it exactly once.
                let pending = PendingTransfer(
                    request: request,
                    sink: sink,
                    cancellation: cancellation,
                    continuation: continuation
                )
                let wasRunning = inbox.withLock { inbox in
                    inbox.waiting.append(pending)
                    defer { inbox.isRunning = true }
                    return inbox.isRunning
                }
                if wasRunning { multi.wakeUp() } else { queue.async { self.run() } }
            }
        } onCancel: {
            cancellation.cancel()
            multi.wakeUp()
        }
        return try result.get()
    }

    private func run() {
        var active: [ObjectIdentifier: Transfer] = [:]
        while let transfers = takePendingTransfers(stoppingIfIdle: active.isEmpty) {
            for pending in transfers {
                do throws(TransferError) {
                    guard !pending.cancellation.isCancelled else { throw .canceledByTask }
                    var pending = pending
                    let origin = pending.request.url.origin
                    if withoutHTTP2.withLock({ $0.contains(origin) }) { pending.request.multiplexes = false }
                    let transfer = try Transfer(pending, settings: settings)
                    try multi.add(transfer.easy)
                    active[ObjectIdentifier(transfer)] = transfer
                } catch {
                    pending.continuation.resume(returning: .failure(error))
                }
            }
            for transfer in active.values where transfer.pending.cancellation.isCancelled {
                end(transfer, in: &active, .failure(.canceledByTask))
            }
            do {
                try multi.perform()
                while let (context, code) = multi.nextEnded() {
                    let transfer = Transfer.of(context)
                    let outcome = transfer.outcome(code)
                    // libcurl reports most violations of HTTP/2 as it reports a lost connection.
                    if case .failure(let error) = outcome, error.kind == .connectionLost,
                        transfer.pending.request.multiplexes
                    {
                        _ = withoutHTTP2.withLock { $0.insert(transfer.pending.request.url.origin) }
                    }
                    end(transfer, in: &active, outcome)
                }
                if !active.isEmpty { try multi.wait() }
            } catch {
                // Lack of memory or an internal error. Every waiting task must be resumed.
                for transfer in active.values { end(transfer, in: &active, .failure(error)) }
            }
        }
    }

    /// Returns the new transfers; `nil` if the thread has nothing to do and must end.
    private func takePendingTransfers(stoppingIfIdle isIdle: Bool) -> [PendingTransfer]? {
        inbox.withLock { inbox in
            guard !inbox.waiting.isEmpty || !isIdle else {
                inbox.isRunning = false
                return nil
            }
            defer { inbox.waiting = [] }
            return inbox.waiting
        }
    }

    private func end(
        _ transfer: Transfer,
        in active: inout [ObjectIdentifier: Transfer],
        _ result: Result<Response, TransferError>
    ) {
        multi.remove(transfer.easy)
        active[ObjectIdentifier(transfer)] = nil
        transfer.pending.continuation.resume(returning: result)
    }
}

extension TransferError {
    fileprivate static let canceledByTask = TransferError(.canceled, "the transfer was canceled")
}

/// A request that waits for the transport's thread, with its sink and continuation.
struct PendingTransfer: Sendable {
    var request: Request
    let sink: any ResponseSink
    let cancellation: CancellationFlag
    let continuation: CheckedContinuation<Result<Response, TransferError>, Never>
}

/// Whether a transfer was canceled.
///
/// A task may be canceled before its transfer reaches the transport's thread, so the task and the transfer share the
/// flag.
final class CancellationFlag: Sendable {
    private let canceled = Atomic(false)

    var isCancelled: Bool { canceled.load(ordering: .acquiring) }

    func cancel() { canceled.store(true, ordering: .releasing) }
}

/// The versions of the libraries that the transport uses.
package enum LibraryVersions {
    /// libcurl and its version, for example `libcurl/7.88.1`.
    package static var curl: String {
        CurlLibrary.text { $0.version }.map { "libcurl/\($0)" } ?? "no libcurl"
    }

    /// The TLS library of libcurl and its version, for example `OpenSSL/3.0.15`.
    package static var tls: String { CurlLibrary.text { $0.ssl_version } ?? "no TLS" }
}
