/// How often, and after what pause, a request is made again.
public struct RetryPolicy: Sendable {
    /// How many times after the first.
    public let count: Int
    /// The first pause; each further one is twice as long.
    public let firstPause: Duration
    /// The longest pause that a registry may ask for.
    public let longestPause: Duration

    /// Describes a policy; by default three more times, after about 0.25, 0.5 and 1 second.
    public init(
        count: Int = 3,
        firstPause: Duration = .milliseconds(250),
        longestPause: Duration = .seconds(60)
    ) {
        self.count = count
        self.firstPause = firstPause
        self.longestPause = longestPause
    }

    /// How long to wait before trying again, give or take 10 %, so that clients do not come back all at once.
    func pause(after attempt: Int, asked: Duration?) -> Duration {
        if let asked { return min(asked, longestPause) }
        return min(firstPause * (1 << min(attempt, 10)), longestPause) * Double.random(in: 0.9...1.1)
    }

    /// Whether an answer may be another one next time.
    static func isTemporary(status: Int) -> Bool {
        switch status {
        case 408, 429, 499, 500, 502, 503, 504, 522: true
        default: false
        }
    }
}
