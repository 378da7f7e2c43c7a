package import Diagnostics
import Synchronization
import Testing

/// A sink that records all events in order.
package final class RecordingSink: EventSink {
    private let recorded = Mutex<[Event]>([])

    /// Creates an empty recording.
    package init() {}

    /// All events so far.
    package var events: [Event] { recorded.withLock { $0 } }

    /// Records an event; fails the test if the event contains a secret.
    package func record(_ event: Event) {
        for secret in Secrets.found(in: "\(event)") { Issue.record("a secret in an event: \(secret)") }
        recorded.withLock { $0.append(event) }
    }
}
