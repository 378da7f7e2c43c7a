/// An image manifest: one config and its layers (image spec, "Image Manifest"; also Docker's version 2 schema 2).
package struct Manifest: Hashable, Sendable, Codable {
    /// The largest manifest that this client reads or writes, in bytes: 4 MiB.
    ///
    /// Registries should accept at least this size (distribution spec, "Pushing Manifests").
    package static let sizeLimit = 4 * 1024 * 1024

    /// Always 2.
    package let schemaVersion: Int
    /// The manifest's own type; always written, but other tools may omit it.
    package let mediaType: MediaType?
    /// The type of the artifact, if it is not an image.
    package let artifactType: MediaType?
    /// The configuration blob.
    package let config: Descriptor
    /// The layers, lowest first.
    package let layers: [Descriptor]
    /// The annotations of the image.
    package let annotations: Annotations?

    /// Creates a manifest; an empty set of annotations is omitted from the document.
    package init(
        mediaType: MediaType,
        config: Descriptor,
        layers: [Descriptor],
        annotations: Annotations = [:]
    ) {
        schemaVersion = 2
        self.mediaType = mediaType
        artifactType = nil
        self.config = config
        self.layers = layers
        self.annotations = annotations.isEmpty ? nil : annotations
    }

    /// The content that a store must have before this manifest, each descriptor once.
    package var successors: [Descriptor] { parts.uniqueByDigest }

    /// The config and all layers, with duplicates.
    package var parts: [Descriptor] { [config] + layers }
}

/// A list of manifests (image spec, "Image Index"; also Docker's manifest list).
package struct Index: Hashable, Sendable, Codable {
    /// Always 2.
    package let schemaVersion: Int
    /// The index's own type.
    package let mediaType: MediaType?
    /// The listed manifests.
    package var manifests: [Descriptor]
    /// The annotations of the index.
    package let annotations: Annotations?

    /// Creates an index.
    package init(manifests: [Descriptor]) {
        schemaVersion = 2
        mediaType = .imageIndex
        self.manifests = manifests
        annotations = nil
    }

    /// The content that a store must have before this index, each descriptor once.
    package var successors: [Descriptor] { manifests.uniqueByDigest }
}

extension [Descriptor] {
    /// The first descriptor of each digest; a foreign descriptor takes precedence.
    ///
    /// Otherwise a foreign layer could hide behind another descriptor of its digest.
    fileprivate var uniqueByDigest: [Descriptor] {
        var positions: [Digest: Int] = [:]
        var unique: [Descriptor] = []
        for descriptor in self {
            if let position = positions[descriptor.digest] {
                if descriptor.isForeign, !unique[position].isForeign { unique[position] = descriptor }
            } else {
                positions[descriptor.digest] = unique.count
                unique.append(descriptor)
            }
        }
        return unique
    }
}

extension Index {
    /// The listed images, without attestations.
    package var images: [Descriptor] {
        manifests.filter { entry in
            entry.annotations?[AnnotationKey.dockerReferenceType] == nil
                && entry.platform != Platform(os: "unknown", architecture: "unknown")
                && entry.artifactType?.name.contains("in-toto") != true
        }
    }

    /// The image that a proxy selects, or else the only image; `nil` if the selection is ambiguous.
    ///
    /// Istio selects the first image for linux/amd64, or without a platform.
    package var choice: Descriptor? {
        let images = images
        return images.first { $0.platform == nil || $0.platform == .linuxAMD64 }
            ?? (images.count == 1 ? images.first : images.first { $0.platform?.architecture == "wasm" })
    }
}
