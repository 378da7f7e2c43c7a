import Diagnostics

/// Makes requests to one registry again, and leaves it alone for as long as it wants.
///
/// It stands around a whole step, not around one request: an upload goes on where the try before has got to.
struct Retrying: Sendable {
    let policy: RetryPolicy
    /// When the registry may be asked again, if it wants to be left alone; shared by all who ask it.
    let rest: RateLimitGate
    private let events: any EventSink

    /// Describes who tries: by which policy, and who is told of each pause.
    init(_ policy: RetryPolicy, rest: RateLimitGate = RateLimitGate(), events: any EventSink) {
        self.policy = policy
        self.rest = rest
        self.events = events
    }

    /// Does something until it succeeds, fails for good, or has failed often enough without getting further.
    ///
    /// - Parameters:
    ///   - what: what is done, for who asked to see each try.
    ///   - attempt: one try; given how many there were before.
    /// - Returns: what the try that succeeded gave.
    /// - Throws: what the last try failed with, and how many there were; ``Failure/Code/rateLimited`` when the registry
    ///   wants to be left alone for too long, ``Failure/Code/interrupted`` when the task is cancelled in a pause.
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
                rest.end()
                return result
            } catch {
                number += 1
                failures = error.madeProgress ? 1 : failures + 1
                guard error.isTemporary, failures <= policy.count, !Task.isCancelled else {
                    throw error.failure.tried(number)
                }
                let pause = max(policy.pause(after: failures), error.retryAfter ?? .zero)
                tell(what, error, number, pause)
                if error.retryAfter != nil || error.failure.code == .rateLimited {
                    try keep(pause, error, number)
                } else {
                    try await self.pause(pause)
                }
            }
        }
    }

    /// Waits until the registry may be asked; throws ``Failure/Code/interrupted`` when the task is cancelled meanwhile.
    func awaitTurn() async throws(Failure) {
        while let remaining = rest.remaining(at: policy.clock.now(), spacing: policy.firstPause) {
            try await pause(remaining)
        }
    }

    private func pause(_ duration: Duration) async throws(Failure) {
        do {
            try await policy.clock.sleep(duration)
        } catch {
            throw Failure(.interrupted, "interrupted")
        }
    }

    private func tell(_ what: String, _ error: RequestFailure, _ number: Int, _ pause: Duration) {
        events.record(
            .detail("\(what): \(error.failure.message); trying again in \(pause.words) (try \(number + 1))")
        )
        // A time-out was a long silence: who waits has to hear that something is being done.
        if error.failure.code == .timedOut {
            events.record(.note("\(error.failure.message); trying again (try \(number + 1))"))
        }
    }

    /// Has everybody who asks the registry leave it alone for a while, after so many tries.
    ///
    /// Throws ``Failure/Code/rateLimited`` when that is longer than anybody waits.
    func keep(_ pause: Duration, _ error: RequestFailure, _ number: Int) throws(Failure) {
        let isAsked = error.retryAfter.map { $0 > .zero } ?? false
        switch rest.begin(pause, patience: isAsked ? policy.patience : nil, at: policy.clock.now()) {
        case .begun where isAsked:
            let status = error.failure.http.map { " (\($0.status))" } ?? ""
            events.record(.note("the registry asks to wait \(pause.words)\(status); then try \(number + 1)"))
        case .begun, .known: break
        case .tooLong:
            let wish =
                "the registry asks to wait \(pause.words); longer than \(policy.patience.words) in all is not waited"
            throw error.failure.with(code: .rateLimited, try: ["again after that time"]).adding(why: wish)
                .tried(number)
        }
    }
}

extension Failure {
    /// The same failure, with how often it was met.
    fileprivate func tried(_ count: Int) -> Failure {
        count > 1 && code != .interrupted ? adding(why: "tried \(count) times") : self
    }
}

extension Duration {
    /// The duration as people say it: tenths of a second when it is short, minutes and hours when it is long.
    var words: String {
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
