package import Diagnostics
package import OCI
package import Storage

/// A module by the digest and the size of its own bytes, in bytes.
package struct ModuleIdentity: Sendable, Hashable {
    /// The digest of the module: what `sha256:` means for a module served over HTTP.
    package let digest: Digest
    /// The size of the module, in bytes.
    package let size: Int

    /// Names a module.
    package init(digest: Digest, size: Int) {
        self.digest = digest
        self.size = size
    }
}

/// An image just made, before any store has it; itself a source with that one image.
package struct BuiltImage: Sendable {
    /// The manifest.
    package let manifest: Blob
    /// The configuration.
    package let config: Blob
    /// The layers, lowest first.
    package let layers: [Blob]
    /// The digests of the layers' uncompressed tars; none for formats whose layers are no tars.
    package let diffIDs: [Digest]
    /// The module within.
    package let module: ModuleIdentity
}

extension BuiltImage: ContentSource {
    /// The one image, whatever it is called.
    package func resolve(_ name: RefName) async throws(Failure) -> Descriptor { manifest.descriptor }

    /// One of its blobs.
    package func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        guard
            let blob = ([manifest, config] + layers).first(where: {
                $0.descriptor.digest == descriptor.digest
            })
        else {
            throw Failure(.internalError, "the image just made has no \(descriptor.digest)")
        }
        return blob
    }
}
