import Diagnostics
import HTTPTransport
import OCI
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Registry

@Suite(.timed, .timeLimit(.minutes(5))) struct RetryPolicyTests {
    let clock = TestClock()
    let events = RecordingSink()
    var policy: RetryPolicy { RetryPolicy(clock: clock.pauseClock) }
    let temporary = RequestFailure(Failure(.serverFailed, "it fails"), isTemporary: true)

    /// A 429 that asks for a pause.
    static func limited(_ pause: Duration?) -> RequestFailure {
        RequestFailure(
            Failure(
                .rateLimited,
                "slow",
                http: Failure.HTTPAnswer(status: 429, code: nil, url: "https://a/")
            ),
            isTemporary: true,
            retryAfter: pause
        )
    }

    /// Fails with the given failures, then succeeds.
    private func run(
        _ failures: [RequestFailure],
        _ policy: RetryPolicy,
        gate: RateLimitGate = RateLimitGate()
    ) async throws(Failure) -> Int {
        try await Retrying(policy, gate: gate, events: events)("it") { number throws(RequestFailure) in
            if number < failures.count { throw failures[number] }
            return number
        }
    }

    static let pauses: [(failures: Int, least: Duration, most: Duration)] = [
        (1, .milliseconds(225), .milliseconds(275)),
        (2, .milliseconds(450), .milliseconds(550)),
        (3, .milliseconds(900), .milliseconds(1100)),
        (10, .seconds(27), .seconds(33)),
        (1_000_000, .seconds(27), .seconds(33)),
    ]

    @Test("a pause doubles, up to a limit, give or take a tenth", arguments: pauses)
    func pause(failures: Int, least: Duration, most: Duration) {
        for _ in 0..<100 { #expect((least...most).contains(RetryPolicy().pause(after: failures))) }
        #expect(Set((0..<20).map { _ in RetryPolicy().pause(after: failures) }).count > 1)
    }

    // MARK: Concurrent requests

    @Test func `what succeeds ends the rest of the registry`() async throws {
        let rest = RateLimitGate()
        #expect(try await run([Self.limited(.seconds(5))], policy, gate: rest) == 1)
        for _ in 0..<2 { #expect(rest.remaining(at: clock.now + .seconds(1), spacing: .seconds(1)) == nil) }
    }

    @Test func `a registry that only says to slow down is left alone by everybody`() async throws {
        let rest = RateLimitGate()
        let once = RetryPolicy(count: 1, clock: clock.pauseClock)
        await #expect(throws: Failure.self) {
            try await run([Self.limited(nil), Self.limited(nil)], once, gate: rest)
        }
        #expect(rest.remaining(at: clock.now, spacing: .seconds(1)) != nil)
    }

    @Test func `only pauses that the registry asks for tire the patience`() async throws {
        let impatient = RetryPolicy(patience: .zero, clock: clock.pauseClock)
        #expect(try await run([Self.limited(nil), Self.limited(nil)], impatient) == 2)
    }

    // MARK: Temporary failures

    @Test("a status that may pass is tried again", arguments: [408, 429, 499, 500, 502, 503, 504, 522])
    func temporaryStatus(_ status: Int) { #expect(RetryPolicy.isTemporary(status: status)) }

    @Test(
        "a status that will not pass is not",
        arguments: [200, 201, 301, 400, 401, 403, 404, 405, 409, 413, 416, 422, 501, 505, 511]
    )
    func finalStatus(_ status: Int) {
        #expect(!RetryPolicy.isTemporary(status: status))
        #expect(!RetryPolicy.isTemporary(status: status, code: "DENIED"))
        #expect(!RetryPolicy.isTemporary(status: status, code: "UNKNOWN"))
    }

    @Test(
        "a registry's code says later, with whatever refusal",
        arguments: ["TOOMANYREQUESTS", "UNAVAILABLE"]
    )
    func temporaryCode(_ code: String) {
        #expect(RetryPolicy.isTemporary(status: 400, code: code))
        #expect(!RetryPolicy.isTemporary(status: 501, code: code))
    }

    @Test(
        "an exchange without an answer is made again for three reasons only",
        arguments: TransferError.Kind.allCases
    )
    func exchange(_ kind: TransferError.Kind) throws {
        let expected: Set<TransferError.Kind> = [.connectTimedOut, .stalled, .connectionLost]
        let failure = RequestFailure(
            TransferError(kind, "why"),
            to: try HTTPURL(parsing: "https://registry.example/v2/")
        )
        #expect(failure.isTemporary == expected.contains(kind))
    }

    // MARK: How often

    @Test(
        "after the last try the failure is the last one, and says how often was tried",
        arguments: [0, 1, 3, 7]
    )
    func tries(_ count: Int) async {
        let calls = Mutex<[Int]>([])
        let policy = RetryPolicy(count: count, clock: clock.pauseClock)
        let failure = await #expect(throws: Failure.self) {
            try await Retrying(policy, events: SilentSink())("it") { number throws(RequestFailure) in
                calls.withLock { $0.append(number) }
                throw temporary
            }
        }
        #expect(failure?.code == .serverFailed)
        #expect(failure?.why == (count == 0 ? nil : "tried \(count + 1) times"))
        #expect(calls.withLock { $0 } == Array(0...count))
        #expect(clock.pauses.count == count)
    }

    @Test func `a try that got further counts anew`() async throws {
        var further = temporary
        further.madeProgress = true
        let rounds = [further, temporary, temporary, further, temporary, temporary, further]
        #expect(try await run(rounds, policy) == 7)
        #expect(clock.pauses.last.map { $0 < .milliseconds(300) } == true, "the pauses begin anew too")
        let failure = await #expect(throws: Failure.self) {
            try await run([further, temporary, temporary, temporary], policy)
        }
        #expect(failure?.why == "tried 4 times")
    }

    @Test func `a failure that will not pass ends it at once, without a count`() async {
        let failure = await #expect(throws: Failure.self) {
            try await run([RequestFailure(Failure(.notFound, "not there"))], policy)
        }
        #expect(failure?.why == nil)
        #expect(clock.pauses.isEmpty)
    }

    @Test func `each try is told with its reason and its pause, to who asked for it`() async throws {
        _ = try await run([temporary, temporary], policy)
        let details = events.events.compactMap { event -> String? in
            if case .detail(let text) = event { text } else { nil }
        }
        #expect(details.count == 2 && events.events.count == 2, "\(events.events)")
        #expect(
            details.first?.wholeMatch(of: /it: it fails; trying again in 0\.2 s \(try 2\)/) != nil,
            "\(details)"
        )
        #expect(
            details.last?.wholeMatch(of: /it: it fails; trying again in 0\.[45] s \(try 3\)/) != nil,
            "\(details)"
        )
    }

    @Test func `after a time-out everybody is told that it goes on`() async throws {
        _ = try await run(
            [RequestFailure(Failure(.timedOut, "it does not answer"), isTemporary: true)],
            policy
        )
        #expect(events.events.contains(.note("it does not answer; retrying (try 2)")))
    }

    // MARK: Cancellation

    @Test func `a task that is cancelled does not try again`() async {
        let calls = Mutex(0)
        let task = Task { [policy, temporary] in
            try await Retrying(policy, events: SilentSink())("it") { _ throws(RequestFailure) in
                calls.withLock { $0 += 1 }
                withUnsafeCurrentTask { $0?.cancel() }
                throw temporary
            }
        }
        await #expect(throws: Failure.self) { try await task.value }
        #expect(calls.withLock { $0 } == 1)
    }

    @Test(
        "a cancellation ends a pause at once, its own or the registry's",
        arguments: [nil, Duration.seconds(500)]
    )
    func cancelledPause(asked: Duration?) async {
        let (pausing, began) = AsyncStream<Void>.makeStream()
        let clock = PauseClock(now: { .zero }) { _ in
            began.yield()
            try await Task.sleep(for: .seconds(3600))
        }
        let task = Task { [temporary] in
            try await Retrying(RetryPolicy(clock: clock), events: SilentSink())("it") {
                number throws(RequestFailure) in
                if number > 0 { Issue.record("it was tried again") }
                throw asked == nil ? temporary : Self.limited(asked)
            }
        }
        for await _ in pausing { break }
        task.cancel()
        let failure = await #expect(throws: Failure.self) { try await task.value }
        #expect(failure?.code == .interrupted)
    }

    // MARK: When the registry wants to be left alone

    @Test func `the pause that a registry asks for is kept, and told once`() async throws {
        _ = try await run([Self.limited(.seconds(37))], policy)
        #expect(clock.now == .seconds(37))
        let note = Event.note("the registry asks to wait 37 s (429); then try 2")
        #expect(events.events.filter { $0 == note }.count == 1)
    }

    @Test func `each pause that a registry asks for is told in words of its own`() async throws {
        // The same text is shown only once.
        _ = try await run([Self.limited(.seconds(60)), Self.limited(.seconds(60))], policy)
        let notes = events.events.filter { if case .note = $0 { true } else { false } }
        #expect(
            notes == [
                .note("the registry asks to wait 60 s (429); then try 2"),
                .note("the registry asks to wait 60 s (429); then try 3"),
            ]
        )
    }

    @Test func `a pause of nothing is one of our own`() async throws {
        _ = try await run([Self.limited(.zero)], policy)
        #expect(clock.now >= .milliseconds(225) && clock.now < .seconds(1))
        #expect(!events.events.contains { if case .note = $0 { true } else { false } })
    }

    @Test func `what is longer than ten minutes ends it at once, in words`() async {
        let failure = await #expect(throws: Failure.self) {
            try await run([Self.limited(.seconds(99999))], policy)
        }
        #expect(failure?.code == .rateLimited)
        #expect(failure?.why == "the registry asks to wait 28 h; the limit for all waits is 10 min")
        #expect(failure?.http?.status == 429)
        #expect(clock.pauses.isEmpty)
    }

    @Test func `ten minutes are the limit of all pauses together`() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await run([Self.limited(.seconds(400)), Self.limited(.seconds(300))], policy)
        }
        #expect(failure?.code == .rateLimited)
        #expect(failure?.why?.hasSuffix("; tried 2 times") == true, "\(String(describing: failure?.why))")
        #expect(clock.now == .seconds(400))
    }

    @Test("a registry that is busy otherwise keeps its exit status", arguments: [503, 502])
    func otherwiseBusy(_ status: Int) async {
        let answer = Failure.HTTPAnswer(status: status, code: nil, url: "https://a/")
        let busy = RequestFailure(
            Failure(.serverFailed, "it fails", http: answer),
            isTemporary: true,
            retryAfter: .seconds(5)
        )
        let failure = await #expect(throws: Failure.self) { try await run([busy, busy, busy, busy], policy) }
        #expect(failure?.code == .serverFailed)
        #expect(clock.now == .seconds(15))
        #expect(events.events.contains(.note("the registry asks to wait 5 s (\(status)); then try 2")))
    }

    @Test(arguments: [TransferError.Kind.connectionRefused, .addressUnknown, .unreachable])
    func `who has answered before may come back, no other`(kind: TransferError.Kind) async throws {
        let bench = try Bench()
        let layer = bench.image.layer.descriptor
        let head = "HEAD http://r.example/v2/\(bench.name)/blobs/\(layer.digest)"
        let gone = ScriptedTransport([
            .answer(head, 404), .failure(head, kind), .failure(head, kind), .answer(head, 200),
        ])
        let repository = try bench.repository("r.example", transport: gone)
        #expect(try await !repository.contains(layer))
        #expect(try await repository.contains(layer))
        #expect(gone.remaining == 0)

        let absent = ScriptedTransport([.failure(head, kind)])
        let stranger = try bench.repository("r.example", transport: absent)
        let failure = await #expect(throws: Failure.self) { try await stranger.contains(layer) }
        #expect(failure?.code == (kind == .addressUnknown ? .addressUnknown : .connectionRefused))
    }
}
