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
        let received = ReceivedSignal()
        // Before the work begins: whatever it shows or does may be answered by a signal at once.
        let watch = SignalWatch([SIGINT, SIGTERM], on: received.queue) { number in
            guard received.isFirst(number) else { endAtOnce(number) }
            received.queue.asyncAfter(deadline: .now() + .seconds(5)) { endAtOnce(number) }
        }
        defer { withExtendedLifetime(watch) {} }
        let task = Task { await work() }
        received.cancels { task.cancel() }
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

    /// Lets Ctrl-\ end the process and no more: Swift's runtime would print what its memory holds on the terminal.
    public static func quitWithoutBacktrace() {
        if SignalWatch.isIgnored(signal(SIGQUIT, SIG_DFL)) { signal(SIGQUIT, SIG_IGN) }
    }

    /// Lets a closed pipe show as an error of `write`, not as the end of the process.
    public static func ignoreClosedPipes() { signal(SIGPIPE, SIG_IGN) }
}

private final class ReceivedSignal: Sendable {
    private struct State {
        var first: CInt?
        var cancel: (@Sendable () -> Void)?
    }

    let queue = DispatchQueue(label: "signals")
    private let state = Mutex(State())

    var number: CInt? { state.withLock { $0.first } }

    /// Takes note of a signal; tells whether it is the first one, which cancels the work.
    func isFirst(_ number: CInt) -> Bool {
        state.withLock { state in
            guard state.first == nil else { return false }
            state.first = number
            state.cancel?()
            return true
        }
    }

    /// Says how the work is cancelled, which it is at once if a signal has come already.
    func cancels(by cancel: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.cancel = cancel
            if state.first != nil { cancel() }
        }
    }
}

/// Throws ``Failure/Code/interrupted`` when the task at work is cancelled: for long work that waits for nothing.
public func failIfInterrupted() throws(Failure) {
    if Task.isCancelled { throw Failure(.interrupted, "interrupted") }
}
