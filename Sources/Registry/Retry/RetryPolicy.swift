/// The number of retries of a request, and the pauses between them.
package struct RetryPolicy: Sendable {
    /// The number of consecutive temporary failures that are retried.
    package let count: Int
    /// The first pause; each further pause is twice as long.
    package let firstPause: Duration
    /// The longest pause, except for pauses that the registry requires.
    package let longestPause: Duration
    /// The limit for the sum of the pauses that the registry requires.
    package let patience: Duration
    let clock: PauseClock

    /// Makes a policy; by default three retries after about 0.25, 0.5 and 1 second, and a limit of ten minutes.
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

    /// Returns the pause after a number of failures, ±10 %, so that clients do not retry at the same moment.
    func pause(after failures: Int) -> Duration {
        min(firstPause * (1 << min(max(failures - 1, 0), 10)), longestPause) * Double.random(in: 0.9...1.1)
    }
}
