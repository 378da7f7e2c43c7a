import Dispatch
import Synchronization

/// Runs all transfers of one transport on one thread, over one multi handle.
///
/// The thread is there while there are transfers and sleeps while none of them moves; without transfers there is
/// none, and the connections rest in the multi handle. So nothing has to be told to stop: whoever waits for a
/// transfer holds the loop, and the last to let go frees it.
final class TransferLoop: Sendable {
    private struct Inbox {
        var waiting: [Job] = []
        var isRunning = false
    }

    private let inbox = Mutex(Inbox())
    private let multi: MultiHandle
    private let settings: TransferSettings
    private let queue = DispatchQueue(label: "wasmpack.http-transport")

    init(_ settings: TransferSettings) throws(TransferError) {
        self.settings = settings
        multi = try MultiHandle()
    }

    /// Takes a job over; its continuation is resumed exactly once.
    func start(_ job: Job) {
        let wasRunning = inbox.withLock { inbox in
            inbox.waiting.append(job)
            defer { inbox.isRunning = true }
            return inbox.isRunning
        }
        if wasRunning { multi.wakeUp() } else { queue.async { self.run() } }
    }

    /// Makes the thread look at its jobs' tickets.
    func wakeUp() { multi.wakeUp() }

    private func run() {
        var active: [ObjectIdentifier: Transfer] = [:]
        while let jobs = takeJobs(stoppingIfIdle: active.isEmpty) {
            for job in jobs {
                if let transfer = begin(job) { active[ObjectIdentifier(transfer)] = transfer }
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

    private func begin(_ job: Job) -> Transfer? {
        do throws(TransferError) {
            guard !job.ticket.isCancelled else { throw .cancelledByTask }
            let transfer = try Transfer(job, settings: settings)
            try multi.add(transfer.easy)
            return transfer
        } catch {
            job.continuation.resume(returning: .failure(error))
            return nil
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
