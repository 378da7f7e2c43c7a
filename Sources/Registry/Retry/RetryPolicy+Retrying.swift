import Diagnostics

extension RetryPolicy {
    /// Does something until it succeeds, fails for good, or has failed often enough without getting further.
    ///
    /// - Parameters:
    ///   - what: what is done, for who asked to see each try.
    ///   - rest: when the registry may be asked; shared by all who ask it.
    ///   - events: told of each pause.
    ///   - attempt: one try; given how many there were before.
    /// - Returns: what the try that succeeded gave.
    /// - Throws: what the last try failed with, and how many there were; ``Failure/Code/rateLimited`` when the registry
    ///   wants to be left alone for too long, ``Failure/Code/interrupted`` when the task is cancelled in a pause.
    func retrying<Result: Sendable>(
        _ what: String,
        rest: RegistryRest = RegistryRest(),
        events: some EventSink,
        _ attempt: (_ number: Int) async throws(RequestFailure) -> Result
    ) async throws(Failure) -> Result {
        var number = 0
        var failures = 0
        while true {
            try await awaitTurn(after: rest)
            do throws(RequestFailure) {
                let result = try await attempt(number)
                rest.end()
                return result
            } catch {
                number += 1
                failures = error.madeProgress ? 1 : failures + 1
                guard error.isTemporary, failures <= count, !Task.isCancelled else {
                    throw error.failure.tried(number)
                }
                let pause = max(pause(after: failures), error.retryAfter ?? .zero)
                tell(what, error, number, pause, events)
                if error.retryAfter != nil || error.failure.code == .rateLimited {
                    try keep(rest, pause, error, number, events)
                } else {
                    try await self.pause(pause)
                }
            }
        }
    }

    /// Waits until the registry may be asked; throws ``Failure/Code/interrupted`` when the task is cancelled meanwhile.
    func awaitTurn(after rest: RegistryRest) async throws(Failure) {
        while let remaining = rest.remaining(at: clock.now(), spacing: firstPause) {
            try await pause(remaining)
        }
    }

    private func pause(_ duration: Duration) async throws(Failure) {
        do {
            try await clock.sleep(duration)
        } catch {
            throw Failure(.interrupted, "interrupted")
        }
    }

    private func tell(
        _ what: String,
        _ error: RequestFailure,
        _ number: Int,
        _ pause: Duration,
        _ events: some EventSink
    ) {
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
    func keep(
        _ rest: RegistryRest,
        _ pause: Duration,
        _ error: RequestFailure,
        _ number: Int,
        _ events: some EventSink
    ) throws(Failure) {
        let isAsked = error.retryAfter.map { $0 > .zero } ?? false
        switch rest.begin(pause, patience: isAsked ? patience : nil, at: clock.now()) {
        case .begun where isAsked:
            let status = error.failure.http.map { " (\($0.status))" } ?? ""
            events.record(.note("the registry asks to wait \(pause.words)\(status); then try \(number + 1)"))
        case .begun, .known: break
        case .tooLong:
            let wish =
                "the registry asks to wait \(pause.words); longer than \(patience.words) in all is not waited"
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
