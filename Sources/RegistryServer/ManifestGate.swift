import Synchronization

/// Limits how many requests handle large manifests at the same time: each takes several times its size while it is decoded.
///
/// Work that has a place does not wait for a client.
final class ManifestGate: Sendable {
    private struct State {
        var places = ManifestGate.places
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// The most requests at the same time.
    static let places = 4
    /// Manifests up to this size, in bytes, need no place.
    static let freeSize = 64 * 1024

    private let state = Mutex(State())

    /// The number of requests that wait for a place.
    var waiting: Int { state.withLock(\.waiting.count) }

    /// Runs work when there is a place, in the order of the calls.
    ///
    /// Throws an error, and does not begin the work, if the task has been canceled meanwhile: at the end of the server, those
    /// that wait must not decode one large manifest after the other.
    func withPlace<Result>(_ work: () async throws(RegistryError) -> Result) async throws(RegistryError)
        -> Result
    {
        await withCheckedContinuation { continuation in
            let hasPlace = state.withLock { state in
                guard state.places == 0 else {
                    state.places -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if hasPlace { continuation.resume() }
        }
        defer { leave() }
        guard !Task.isCancelled else { throw RegistryError(503, .unknown, "the registry ends") }
        return try await work()
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.places += 1
            return nil
        }
        next?.resume()
    }
}
