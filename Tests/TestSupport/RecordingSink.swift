package import Diagnostics
import Synchronization
import Testing

/// A sink that records all events in order.
package final class RecordingSink: EventSink {
    private struct State {
        var events: [Event] = []
        /// Those that wait for an event.
        var waiting: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Creates an empty recording.
    package init() {}

    /// All events so far.
    package var events: [Event] { state.withLock { $0.events } }

    /// Records an event; fails the test if the event contains a secret.
    package func record(_ event: Event) {
        for secret in Secrets.found(in: "\(event)") { Issue.record("a secret in an event: \(secret)") }
        let waiting = state.withLock { state in
            state.events.append(event)
            return state.waiting
        }
        for continuation in waiting { continuation.yield() }
    }

    /// Waits until the events so far meet a condition, or the task is canceled.
    package func wait(until condition: ([Event]) -> Bool) async {
        let (recorded, continuation) = AsyncStream.makeStream(of: Void.self)
        state.withLock { $0.waiting.append(continuation) }
        continuation.yield()
        for await _ in recorded where condition(events) { return }
    }
}
