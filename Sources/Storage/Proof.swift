package import Diagnostics
package import OCI

extension ContentSource {
    /// Reads everything that an image consists of, and throws the first failure.
    ///
    /// What is about to leave this machine is proven before the first byte does: half an image in a registry helps
    /// nobody.
    package func prove(_ root: Descriptor) async throws(Failure) { try await prove(root, depth: 0) }

    private func prove(_ root: Descriptor, depth: Int) async throws(Failure) {
        guard depth <= indexDepthLimit + 1 else { throw Failure(tooDeep: root) }
        let blob = try await fetch(root)
        guard root.mediaType.isStoredAsManifest else { return }
        let document = try ManifestDocument(
            decoding: blob.bytes(limit: Manifest.sizeLimit),
            mediaType: root.mediaType
        )
        for child in document.successors { try await prove(child, depth: depth + 1) }
    }
}
