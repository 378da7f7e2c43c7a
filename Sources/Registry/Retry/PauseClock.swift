/// A clock for pauses, which tests replace.
package struct PauseClock: Sendable {
    /// Returns the time since an arbitrary start.
    let now: @Sendable () -> Duration
    /// Waits; throws when the task is canceled.
    let sleep: @Sendable (Duration) async throws -> Void

    /// Makes a clock from functions.
    package init(
        now: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// The machine's monotonic clock.
    package static let system: PauseClock = {
        let start = ContinuousClock.now
        return PauseClock(now: { start.duration(to: .now) }, sleep: { try await Task.sleep(for: $0) })
    }()
}
