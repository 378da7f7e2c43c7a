import CCurl
import Dispatch
import Synchronization

/// HTTP/1.1 over libcurl: one pool of connections, and one thread while there is something to transfer.
///
/// It reads no environment: ``TransportOptions/proxies`` says which proxies there are.
///
/// All transfers run on one thread, over one multi handle. The thread is there while there are transfers and sleeps while
/// none of them moves; without transfers there is none, and the connections rest in the multi handle. So nothing has to be
/// told to stop: whoever waits for a transfer holds the transport, and the last to let go frees it.
package final class CurlTransport: Transport {
    private struct Inbox {
        var waiting: [Job] = []
        var isRunning = false
    }

    private let inbox = Mutex(Inbox())
    private let multi: MultiHandle
    private let settings: TransferSettings
    private let queue = DispatchQueue(label: "wasmpack.http-transport")

    /// Makes a transport without connections.
    ///
    /// Throws ``TransferError/Kind/authorityFileUnusable``, ``TransferError/Kind/invalidRequest`` for a user agent
    /// that no header can hold, and ``TransferError/Kind/other`` if libcurl does not start.
    package init(_ options: TransportOptions = TransportOptions()) throws(TransferError) {
        settings = try TransferSettings(options)
        multi = try MultiHandle()
    }

    /// Sends a request and returns when the whole response has gone into the sink.
    package func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError)
        -> Response
    {
        let ticket = CancellationFlag()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The thread resumes it exactly once.
                let job = Job(request: request, sink: sink, ticket: ticket, continuation: continuation)
                let wasRunning = inbox.withLock { inbox in
                    inbox.waiting.append(job)
                    defer { inbox.isRunning = true }
                    return inbox.isRunning
                }
                if wasRunning { multi.wakeUp() } else { queue.async { self.run() } }
            }
        } onCancel: {
            ticket.cancel()
            multi.wakeUp()
        }
        return try result.get()
    }

    private func run() {
        var active: [ObjectIdentifier: Transfer] = [:]
        while let jobs = takeJobs(stoppingIfIdle: active.isEmpty) {
            for job in jobs {
                do throws(TransferError) {
                    guard !job.ticket.isCancelled else { throw .cancelledByTask }
                    let transfer = try Transfer(job, settings: settings)
                    try multi.add(transfer.easy)
                    active[ObjectIdentifier(transfer)] = transfer
                } catch {
                    job.continuation.resume(returning: .failure(error))
                }
            }
            for transfer in active.values where transfer.job.ticket.isCancelled {
                end(transfer, in: &active, .failure(.cancelledByTask))
            }
            do {
                try multi.perform()
                while let (context, code) = multi.nextEnded() {
                    let transfer = Transfer.of(context)
                    end(transfer, in: &active, transfer.outcome(code))
                }
                if !active.isEmpty { try multi.wait() }
            } catch {
                // Only a lack of memory or a mistake of ours leads here. Nobody may wait forever.
                for transfer in active.values { end(transfer, in: &active, .failure(error)) }
            }
        }
    }

    /// New jobs, maybe none; `nil` when the thread has nothing to do and may go.
    private func takeJobs(stoppingIfIdle isIdle: Bool) -> [Job]? {
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
        transfer.job.continuation.resume(returning: result)
    }
}

extension TransferError {
    fileprivate static let cancelledByTask = TransferError(.cancelled, "the transfer was cancelled")
}

/// A request on its way to the transport's thread, with everything needed to answer it.
struct Job: Sendable {
    let request: Request
    let sink: any ResponseSink
    let ticket: CancellationFlag
    let continuation: CheckedContinuation<Result<Response, TransferError>, Never>
}

/// Whether somebody still waits for a job.
///
/// A cancellation may come before the job itself reaches the transport's thread. A flag that both share is there
/// from the start and goes with the last who knows it, so nothing has to be remembered or forgotten.
final class CancellationFlag: Sendable {
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
