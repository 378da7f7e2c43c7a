public import Diagnostics
import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Turns SIGINT and SIGTERM into the cancellation of a task, so that everything it holds is given back.
///
/// A second signal ends the process at once, and so does the first one if the work has not ended five seconds later.
public enum Interruption {
    /// Runs work that the first SIGINT or SIGTERM cancels; throws ``Failure/Code/interrupted`` or
    /// ``Failure/Code/terminated`` in that case, whatever the work made of it.
    public static func guarding<Result: Sendable>(
        _ work: sending @escaping () async -> Result
    ) async throws(Failure) -> Result {
        let task = Task { await work() }
        let received = ReceivedSignal()
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: received.queue)
            source.setEventHandler {
                guard received.isFirst(number) else { _exit(128 + number) }
                task.cancel()
                received.queue.asyncAfter(deadline: .now() + .seconds(5)) { _exit(128 + number) }
            }
            source.activate()
            return source
        }
        let result = await task.value
        for source in sources { source.cancel() }
        switch received.number {
        case SIGINT?: throw Failure(.interrupted, "interrupted")
        case SIGTERM?: throw Failure(.terminated, "terminated")
        default: return result
        }
    }

    /// Lets a closed pipe show as an error of `write`, not as the end of the process.
    public static func ignoreClosedPipes() { signal(SIGPIPE, SIG_IGN) }
}

private final class ReceivedSignal: Sendable {
    let queue = DispatchQueue(label: "signals")
    private let first = Mutex<Int32?>(nil)

    var number: Int32? { first.withLock { $0 } }

    func isFirst(_ number: Int32) -> Bool {
        first.withLock { first in
            guard first == nil else { return false }
            first = number
            return true
        }
    }
}
