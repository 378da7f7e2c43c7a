public import Diagnostics
public import OCI

extension ContentSource {
    /// Reads everything that an image consists of, and throws the first failure.
    ///
    /// What is about to leave this machine is proven before the first byte does: half an image in a registry helps
    /// nobody.
    public func prove(_ root: Descriptor) async throws(Failure) {
        let blob = try await fetch(root)
        guard root.mediaType.isStoredAsManifest else { return }
        let document = try ManifestDocument(
            decoding: blob.bytes(limit: Manifest.sizeLimit),
            mediaType: root.mediaType
        )
        // An index within an index is bounded by its bytes: a digest cannot name what contains it.
        for child in document.successors { try await prove(child) }
    }
}
