import Diagnostics
import HTTPTransport

/// Why a request came to nothing, and whether it may be made again.
struct RequestFailure: Error {
    let failure: Failure
    /// Whether the same request may have another outcome.
    var isTemporary: Bool
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
