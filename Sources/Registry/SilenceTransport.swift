public import Diagnostics
public import HTTPTransport
import Synchronization

/// Says when nothing has come or gone for a while, so that nobody takes a silent server for a program that hangs.
public struct SilenceTransport: Transport {
    /// How long it may be silent before that is worth a word.
    private static let limit = Duration.seconds(10)

    private let transport: any Transport
    private let events: any EventSink
    private let clock: PauseClock

    /// Listens to another transport's exchanges.
    public init(_ transport: any Transport, events: any EventSink, clock: PauseClock = .system) {
        self.transport = transport
        self.events = events
        self.clock = clock
    }

    /// Sends a request, and says once in an exchange that the server is silent.
    public func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError) -> Response
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
                    return events.record(.note("waiting for \(host) (\(Self.limit.words)) …"))
                }
                try? await clock.sleep(left)
            }
        }
        defer { watch.cancel() }
        return try await transport.send(request, into: MovementSink(sink, movement))
    }
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
