import Diagnostics

/// Asynchronous work with one run per key, whose result all concurrent callers share.
actor SharedWork<Key: Hashable & Sendable, Value: Sendable> {
    private var running: [Key: Task<Result<Value, RequestFailure>, Never>] = [:]

    /// Returns the result of the work, or of the running work with the same key.
    ///
    /// If the caller that started the work is canceled, the work ends, and another waiting caller starts it
    /// again.
    func value(
        for key: Key,
        _ work: @escaping @Sendable () async throws(RequestFailure) -> Value
    ) async throws(RequestFailure) -> Value {
        while true {
            do throws(RequestFailure) {
                return try await attempt(key, work)
            } catch {
                guard error.failure.code == .interrupted, !Task.isCancelled else { throw error }
            }
        }
    }

    private func attempt(
        _ key: Key,
        _ work: @escaping @Sendable () async throws(RequestFailure) -> Value
    ) async throws(RequestFailure) -> Value {
        if let task = running[key] { return try await task.value.get() }
        let task = Task {
            let result = await Self.result(work)
            // Removed before the waiting callers resume, so that their next calls start new work.
            running[key] = nil
            return result
        }
        running[key] = task
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        return try result.get()
    }

    private static func result(
        _ work: @Sendable () async throws(RequestFailure) -> Value
    ) async -> Result<Value, RequestFailure> {
        do throws(RequestFailure) {
            return .success(try await work())
        } catch {
            return .failure(error)
        }
    }
}
