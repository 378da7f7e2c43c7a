import Synchronization

/// The wait that a registry's rate limit requires, shared by all concurrent requests to the registry.
final class RateLimitGate: Sendable {
    /// The effect of a new wait.
    enum Beginning {
        /// All requests wait from now on.
        case begun
        /// All requests were waiting already.
        case known
        /// The total wait would be over the limit.
        case tooLong
    }

    private struct State {
        var end = Duration.zero
        /// The total wait that the registry has required so far.
        var total = Duration.zero
        /// Whether no request has succeeded since the wait.
        var isRecovering = false
    }

    private let state = Mutex(State())

    /// Starts a wait, or extends the current one.
    ///
    /// - Parameters:
    ///   - pause: the wait from now on.
    ///   - patience: the limit for all waits that the registry requires; `nil` if it did not require this one.
    ///   - now: the current time.
    /// - Returns: the effect.
    func begin(_ pause: Duration, patience: Duration?, at now: Duration) -> Beginning {
        state.withLock { state in
            let longer = max(.zero, now + pause - max(state.end, now))
            if let patience {
                guard state.total + longer <= patience else { return .tooLong }
                state.total += longer
            }
            state.isRecovering = true
            state.end += max(.zero, now + pause - state.end)
            return longer > .seconds(1) || longer == pause ? .begun : .known
        }
    }

    /// Returns the remaining wait; `nil` if the caller may send a request now.
    ///
    /// After a wait, requests are sent one by one, `spacing` apart, until one succeeds.
    func remaining(at now: Duration, spacing: Duration) -> Duration? {
        state.withLock { state in
            guard now >= state.end else { return state.end - now }
            if state.isRecovering { state.end = now + spacing }
            return nil
        }
    }

    /// Records a successful request, which ends the spacing of requests.
    func end() { state.withLock { $0.isRecovering = false } }
}
