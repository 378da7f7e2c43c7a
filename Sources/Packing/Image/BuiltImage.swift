import Archive
package import Diagnostics
package import OCI
package import Storage

/// The digest and size of a module.
package struct ModuleIdentity: Sendable, Hashable {
    /// The digest of the module's bytes, as `sha256` in a WasmPlugin pins a module served over HTTP.
    package let digest: Digest
    /// The size of the module, in bytes.
    package let size: Int

    /// Creates an identity.
    package init(digest: Digest, size: Int) {
        self.digest = digest
        self.size = size
    }
}

/// A newly built image that is not in a store yet; also a content source with that one image.
package struct BuiltImage: Sendable {
    /// The module of an image, as it was packed.
    struct Module: Sendable {
        let identity: ModuleIdentity
        /// Its first bytes, as ``PluginExtractor/Plugin/start``.
        let start: [UInt8]
    }

    /// The manifest.
    package let manifest: Blob
    /// The configuration.
    package let config: Blob
    /// The layers, lowest first.
    package let layers: [Blob]
    /// The digests of the layers' uncompressed tars; empty for formats whose layers are not tars.
    package let diffIDs: [Digest]
    /// The module in the image.
    package let module: ModuleIdentity
    /// What proxies find in the last layer, and the module's first bytes; `nil` for formats whose layers are not tars.
    let packed: (last: LayerReader.Contents, module: Module)?
}

extension BuiltImage: ContentSource {
    /// Returns the image for any name.
    package func resolve(_ name: RefName) async throws(Failure) -> Descriptor { manifest.descriptor }

    /// Returns one of its blobs.
    package func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        guard
            let blob = ([manifest, config] + layers).first(where: {
                $0.descriptor.digest == descriptor.digest
            })
        else {
            throw Failure(.internalError, "the new image does not contain \(descriptor.digest)")
        }
        return blob
    }
}
