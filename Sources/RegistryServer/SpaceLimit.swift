import Diagnostics
import Synchronization

/// The space that the blobs and uploads of a registry may take together.
///
/// A blob counts in each repository that has it.
final class SpaceLimit: Sendable {
    private let limit: Int?
    private let state = Mutex(0)

    /// The bytes that are taken, if there is a limit.
    var used: Int { state.withLock(\.self) }

    /// Sets a limit in bytes; `nil` for none.
    init(_ limit: Int?) { self.limit = limit }

    /// Takes space; throws `SIZE_INVALID` if there is not enough.
    func take(_ count: Int) throws(RegistryError) {
        guard let limit else { return }
        let isTaken = state.withLock { used in
            let (sum, isOver) = used.addingReportingOverflow(count)
            guard !isOver, sum <= limit else { return false }
            used = sum
            return true
        }
        guard isTaken else {
            throw RegistryError(
                413,
                .sizeInvalid,
                "the registry is full: without --dir, it has \(ByteCount(limit))"
            )
        }
    }

    /// Returns space.
    func free(_ count: Int) { state.withLock { $0 = max(0, $0 - count) } }
}
