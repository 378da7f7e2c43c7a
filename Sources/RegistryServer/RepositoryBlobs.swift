import Diagnostics
import OCI
import Storage
import Synchronization

/// Which blobs of a layout belong to one of the repositories that share it: those that its manifests refer to, and those that
/// clients have uploaded to it.
///
/// Without that, the blobs of each repository could be read, and deleted, through the name of any other one.
final class RepositoryBlobs: Sendable {
    private struct State {
        var uploaded: Set<Digest> = []
        var referenced: (digests: Set<Digest>, version: ServedLayout.Version?)?
    }

    /// The most uploaded blobs that are remembered; a client uploads a forgotten one again.
    private static let limit = 10_000

    private let state = Mutex(State())

    /// Remembers an uploaded or mounted blob.
    func insert(_ digest: Digest) {
        state.withLock { state in
            if state.uploaded.count >= Self.limit { state.uploaded = [] }
            state.uploaded.insert(digest)
        }
    }

    /// Forgets a blob that is deleted.
    func remove(_ digest: Digest) { state.withLock { _ = $0.uploaded.remove(digest) } }

    /// Returns whether a blob belongs to the repository.
    func contain(_ digest: Digest, of repository: Repository) async throws(Failure) -> Bool {
        if state.withLock({ $0.uploaded.contains(digest) }) { return true }
        let (entries, version) = try await repository.layout.versionedEntries()
        let known = state.withLock { $0.referenced }
        if let known, let version, known.version == version { return known.digests.contains(digest) }
        let digests = try await repository.layout.digests(below: entries.filter(repository.owns))
        state.withLock { $0.referenced = (digests, version) }
        return digests.contains(digest)
    }
}
