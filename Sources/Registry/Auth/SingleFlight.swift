import Diagnostics

/// Asynchronous work with one run per key, whose result all concurrent callers share.
actor SingleFlight<Key: Hashable & Sendable, Value: Sendable> {
    private var running: [Key: Task<Result<Value, RequestFailure>, Never>] = [:]
    /// The number of callers that wait for a result now, for tests.
    private(set) var waiting = 0

    /// Returns the result of the work, or of the running work with the same key.
    ///
    /// If the caller that started the work is canceled, the work ends, and another waiting caller starts it
    /// again.
    func value(
        for key: Key,
        _ work: @escaping @Sendable () async throws(RequestFailure) -> Value
    ) async throws(RequestFailure) -> Value {
        while true {
            let others = running[key]
            let task =
                others
                ?? Task {
                    let result: Result<Value, RequestFailure>
                    do throws(RequestFailure) {
                        result = .success(try await work())
                    } catch {
                        result = .failure(error)
                    }
                    // Clear the entry before waiters resume, so that a new call starts new work.
                    running[key] = nil
                    return result
                }
            running[key] = task
            waiting += 1
            let result = await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                if others == nil { task.cancel() }
            }
            waiting -= 1
            do throws(RequestFailure) {
                return try result.get()
            } catch {
                guard error.failure.code == .interrupted, !Task.isCancelled else { throw error }
            }
        }
    }
}
