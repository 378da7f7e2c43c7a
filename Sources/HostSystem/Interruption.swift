package import Diagnostics
import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Turns SIGINT, SIGTERM, SIGHUP and the end of the time that was given into the cancellation of a task, so that everything
/// it holds is given back.
///
/// A second signal ends the process at once, and so does the first one if the work has not ended five seconds later.
package enum Interruption {
    /// Runs work that the first of these signals cancels, or a clock.
    ///
    /// A SIGHUP that is ignored already, as `nohup` has it, stays so. Work that was done all the same is done.
    ///
    /// - Parameters:
    ///   - limit: how long the work may take; `nil` for as long as it wants.
    ///   - lastWords: told why, before the process ends at once because its time is up and the work does not end.
    ///   - work: what is done.
    /// - Returns: what the work gives.
    /// - Throws: ``Failure/Code/interrupted``, ``Failure/Code/terminated`` or ``Failure/Code/hangup`` when the work fails after
    ///   such a signal, ``Failure/Code/timedOut`` when it does after its time, and what it throws otherwise.
    package static func guarding<Value: Sendable>(
        within limit: Duration? = nil,
        lastWords: @escaping @Sendable (Failure) -> Void = { _ in },
        _ work: sending @escaping () async -> Result<Value, Failure>
    ) async throws(Failure) -> Value {
        let state = CancellationState()
        @Sendable func cancel(_ reason: CancellationReason) {
            guard state.isFirst(reason) else { return }
            state.queue.asyncAfter(deadline: .now() + .seconds(5)) {
                if case .timeIsUp = reason { lastWords(reason.failure) }
                endAtOnce(reason)
            }
        }
        let body: @Sendable (CInt) -> Void = { number in
            if state.reason != nil { endAtOnce(.signal(number)) }
            cancel(.signal(number))
        }
        // Before the work begins: whatever it shows or does may be answered by a signal at once.
        let watch = SignalWatch([SIGINT, SIGTERM], on: state.queue, body)
        let hangUps = SignalWatch([SIGHUP], leavingIgnored: true, on: state.queue, body)
        defer { withExtendedLifetime((watch, hangUps)) {} }
        if let limit {
            state.queue.asyncAfter(deadline: .now() + .nanoseconds(limit.wholeNanoseconds)) { [weak state] in
                if state != nil { cancel(.timeIsUp(limit)) }
            }
        }
        let task = Task { await work() }
        state.cancels { task.cancel() }
        do throws(Failure) {
            return try await task.value.get()
        } catch {
            throw state.reason?.failure ?? error
        }
    }

    private static func endAtOnce(_ reason: CancellationReason) -> Never {
        TemporaryPaths.discard()
        _exit(reason.failure.code.exitStatus.rawValue)
    }

    /// Lets Ctrl-\ end the process and no more: Swift's runtime would print what its memory holds on the terminal.
    package static func quitWithoutBacktrace() {
        if SignalWatch.isIgnored(signal(SIGQUIT, SIG_DFL)) { signal(SIGQUIT, SIG_IGN) }
    }

    /// Lets a closed pipe show as an error of `write`, not as the end of the process.
    package static func ignoreClosedPipes() { signal(SIGPIPE, SIG_IGN) }
}

/// Throws ``Failure/Code/interrupted`` when the task at work is cancelled: for long work that waits for nothing.
package func checkCancellation() throws(Failure) {
    if Task.isCancelled { throw Failure(.interrupted, "interrupted") }
}
