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
    /// Runs work that the first SIGINT or SIGTERM cancels.
    ///
    /// Throws ``Failure/Code/interrupted`` or ``Failure/Code/terminated`` when the work fails after such a signal, and what
    /// it throws otherwise. Work that was done all the same is done.
    public static func guarding<Value: Sendable>(
        _ work: sending @escaping () async -> Result<Value, Failure>
    ) async throws(Failure) -> Value {
        let task = Task { await work() }
        let received = ReceivedSignal()
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: received.queue)
            source.setEventHandler {
                guard received.isFirst(number) else { endAtOnce(number) }
                task.cancel()
                received.queue.asyncAfter(deadline: .now() + .seconds(5)) { endAtOnce(number) }
            }
            source.activate()
            return source
        }
        defer { for source in sources { source.cancel() } }
        do throws(Failure) {
            return try await task.value.get()
        } catch {
            switch received.number {
            case SIGINT?: throw Failure(.interrupted, "interrupted")
            case SIGTERM?: throw Failure(.terminated, "terminated")
            default: throw error
            }
        }
    }

    private static func endAtOnce(_ number: Int32) -> Never {
        UnfinishedWork.discard()
        _exit(128 + number)
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

/// Throws ``Failure/Code/interrupted`` when the task at work is cancelled: for long work that waits for nothing.
public func failIfInterrupted() throws(Failure) {
    if Task.isCancelled { throw Failure(.interrupted, "interrupted") }
}
