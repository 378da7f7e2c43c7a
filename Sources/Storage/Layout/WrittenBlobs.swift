import OCI
import Synchronization

/// The blobs that one ``ImageLayout`` has written, and may remove again.
final class WrittenBlobs: Sendable {
    private let state = Mutex<Set<Digest>>([])

    var digests: Set<Digest> { state.withLock { $0 } }

    func insert(_ digest: Digest) { state.withLock { _ = $0.insert(digest) } }
}
