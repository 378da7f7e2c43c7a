import Registry
import Synchronization

/// A clock that only pauses move, and at once.
final class TestClock: Sendable {
    private struct State {
        var now = Duration.zero
        var pauses: [Duration] = []
    }

    private let state = Mutex(State())

    /// What time it is.
    var now: Duration { state.withLock { $0.now } }

    /// All pauses so far, in order.
    var pauses: [Duration] { state.withLock { $0.pauses } }

    /// For a policy.
    var pauseClock: PauseClock {
        PauseClock(now: { self.now }) { duration in
            try Task.checkCancellation()
            self.state.withLock { state in
                state.now += duration
                state.pauses.append(duration)
            }
        }
    }
}
