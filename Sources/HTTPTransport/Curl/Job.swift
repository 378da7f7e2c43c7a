import Synchronization

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
