import Synchronization

/// The time for which a registry wants to be left alone, by all who ask it at the same time.
final class RateLimitGate: Sendable {
    /// What a wish to be left alone means.
    enum Beginning {
        /// Everybody waits now.
        case begun
        /// Everybody waits already.
        case known
        /// It is longer than anybody waits.
        case tooLong
    }

    private struct State {
        var end = Duration.zero
        /// How much rest the registry has asked for so far.
        var asked = Duration.zero
        /// Whether nothing has succeeded since.
        var isRecovering = false
    }

    private let state = Mutex(State())

    /// Begins to rest, or rests longer.
    ///
    /// - Parameters:
    ///   - pause: how long from now on.
    ///   - patience: how long all that the registry asks for may be; `nil` when it did not ask.
    ///   - now: what time it is.
    /// - Returns: what came of it.
    func begin(_ pause: Duration, patience: Duration?, at now: Duration) -> Beginning {
        state.withLock { state in
            let longer = max(.zero, now + pause - max(state.end, now))
            if let patience {
                guard state.asked + longer <= patience else { return .tooLong }
                state.asked += longer
            }
            state.isRecovering = true
            state.end += max(.zero, now + pause - state.end)
            return longer > .seconds(1) || longer == pause ? .begun : .known
        }
    }

    /// How much longer nobody may ask; `nil` when it is one's turn now.
    ///
    /// After a rest, one after the other takes its turn, until the registry is found well.
    func remaining(at now: Duration, spacing: Duration) -> Duration? {
        state.withLock { state in
            guard now >= state.end else { return state.end - now }
            if state.isRecovering { state.end = now + spacing }
            return nil
        }
    }

    /// Takes note that the registry has done what it was asked for.
    func end() { state.withLock { $0.isRecovering = false } }
}
