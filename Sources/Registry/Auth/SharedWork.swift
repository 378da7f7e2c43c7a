import Diagnostics

/// Work that several wait for and one does.
actor SharedWork<Key: Hashable & Sendable, Value: Sendable> {
    private var running: [Key: Task<Result<Value, RequestFailure>, Never>] = [:]

    /// What the work gives, or fails with: to everybody who asked under the same key before it was done.
    ///
    /// The cancellation of who began it ends it; whoever else still waits begins it again.
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
            // Before anyone who waits goes on: who asks again wants new work, not this one's result.
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
