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

    /// Makes a 429 with a pause.
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

    @Test("doubles the pause up to a limit, with 10 % jitter", arguments: pauses)
    func pause(failures: Int, least: Duration, most: Duration) {
        for _ in 0..<100 { #expect((least...most).contains(RetryPolicy().pause(after: failures))) }
        #expect(Set((0..<20).map { _ in RetryPolicy().pause(after: failures) }).count > 1)
    }

    // MARK: Concurrent requests

    @Test func `a success ends the spacing of requests`() async throws {
        let rest = RateLimitGate()
        #expect(try await run([Self.limited(.seconds(5))], policy, gate: rest) == 1)
        for _ in 0..<2 { #expect(rest.remaining(at: clock.now + .seconds(1), spacing: .seconds(1)) == nil) }
    }

    @Test func `all requests wait after a 429 without Retry-After`() async throws {
        let rest = RateLimitGate()
        let once = RetryPolicy(count: 1, clock: clock.pauseClock)
        await #expect(throws: Failure.self) {
            try await run([Self.limited(nil), Self.limited(nil)], once, gate: rest)
        }
        #expect(rest.remaining(at: clock.now, spacing: .seconds(1)) != nil)
    }

    @Test func `counts only the registry's own pauses against the limit`() async throws {
        let impatient = RetryPolicy(patience: .zero, clock: clock.pauseClock)
        #expect(try await run([Self.limited(nil), Self.limited(nil)], impatient) == 2)
    }

    // MARK: Temporary failures

    @Test("retries a temporary status", arguments: [408, 429, 499, 500, 502, 503, 504, 522])
    func temporaryStatus(_ status: Int) { #expect(RetryPolicy.isTemporary(status: status)) }

    @Test(
        "does not retry a permanent status",
        arguments: [200, 201, 301, 400, 401, 403, 404, 405, 409, 413, 416, 422, 501, 505, 511]
    )
    func finalStatus(_ status: Int) {
        #expect(!RetryPolicy.isTemporary(status: status))
        #expect(!RetryPolicy.isTemporary(status: status, code: "DENIED"))
        #expect(!RetryPolicy.isTemporary(status: status, code: "UNKNOWN"))
    }

    @Test(
        "retries temporary error codes with any status",
        arguments: ["TOOMANYREQUESTS", "UNAVAILABLE"]
    )
    func temporaryCode(_ code: String) {
        #expect(RetryPolicy.isTemporary(status: 400, code: code))
        #expect(!RetryPolicy.isTemporary(status: 501, code: code))
    }

    @Test(
        "retries an exchange without a response for only three reasons",
        arguments: TransferError.Kind.allCases
    )
    func exchange(_ kind: TransferError.Kind) throws {
        let expected: Set<TransferError.Kind> = [.connectTimedOut, .stalled, .connectionLost]
        let failure = RequestFailure(
            TransferError(kind, "why"),
            to: try HTTPURL(parsing: "https://registry.example/v2/"),
            namedBy: try RegistryName(parsing: "registry.example"),
            as: nil
        )
        #expect(failure.isTemporary == expected.contains(kind))
    }

    // MARK: Number of tries

    @Test(
        "reports the last failure and the number of tries",
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

    @Test func `progress resets the count of retries`() async throws {
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

    @Test func `a permanent failure ends immediately, without a number of tries`() async {
        let failure = await #expect(throws: Failure.self) {
            try await run([RequestFailure(Failure(.notFound, "not there"))], policy)
        }
        #expect(failure?.why == nil)
        #expect(clock.pauses.isEmpty)
    }

    @Test func `records each retry with its reason and pause as a detail`() async throws {
        _ = try await run([temporary, temporary], policy)
        let details = events.events.compactMap { event -> String? in
            if case .detail(let text) = event { text } else { nil }
        }
        #expect(details.count == 2 && events.events.count == 2, "\(events.events)")
        #expect(
            details.first?.wholeMatch(of: /it: it fails; retrying in 0\.2 s \(try 2\)/) != nil,
            "\(details)"
        )
        #expect(
            details.last?.wholeMatch(of: /it: it fails; retrying in 0\.[45] s \(try 3\)/) != nil,
            "\(details)"
        )
    }

    @Test func `notes the retry after a time-out`() async throws {
        _ = try await run(
            [RequestFailure(Failure(.timedOut, "it does not answer"), isTemporary: true)],
            policy
        )
        #expect(events.events.contains(.note("it does not answer; retrying (try 2)")))
    }

    // MARK: Cancellation

    @Test func `a canceled task does not retry`() async {
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
        "a cancellation immediately ends any pause",
        arguments: [nil, Duration.seconds(500)]
    )
    func canceledPause(asked: Duration?) async {
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

    // MARK: Rate limit

    @Test func `waits as long as the registry asks, and notes it once`() async throws {
        _ = try await run([Self.limited(.seconds(37))], policy)
        #expect(clock.now == .seconds(37))
        let note = Event.note("the registry asks to wait 37 s (429); then try 2")
        #expect(events.events.filter { $0 == note }.count == 1)
    }

    @Test func `notes each pause of the registry with a distinct text`() async throws {
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

    @Test func `treats a zero Retry-After like no Retry-After`() async throws {
        _ = try await run([Self.limited(.zero)], policy)
        #expect(clock.now >= .milliseconds(225) && clock.now < .seconds(1))
        #expect(!events.events.contains { if case .note = $0 { true } else { false } })
    }

    @Test func `fails immediately if the registry asks to wait over ten minutes`() async {
        let failure = await #expect(throws: Failure.self) {
            try await run([Self.limited(.seconds(99999))], policy)
        }
        #expect(failure?.code == .rateLimited)
        #expect(failure?.why == "the registry asks to wait 28 h; the limit for all waits is 10 min")
        #expect(failure?.http?.status == 429)
        #expect(clock.pauses.isEmpty)
    }

    @Test func `limits the sum of all pauses to ten minutes`() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await run([Self.limited(.seconds(400)), Self.limited(.seconds(300))], policy)
        }
        #expect(failure?.code == .rateLimited)
        #expect(failure?.why?.hasSuffix("; tried 2 times") == true, "\(String(describing: failure?.why))")
        #expect(clock.now == .seconds(400))
    }

    @Test("keeps the exit status of a 503 or 502 with Retry-After", arguments: [503, 502])
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
    func `retries an unreachable server only if it has answered before`(kind: TransferError.Kind) async throws
    {
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
