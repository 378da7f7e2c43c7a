import Diagnostics

/// Retries requests to one registry, within its rate limit.
///
/// A try is a whole step, not a single request: an upload resumes where the previous try ended.
struct Retrying: Sendable {
    let policy: RetryPolicy
    /// The registry's rate limit, shared by all its requests.
    let gate: RateLimitGate
    private let events: any EventSink

    /// Makes a retrier with a policy; events receive each pause.
    init(_ policy: RetryPolicy, gate: RateLimitGate = RateLimitGate(), events: any EventSink) {
        self.policy = policy
        self.gate = gate
        self.events = events
    }

    /// Repeats a step until it succeeds, fails permanently, or fails too often without progress.
    ///
    /// - Parameters:
    ///   - what: the step's name for detail events.
    ///   - attempt: runs one try; receives the number of previous tries.
    /// - Returns: the result of the successful try.
    /// - Throws: the failure of the last try, with the number of tries; ``Failure/Code/rateLimited`` if the registry
    ///   requires too long a wait, ``Failure/Code/interrupted`` if the task is canceled during a pause.
    func callAsFunction<Result: Sendable>(
        _ what: String,
        _ attempt: (_ number: Int) async throws(RequestFailure) -> Result
    ) async throws(Failure) -> Result {
        var number = 0
        var failures = 0
        while true {
            try await awaitTurn()
            do throws(RequestFailure) {
                let result = try await attempt(number)
                gate.end()
                return result
            } catch {
                number += 1
                failures = error.madeProgress ? 1 : failures + 1
                guard error.isTemporary, failures <= policy.count, !Task.isCancelled else {
                    throw error.failure.tried(number)
                }
                let pause = max(policy.pause(after: failures), error.retryAfter ?? .zero)
                report(what, error, number, pause)
                if error.retryAfter != nil || error.failure.code == .rateLimited {
                    try limitRate(for: pause, error, number)
                } else {
                    try await self.pause(pause)
                }
            }
        }
    }

    /// Waits until the rate limit allows a request; throws ``Failure/Code/interrupted`` if the task is canceled.
    func awaitTurn() async throws(Failure) {
        while let remaining = gate.remaining(at: policy.clock.now(), spacing: policy.firstPause) {
            try await pause(remaining)
        }
    }

    private func pause(_ duration: Duration) async throws(Failure) {
        do {
            try await policy.clock.sleep(duration)
        } catch {
            throw .interrupted
        }
    }

    private func report(_ what: String, _ error: RequestFailure, _ number: Int, _ pause: Duration) {
        events.record(
            .detail("\(what): \(error.failure.message); retrying in \(pause.formatted) (try \(number + 1))")
        )
        // After a long idle time, the user sees that the command continues.
        if error.failure.code == .timedOut {
            events.record(.note("\(error.failure.message); retrying (try \(number + 1))"))
        }
    }

    /// Makes all requests to the registry wait, after a number of tries.
    ///
    /// Throws ``Failure/Code/rateLimited`` if the total wait would be over the policy's limit.
    func limitRate(for pause: Duration, _ error: RequestFailure, _ number: Int) throws(Failure) {
        let isRequired = error.retryAfter.map { $0 > .zero } ?? false
        switch gate.begin(pause, patience: isRequired ? policy.patience : nil, at: policy.clock.now()) {
        case .begun where isRequired:
            let status = error.failure.http.map { " (\($0.status))" } ?? ""
            events.record(
                .note("the registry asks to wait \(pause.formatted)\(status); then try \(number + 1)")
            )
        case .begun, .known: break
        case .tooLong:
            let reason =
                "the registry asks to wait \(pause.formatted); the limit for all waits is \(policy.patience.formatted)"
            throw error.failure.with(code: .rateLimited, try: ["try again after that time"])
                .adding(why: reason)
                .tried(number)
        }
    }
}

extension Failure {
    /// Adds the number of tries to the failure.
    fileprivate func tried(_ count: Int) -> Failure {
        count > 1 && code != .interrupted ? adding(why: "tried \(count) times") : self
    }
}

extension Duration {
    /// The duration as text: tenths of a second below two seconds, then seconds, minutes or hours.
    var formatted: String {
        let seconds = components.seconds + (components.attoseconds > 0 ? 1 : 0)
        return switch seconds {
        case ..<2:
            "\(Double(components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000) / 10) s"
        case ..<600: "\(seconds) s"
        case ..<7200: "\((seconds + 59) / 60) min"
        default: "\((seconds + 3599) / 3600) h"
        }
    }
}
