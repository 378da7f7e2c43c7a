/// What time it is, and how to let time pass.
package struct PauseClock: Sendable {
    /// The time since a beginning that does not matter.
    let now: @Sendable () -> Duration
    /// Lets time pass; throws as soon as the task is cancelled.
    let sleep: @Sendable (Duration) async throws -> Void

    /// Describes a clock.
    package init(
        now: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// The machine's, which nobody can set.
    package static let system: PauseClock = {
        let start = ContinuousClock.now
        return PauseClock(now: { start.duration(to: .now) }, sleep: { try await Task.sleep(for: $0) })
    }()
}
