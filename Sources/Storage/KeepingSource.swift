package import Diagnostics
package import OCI
import Synchronization

/// A source that keeps what was fetched, so that nothing is fetched twice.
package final class KeepingSource: ContentSource {
    private let source: any ContentSource
    private let kept = Mutex<[Digest: Blob]>([:])

    /// Wraps another source.
    package init(_ source: some ContentSource) { self.source = source }

    /// Resolves a name in the source.
    package func resolve(_ name: RefName) async throws(Failure) -> Descriptor {
        try await source.resolve(name)
    }

    /// Returns content that was fetched before, or fetches it from the source.
    package func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        if let blob = kept.withLock({ $0[descriptor.digest] }),
            blob.descriptor.describesSameContent(as: descriptor)
        {
            return Blob(trusted: descriptor, blob.content)
        }
        let blob = try await source.fetch(descriptor)
        kept.withLock { $0[descriptor.digest] = blob }
        return blob
    }
}
