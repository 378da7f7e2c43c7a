package import Diagnostics
package import HTTPTransport
import Synchronization

/// A transport that reports when a transfer has been idle for 10 seconds, so that a slow server is not
/// mistaken for a hang.
package struct IdleNoticeTransport: Transport {
    /// The idle time before a note.
    private static let limit = Duration.seconds(10)

    private let transport: any Transport
    private let events: any EventSink
    private let clock: PauseClock
    private let silences = IdleHosts()

    /// Wraps another transport.
    package init(_ transport: any Transport, events: any EventSink, clock: PauseClock = .system) {
        self.transport = transport
        self.events = events
        self.clock = clock
    }

    /// Sends a request, and records a note if it is idle: once per request, and once for all requests that
    /// are idle simultaneously.
    package func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError)
        -> Response
    {
        let movement = Activity(clock)
        let progress = request.uploadProgress
        var request = request
        request.uploadProgress = {
            movement.record()
            progress?($0)
        }
        let host = request.url.origin
        let watch = Task {
            while !Task.isCancelled {
                let left = Self.limit - movement.age
                guard left > .zero else {
                    if let count = silences.begin(at: host) { report(host, count) }
                    return true
                }
                try? await clock.sleep(left)
            }
            return false
        }
        func stopWatching() async {
            watch.cancel()
            if await watch.value { silences.end(at: host) }
        }
        do throws(TransferError) {
            let response = try await transport.send(request, into: ActivitySink(sink, movement))
            await stopWatching()
            return response
        } catch {
            await stopWatching()
            throw error
        }
    }

    /// Records a note with a count, because equal notes are shown only once.
    private func report(_ host: Origin, _ count: Int) {
        let repeated = count > 1 ? ", \(count) times so far" : ""
        events.record(.note("waiting for \(host) (\(Self.limit.formatted)\(repeated)) …"))
    }
}

/// The servers that are idle now, with the number of idle periods of each server.
final class IdleHosts: Sendable {
    private struct State {
        /// The number of idle requests per server.
        var waiting: [Origin: Int] = [:]
        var times: [Origin: Int] = [:]
    }

    private let state = Mutex(State())

    /// Records an idle request; returns the number of idle periods so far if a new one begins.
    func begin(at host: Origin) -> Int? {
        state.withLock { state in
            state.waiting[host, default: 0] += 1
            guard state.waiting[host] == 1 else { return nil }
            state.times[host, default: 0] += 1
            return state.times[host]
        }
    }

    /// Records the end of an idle request.
    func end(at host: Origin) { state.withLock { $0.waiting[host, default: 0] -= 1 } }
}

/// The time of the last activity.
private final class Activity: Sendable {
    private let clock: PauseClock
    private let last: Mutex<Duration>

    init(_ clock: PauseClock) {
        self.clock = clock
        last = Mutex(clock.now())
    }

    var age: Duration { clock.now() - last.withLock { $0 } }

    func record() { last.withLock { $0 = clock.now() } }
}

/// A sink that records activity and forwards everything.
private final class ActivitySink: ResponseSink {
    private let sink: any ResponseSink
    private let movement: Activity

    init(_ sink: any ResponseSink, _ movement: Activity) {
        self.sink = sink
        self.movement = movement
    }

    func begin(_ response: Response) throws(TransferError) {
        movement.record()
        try sink.begin(response)
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError) {
        movement.record()
        try sink.receive(bytes)
    }
}
