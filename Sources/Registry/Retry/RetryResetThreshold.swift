/// How far a blob has come, in steps that are worth a new count of tries.
///
/// Without a least step, a peer that lets one byte more through each time would keep a command for ever.
struct RetryResetThreshold {
    /// The longest step, in bytes.
    private static let longestStep = 64 * 1024
    /// How many steps a small blob has.
    private static let stepCount = 64

    /// How many bytes more than before are a step: what all networks let through, and less of a small blob.
    private let step: Int
    private var reached = 0

    init(size: Int) { step = min(Self.longestStep, max(1, size / Self.stepCount)) }

    /// Takes note of how many bytes have come; whether these are a step more than at the last one.
    mutating func advance(to bytes: Int) -> Bool {
        guard bytes - reached >= step else { return false }
        reached = bytes
        return true
    }
}
