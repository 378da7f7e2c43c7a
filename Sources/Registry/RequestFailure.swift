import Diagnostics
import HTTPTransport

/// Why a request came to nothing, and whether it may be made again.
struct RequestFailure: Error {
    let failure: Failure
    /// Whether the same request may have another outcome.
    let isTemporary: Bool
    /// How long the registry wants to be left alone.
    let retryAfter: Duration?
    /// Whether more of the content has arrived than ever before: then the count of tries begins anew.
    var madeProgress = false
    /// Who answered TLS with something else.
    var speakerOfPlainHTTP: Origin?

    init(_ failure: Failure, isTemporary: Bool = false, retryAfter: Duration? = nil) {
        self.failure = failure
        self.isTemporary = isTemporary
        self.retryAfter = retryAfter
    }
}

extension RequestFailure {
    /// Does something that has one outcome, whenever it is done.
    static func rethrowing<Result>(_ work: () throws(Failure) -> Result) throws(RequestFailure) -> Result {
        do throws(Failure) {
            return try work()
        } catch {
            throw RequestFailure(error)
        }
    }
}

extension Response {
    /// How long the server wants to be left alone, if it says so in seconds (RFC 9110 §10.2.3).
    var retryAfter: Duration? {
        headers["Retry-After"].flatMap { Int($0) }.flatMap { $0 >= 0 ? .seconds(min($0, 86400)) : nil }
    }
}

extension RetryPolicy {
    /// Does something until it succeeds, fails for good, or has been tried often enough without getting further.
    func retrying<Result: Sendable>(
        _ what: String,
        events: some EventSink,
        _ attempt: (_ number: Int) async throws(RequestFailure) -> Result
    ) async throws(Failure) -> Result {
        var number = 0
        var failures = 0
        while true {
            do throws(RequestFailure) {
                return try await attempt(number)
            } catch {
                if error.madeProgress { failures = 0 }
                guard error.isTemporary, failures < count, !Task.isCancelled else { throw error.failure }
                let pause = pause(after: failures, asked: error.retryAfter)
                if error.retryAfter != nil {
                    events.record(.note("the registry asks to wait \(pause.components.seconds) s"))
                }
                events.record(.detail("\(what): \(error.failure.message); trying again"))
                try? await Task.sleep(for: pause)
            }
            number += 1
            failures += 1
        }
    }
}
