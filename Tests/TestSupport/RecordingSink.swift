package import Diagnostics
import Synchronization
import Testing

/// A sink that keeps what it is told, in order.
package final class RecordingSink: EventSink {
    private let recorded = Mutex<[Event]>([])

    /// Makes an empty recording.
    package init() {}

    /// Everything recorded so far.
    package var events: [Event] { recorded.withLock { $0 } }

    /// Adds one event, in which no secret may be.
    package func record(_ event: Event) {
        for secret in Secrets.found(in: "\(event)") { Issue.record("a secret in an event: \(secret)") }
        recorded.withLock { $0.append(event) }
    }
}
