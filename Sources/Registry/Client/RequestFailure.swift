import Diagnostics
import HTTPTransport

/// The failure of a request, and whether the request may be retried.
struct RequestFailure: Error {
    let failure: Failure
    /// Whether a retry may succeed.
    var isTemporary: Bool
    /// The time after which the registry allows the next request.
    let retryAfter: Duration?
    /// Whether more content has arrived than ever before, which resets the count of retries.
    var madeProgress = false
    /// The origin that answered a TLS handshake without TLS.
    var plainHTTPOrigin: Origin?

    init(_ failure: Failure, isTemporary: Bool = false, retryAfter: Duration? = nil) {
        self.failure = failure
        self.isTemporary = isTemporary
        self.retryAfter = retryAfter
    }
}

extension RequestFailure {
    /// Runs work whose failure is permanent, and wraps the failure.
    static func rethrowing<Result>(_ work: () throws(Failure) -> Result) throws(RequestFailure) -> Result {
        do throws(Failure) {
            return try work()
        } catch {
            throw RequestFailure(error)
        }
    }
}
