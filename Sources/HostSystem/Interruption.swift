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

/// Cancels a task on SIGINT, SIGTERM, SIGHUP or a timeout, so that it can clean up.
///
/// A second signal ends the process immediately. The process also ends if the work continues for five seconds after the
/// cancellation.
package enum Interruption {
    /// Runs work and cancels it on the first signal or at the time limit.
    ///
    /// SIGINT and SIGHUP stay ignored if they are, as in a shell's background job and with `nohup`. Work that succeeds despite the cancellation succeeds.
    ///
    /// - Parameters:
    ///   - limit: the time limit of the work; `nil` for none.
    ///   - onForcedExit: called with the failure just before the process is ended because the work ignored the time limit.
    ///   - clearing: called just before the process is ended for any reason; must not block.
    ///   - work: the work.
    /// - Returns: the result of the work.
    /// - Throws: ``Failure/Code/interrupted``, ``Failure/Code/terminated`` or ``Failure/Code/hangup`` when the work fails after
    ///   such a signal, ``Failure/Code/timedOut`` when it fails after the time limit, and errors of the work otherwise.
    package static func guarding<Value: Sendable>(
        within limit: Duration? = nil,
        onForcedExit: @escaping @Sendable (Failure) -> Void = { _ in },
        clearing: @escaping @Sendable () -> Void = {},
        _ work: sending @escaping () async -> Result<Value, Failure>
    ) async throws(Failure) -> Value {
        let state = CancellationState()
        @Sendable func cancel(_ reason: CancellationReason) {
            guard state.record(reason) else { return }
            state.queue.asyncAfter(deadline: .now() + .seconds(5)) {
                clearing()
                if case .timeout = reason { onForcedExit(reason.failure) }
                exitImmediately(reason)
            }
        }
        let body: @Sendable (CInt) -> Void = { number in
            if state.reason != nil {
                clearing()
                exitImmediately(.signal(number))
            }
            cancel(.signal(number))
        }
        // Before the work starts, because a signal may arrive at any time after that.
        let watch = SignalWatch([SIGTERM], on: state.queue, body)
        // A shell ignores SIGINT for its background jobs, and `nohup` ignores SIGHUP.
        let optional = [SIGINT, SIGHUP].map {
            SignalWatch([$0], keepingIgnored: true, on: state.queue, body)
        }
        defer { withExtendedLifetime((watch, optional)) {} }
        if let limit {
            state.queue.asyncAfter(deadline: .now() + .nanoseconds(limit.wholeNanoseconds)) { [weak state] in
                if state != nil { cancel(.timeout(limit)) }
            }
        }
        let task = Task { await work() }
        state.setCancelAction { task.cancel() }
        do throws(Failure) {
            return try await task.value.get()
        } catch {
            throw state.reason.map { $0.failure(of: error) } ?? error
        }
    }

    private static func exitImmediately(_ reason: CancellationReason) -> Never {
        TemporaryPaths.removeAll()
        _exit(reason.failure.code.exitStatus.rawValue)
    }

    /// Makes Ctrl-\ end the process without a backtrace, which could print secrets from memory on the terminal.
    package static func quitWithoutBacktrace() {
        if SignalWatch.isIgnored(signal(SIGQUIT, SIG_DFL)) { signal(SIGQUIT, SIG_IGN) }
    }

    /// Ignores SIGPIPE, so that writing to a closed pipe fails with an error and does not end the process.
    package static func ignoreClosedPipes() { signal(SIGPIPE, SIG_IGN) }
}
