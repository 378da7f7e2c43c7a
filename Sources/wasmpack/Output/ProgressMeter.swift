import Diagnostics

/// The progress of long work: what is under way, how fast it is, and when to show it.
///
/// Time comes from the caller.
struct ProgressMeter {
    typealias Instant = ContinuousClock.Instant

    /// Work is shown when it has taken this long.
    static let delay = Duration.seconds(1)
    /// The pause between two lines where no line can be drawn again.
    static let linePeriod = Duration.seconds(10)
    /// The rate is that of this last time.
    private static let window = Duration.seconds(5)

    private struct Item {
        let label: String
        var done: Int
        var total: Int
        let start: Instant
        /// Whether its end is reported; otherwise it ends with its last byte.
        let endsByEvent: Bool
        /// How often its bytes are moved: twice from one registry to another.
        let passes: Int
    }

    private var items: [String: Item] = [:]
    private static let transfers = "transfer"

    /// The kind of the current work; another kind starts from zero.
    private var kind = ""
    private var start: Instant?
    private var end: Instant?
    private var ended = (done: 0, total: 0)
    private var moved = 0
    private var samples: [(at: Instant, moved: Int)] = []

    /// Whether work is under way.
    var isActive: Bool { !items.isEmpty }

    /// Records work on a file.
    mutating func update(_ work: Work, at now: Instant) {
        // Blobs that arrive are copied on this machine in parallel.
        if kind == Self.transfers, isActive { return }
        begin(work.kind.rawValue, at: now)
        let key = "\(work.kind.rawValue) \(work.name)"
        set(key, work.kind.rawValue, work.bytes, of: work.total, endsByEvent: false, at: now)
    }

    /// Records a transfer, whose bytes are moved `passes` times; returns how long it took, when it has ended.
    @discardableResult
    mutating func update(_ transfer: Transfer, passes: Int, at now: Instant) -> Duration? {
        begin(Self.transfers, at: now)
        let size = transfer.size
        let known = items[transfer.digest]
        let passes = known?.passes ?? passes
        let (total, overflow) = size.multipliedReportingOverflow(by: passes)
        switch transfer.stage {
        case .started:
            guard !overflow else { return nil }
            items[transfer.digest] = Item(
                label: transfer.role,
                done: 0,
                total: total,
                start: now,
                endsByEvent: true,
                passes: passes
            )
        case .received(let bytes), .moved(let bytes):
            let isLastPass = if case .moved = transfer.stage { true } else { false }
            let before = isLastPass && !overflow ? total - size : 0
            set(
                transfer.digest,
                transfer.role,
                before &+ bytes,
                of: known?.total ?? size,
                endsByEvent: known?.endsByEvent ?? false,
                at: now
            )
        case .finished, .exists, .mounted:
            finish(transfer.digest, at: now)
            return known.map { now - $0.start }
        }
        return nil
    }

    /// Begins a kind of work; short pauses between two kinds do not count.
    private mutating func begin(_ newKind: String, at now: Instant) {
        if let end, items.isEmpty, now - end >= Self.delay { start = nil }
        if start == nil { start = now }
        guard
            newKind != kind || samples.isEmpty || end.map({ items.isEmpty && now - $0 >= Self.delay }) == true
        else { return }
        if newKind != kind { items = [:] }
        kind = newKind
        ended = (0, 0)
        moved = 0
        samples = [(now, 0)]
        end = nil
    }

    private mutating func set(
        _ key: String,
        _ label: String,
        _ done: Int,
        of total: Int,
        endsByEvent: Bool,
        at now: Instant
    ) {
        let before = items[key]
        // The first report may be of bytes that were moved earlier.
        if let before { moved &+= max(0, done &- before.done) }
        items[key] = Item(
            label: label,
            done: max(0, min(done, total)),
            total: total,
            start: before?.start ?? now,
            endsByEvent: endsByEvent,
            passes: before?.passes ?? 1
        )
        if let last = samples.last, now - last.at >= .milliseconds(100) {
            samples.append((now, moved))
            // One sample before the window is its start.
            while samples.count > 2, now - samples[1].at > Self.window { samples.removeFirst() }
        }
        if done >= total, !endsByEvent { finish(key, at: now) }
    }

    private mutating func finish(_ key: String, at now: Instant) {
        guard let item = items.removeValue(forKey: key) else { return }
        ended.done &+= item.total
        ended.total &+= item.total
        if items.isEmpty { end = now }
    }

    /// The state to show; `nil` if nothing is under way, or not for long enough.
    func reading(at now: Instant) -> ProgressReading? {
        guard let start, now - start >= Self.delay, isActive else { return nil }
        let largest = items.values.max { ($0.total, $1.label) < ($1.total, $0.label) }
        let done = items.values.reduce(ended.done) { $0 &+ $1.done }
        let total = items.values.reduce(ended.total) { $0 &+ $1.total }
        var rate: Int?
        if let first = samples.first, now - first.at >= .milliseconds(500) {
            let seconds = (now - first.at) / Duration.seconds(1)
            rate = Int(min(Double(moved &- first.moved) / seconds, 1e15))
        }
        return ProgressReading(label: largest?.label ?? kind, done: done, total: total, rate: rate)
    }
}
