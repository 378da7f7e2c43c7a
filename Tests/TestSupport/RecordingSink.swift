public import Diagnostics
import Synchronization
import Testing

/// A sink that keeps what it is told, in order.
public final class RecordingSink: EventSink {
    private let recorded = Mutex<[Event]>([])

    /// Makes an empty recording.
    public init() {}

    /// Everything recorded so far.
    public var events: [Event] { recorded.withLock { $0 } }

    /// Adds one event, in which no secret may be.
    public func record(_ event: Event) {
        for secret in Secrets.found(in: "\(event)") { Issue.record("a secret in an event: \(secret)") }
        recorded.withLock { $0.append(event) }
    }
}
