import Synchronization

/// Limits how many requests handle large manifests at the same time: each takes several times its size while it is decoded.
///
/// Work that has a place does not wait for a client.
final class ManifestGate: Sendable {
    private struct State {
        var places = 4
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// Manifests up to this size, in bytes, need no place.
    static let freeSize = 64 * 1024

    private let state = Mutex(State())

    /// Runs work when there is a place, in the order of the calls.
    ///
    /// At the end of the server, those that have a place are canceled, so the others get one and are canceled too.
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
