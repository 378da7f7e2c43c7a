import Diagnostics
import HTTPTransport
import Synchronization
import TestSupport
import Testing

@testable import Registry

@Suite struct RetryPolicyTests {
    let quick = RetryPolicy(count: 3, firstPause: .zero, longestPause: .zero)
    let temporary = RequestFailure(Failure(.serverFailed, "it fails"), isTemporary: true)

    static let pauses: [(attempt: Int, least: Duration, most: Duration)] = [
        (0, .milliseconds(225), .milliseconds(275)),
        (1, .milliseconds(450), .milliseconds(550)),
        (2, .milliseconds(900), .milliseconds(1100)),
        (10, .seconds(54), .seconds(66)),
        (1_000_000, .seconds(54), .seconds(66)),
    ]

    @Test("a pause doubles, up to a limit, give or take a tenth", arguments: pauses)
    func pause(attempt: Int, least: Duration, most: Duration) {
        for _ in 0..<100 {
            let pause = RetryPolicy().pause(after: attempt, asked: nil)
            #expect((least...most).contains(pause))
        }
    }

    @Test func `the pause that a registry asks for is kept, up to the limit`() {
        #expect(RetryPolicy().pause(after: 0, asked: .seconds(7)) == .seconds(7))
        #expect(RetryPolicy().pause(after: 0, asked: .seconds(99999)) == .seconds(60))
    }

    static let fields: [(value: String, pause: Duration?, why: String)] = [
        ("1", .seconds(1), "seconds"), ("0", .zero, "at once"), ("99999", .seconds(86400), "a day at most"),
        ("-1", nil, "the past"), ("soon", nil, "no number"), ("", nil, "empty"), ("1.5", nil, "not whole"),
        ("99999999999999999999", nil, "more than fits"),
    ]

    @Test("Retry-After is a number of seconds", arguments: fields)
    func retryAfter(value: String, pause: Duration?, why: String) {
        let response = Response(status: 429, headers: ["Retry-After": value])
        #expect(response.retryAfter == pause, "\(why)")
    }

    @Test("what may pass is tried again", arguments: [408, 429, 499, 500, 502, 503, 504, 522])
    func temporary(status: Int) { #expect(RetryPolicy.isTemporary(status: status)) }

    @Test(
        "what will not pass is not",
        arguments: [200, 201, 301, 400, 401, 403, 404, 405, 413, 416, 501, 505]
    )
    func final(status: Int) { #expect(!RetryPolicy.isTemporary(status: status)) }

    @Test func `after the last try the failure is the last one`() async {
        let calls = Mutex<[Int]>([])
        let failure = await #expect(throws: Failure.self) {
            try await quick.retrying("it", events: SilentSink()) { number throws(RequestFailure) in
                calls.withLock { $0.append(number) }
                throw temporary
            }
        }
        #expect(failure?.code == .serverFailed)
        #expect(calls.withLock { $0 } == [0, 1, 2, 3])
    }

    @Test func `a failure that will not pass ends it at once`() async {
        let calls = Mutex(0)
        await #expect(throws: Failure.self) {
            try await quick.retrying("it", events: SilentSink()) { _ throws(RequestFailure) in
                calls.withLock { $0 += 1 }
                throw RequestFailure(Failure(.notFound, "not there"))
            }
        }
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func `a task that is cancelled does not try again`() async {
        let calls = Mutex(0)
        let task = Task { [quick, temporary] in
            try await quick.retrying("it", events: SilentSink()) { _ throws(RequestFailure) in
                calls.withLock { $0 += 1 }
                withUnsafeCurrentTask { $0?.cancel() }
                throw temporary
            }
        }
        await #expect(throws: Failure.self) { try await task.value }
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func `the wait that a registry asks for is told`() async throws {
        let events = RecordingSink()
        _ = try await quick.retrying("it", events: events) { number throws(RequestFailure) in
            if number == 0 {
                throw RequestFailure(
                    Failure(.rateLimited, "slow"),
                    isTemporary: true,
                    retryAfter: .seconds(3)
                )
            }
        }
        #expect(events.events.contains(.note("the registry asks to wait 0 s")))
    }
}
