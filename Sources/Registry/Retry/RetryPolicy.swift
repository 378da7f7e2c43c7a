/// How often, and after what pause, a request is made again.
package struct RetryPolicy: Sendable {
    /// How many failures in a row are followed by another try.
    package let count: Int
    /// The first pause; each further one is twice as long.
    package let firstPause: Duration
    /// The longest pause, unless the registry asks for one.
    package let longestPause: Duration
    /// How long the pauses may be in all that a registry asks for.
    package let patience: Duration
    let clock: PauseClock

    /// Describes a policy; by default three more times, after about 0.25, 0.5 and 1 second, and ten minutes of patience.
    package init(
        count: Int = 3,
        firstPause: Duration = .milliseconds(250),
        longestPause: Duration = .seconds(30),
        patience: Duration = .seconds(600),
        clock: PauseClock = .system
    ) {
        self.count = count
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.patience = patience
        self.clock = clock
    }

    /// How long to wait after so many failures, give or take 10 %, so that clients do not come back all at once.
    func pause(after failures: Int) -> Duration {
        min(firstPause * (1 << min(max(failures - 1, 0), 10)), longestPause) * Double.random(in: 0.9...1.1)
    }
}
