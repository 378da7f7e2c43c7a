public import Diagnostics
public import OCI
public import Storage

/// A module by the digest and the size of its own bytes, in bytes.
public struct ModuleIdentity: Sendable, Hashable {
    /// The digest of the module: what `sha256:` means for a module served over HTTP.
    public let digest: Digest
    /// The size of the module, in bytes.
    public let size: Int

    /// Names a module.
    public init(digest: Digest, size: Int) {
        self.digest = digest
        self.size = size
    }
}

/// An image just made, before any store has it; itself a source with that one image.
public struct BuiltImage: Sendable {
    /// The manifest.
    public let manifest: Blob
    /// The configuration.
    public let config: Blob
    /// The layers, lowest first.
    public let layers: [Blob]
    /// The digests of the layers' uncompressed tars; none for formats whose layers are no tars.
    public let diffIDs: [Digest]
    /// The module within.
    public let module: ModuleIdentity
}

extension BuiltImage: ContentSource {
    /// The one image, whatever it is called.
    public func resolve(_ name: RefName) async throws(Failure) -> Descriptor { manifest.descriptor }

    /// One of its blobs.
    public func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
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
