public import Diagnostics
import Synchronization

/// A sink that keeps what it is told, in order.
public final class RecordingSink: EventSink {
    private let recorded = Mutex<[Event]>([])

    /// Makes an empty recording.
    public init() {}

    /// Everything recorded so far.
    public var events: [Event] { recorded.withLock { $0 } }

    /// Adds one event.
    public func record(_ event: Event) { recorded.withLock { $0.append(event) } }
}
