import Diagnostics
import OCI
import Storage

/// Searches among the manifests of a layout, each by ``ManifestGraph``.
extension ServedLayout {
    /// Finds a manifest that indexes among some entries list; reads indexes only, and skips those that cannot be read.
    nonisolated func manifest(_ digest: Digest, listedIn entries: [Descriptor]) async throws(Failure)
        -> Descriptor?
    {
        var visited: Set<Digest> = []
        for entry in entries where entry.mediaType.isIndex {
            var found: Descriptor?
            try await ManifestGraph.walk(
                from: entry,
                reading: { manifest throws(Failure) in
                    if manifest.digest == digest { found = manifest }
                    guard found == nil, manifest.mediaType.isIndex,
                        visited.insert(manifest.digest).inserted
                    else { return nil }
                    return try? blob(manifest)
                },
                broken: { _, _ in },
                visit: { _ in }
            )
            if let found { return found }
        }
        return nil
    }

    /// Returns a manifest that refers to content, among some entries and those that they list; `nil` without one.
    ///
    /// A manifest that cannot be read counts as one that refers to everything; one that does not exist refers to nothing.
    nonisolated func user(of digest: Digest, among entries: [Descriptor]) async throws(Failure) -> Descriptor?
    {
        var visited: Set<Digest> = [digest]
        for entry in entries where entry.mediaType.isStoredAsManifest {
            var user: Descriptor?
            try await ManifestGraph.walk(
                from: entry,
                reading: { manifest throws(Failure) in
                    guard user == nil, visited.insert(manifest.digest).inserted else { return nil }
                    do throws(Failure) {
                        return try blob(manifest)
                    } catch {
                        user = manifest
                        return nil
                    }
                },
                broken: { manifest, _ in user = user ?? manifest },
                visit: { step throws(Failure) in
                    guard user == nil, case .begin(let node) = step,
                        node.document.successors.contains(where: { $0.digest == digest })
                    else { return }
                    user = node.descriptor
                }
            )
            if let user { return user }
        }
        return nil
    }

    /// Returns the digests of some entries and of everything that they refer to, except below manifests that cannot be read.
    nonisolated func digests(below entries: [Descriptor]) async throws(Failure) -> Set<Digest> {
        var digests: Set<Digest> = []
        var visited: Set<Digest> = []
        for entry in entries {
            digests.insert(entry.digest)
            guard entry.mediaType.isStoredAsManifest else { continue }
            try await ManifestGraph.walk(
                from: entry,
                reading: { manifest throws(Failure) in
                    visited.insert(manifest.digest).inserted ? try? blob(manifest) : nil
                },
                broken: { _, _ in },
                visit: { step throws(Failure) in
                    guard case .begin(let node) = step else { return }
                    digests.formUnion(node.document.successors.map(\.digest))
                }
            )
        }
        return digests
    }
}
