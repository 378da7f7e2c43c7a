package import Diagnostics
package import HTTPTransport
import Synchronization

/// Says when nothing has come or gone for a while, so that nobody takes a silent server for a program that hangs.
package struct SilenceTransport: Transport {
    /// How long it may be silent before that is worth a word.
    private static let limit = Duration.seconds(10)

    private let transport: any Transport
    private let events: any EventSink
    private let clock: PauseClock
    private let silences = Silences()

    /// Listens to another transport's exchanges.
    package init(_ transport: any Transport, events: any EventSink, clock: PauseClock = .system) {
        self.transport = transport
        self.events = events
        self.clock = clock
    }

    /// Sends a request, and says that the server is silent: once in an exchange, and once for all that wait at a time.
    package func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError)
        -> Response
    {
        let movement = Movement(clock)
        let progress = request.uploadProgress
        var request = request
        request.uploadProgress = {
            movement.happened()
            progress?($0)
        }
        let host = request.url.origin
        let watch = Task {
            while !Task.isCancelled {
                let left = Self.limit - movement.age
                guard left > .zero else {
                    if let number = silences.begin(at: host) { tell(host, number) }
                    return true
                }
                try? await clock.sleep(left)
            }
            return false
        }
        func end() async {
            watch.cancel()
            if await watch.value { silences.end(at: host) }
        }
        do throws(TransferError) {
            let response = try await transport.send(request, into: MovementSink(sink, movement))
            await end()
            return response
        } catch {
            await end()
            throw error
        }
    }

    /// Says it in other words each time: what is said twice is shown once.
    private func tell(_ host: Origin, _ number: Int) {
        let again = number > 1 ? ", \(number) times so far" : ""
        events.record(.note("waiting for \(host) (\(Self.limit.words)\(again)) …"))
    }
}

/// Which servers are silent now, and how often each one was.
private final class Silences: Sendable {
    private struct State {
        /// How many exchanges with a server are known to wait.
        var waiting: [Origin: Int] = [:]
        var times: [Origin: Int] = [:]
    }

    private let state = Mutex(State())

    /// Takes note that one more exchange waits; the how-manieth silence it is, if it begins with this one.
    func begin(at host: Origin) -> Int? {
        state.withLock { state in
            state.waiting[host, default: 0] += 1
            guard state.waiting[host] == 1 else { return nil }
            state.times[host, default: 0] += 1
            return state.times[host]
        }
    }

    /// Takes note that an exchange that waited is over.
    func end(at host: Origin) { state.withLock { $0.waiting[host, default: 0] -= 1 } }
}

/// When something moved last.
private final class Movement: Sendable {
    private let clock: PauseClock
    private let last: Mutex<Duration>

    init(_ clock: PauseClock) {
        self.clock = clock
        last = Mutex(clock.now())
    }

    var age: Duration { clock.now() - last.withLock { $0 } }

    func happened() { last.withLock { $0 = clock.now() } }
}

/// Takes note of all that comes, and hands it on.
private final class MovementSink: ResponseSink {
    private let sink: any ResponseSink
    private let movement: Movement

    init(_ sink: any ResponseSink, _ movement: Movement) {
        self.sink = sink
        self.movement = movement
    }

    func begin(_ response: Response) throws(TransferError) {
        movement.happened()
        try sink.begin(response)
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError) {
        movement.happened()
        try sink.receive(bytes)
    }
}
