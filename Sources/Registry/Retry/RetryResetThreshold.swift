/// The progress of a blob in steps, each of which resets the count of retries.
///
/// Without a minimum step, a peer that lets one more byte through each time could keep a command running forever.
struct RetryResetThreshold {
    /// The longest step in bytes; any usable network transfers that much.
    private static let longestStep = 64 * 1024
    /// The number of steps of a small blob.
    private static let stepCount = 64

    /// The number of further bytes that count as a step.
    private let step: Int
    private var reached = 0

    init(size: Int) { step = min(Self.longestStep, max(1, size / Self.stepCount)) }

    /// Records the number of bytes; returns whether they are at least one step more than at the last step.
    mutating func advance(to bytes: Int) -> Bool {
        guard bytes - reached >= step else { return false }
        reached = bytes
        return true
    }
}
