import Registry
import Synchronization

/// A clock that only pauses advance, immediately.
final class TestClock: Sendable {
    private struct State {
        var now = Duration.zero
        var pauses: [Duration] = []
    }

    private let state = Mutex(State())

    /// The current time.
    var now: Duration { state.withLock { $0.now } }

    /// All pauses so far, in order.
    var pauses: [Duration] { state.withLock { $0.pauses } }

    /// The clock for a policy.
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

extension PauseClock {
    /// A clock whose pauses end only when their task is canceled.
    static let stopped = PauseClock(
        now: { .zero },
        sleep: { _ in try await Task.sleep(for: .seconds(86400)) }
    )
}
