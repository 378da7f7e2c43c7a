/// An image manifest: one config and its layers (image spec, "Image Manifest"; also Docker's version 2 schema 2).
package struct Manifest: Hashable, Sendable, Codable {
    /// The largest manifest this client reads or writes, in bytes: 4 MiB.
    ///
    /// The distribution spec ("Pushing Manifests") asks registries to take at least this much.
    package static let sizeLimit = 4 * 1024 * 1024

    /// Always 2.
    package let schemaVersion: Int
    /// The manifest's own type; always written, sometimes missing in what others wrote.
    package let mediaType: MediaType?
    /// The type of the artifact, when it is not an image.
    package let artifactType: MediaType?
    /// The configuration blob.
    package let config: Descriptor
    /// The layers, lowest first.
    package let layers: [Descriptor]
    /// Free text about the image.
    package let annotations: Annotations?

    /// Describes an image; an empty set of annotations is left out of the document.
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

    /// What has to be in a store before this manifest may be, each piece once.
    package var successors: [Descriptor] { parts.uniqueByDigest }

    /// The config and all layers, as often as they are named.
    package var parts: [Descriptor] { [config] + layers }
}

/// A list of manifests (image spec, "Image Index"; also Docker's manifest list).
package struct Index: Hashable, Sendable, Codable {
    /// Always 2.
    package let schemaVersion: Int
    /// The index's own type.
    package let mediaType: MediaType?
    /// The manifests it lists.
    package var manifests: [Descriptor]
    /// Free text about the list.
    package let annotations: Annotations?

    /// Lists manifests.
    package init(manifests: [Descriptor]) {
        schemaVersion = 2
        mediaType = .imageIndex
        self.manifests = manifests
        annotations = nil
    }

    /// What has to be in a store before this index may be, each piece once.
    package var successors: [Descriptor] { manifests.uniqueByDigest }
}

extension [Descriptor] {
    /// Each content once, where it is named first, and as a foreign one if it is that anywhere.
    ///
    /// Otherwise a foreign layer could hide behind another descriptor of its digest.
    fileprivate var uniqueByDigest: [Descriptor] {
        var places: [Digest: Int] = [:]
        var unique: [Descriptor] = []
        for descriptor in self {
            if let place = places[descriptor.digest] {
                if descriptor.isForeign, !unique[place].isForeign { unique[place] = descriptor }
            } else {
                places[descriptor.digest] = unique.count
                unique.append(descriptor)
            }
        }
        return unique
    }
}

extension Index {
    /// The images that it lists, without what only describes them (attestations).
    package var images: [Descriptor] {
        manifests.filter { entry in
            entry.annotations?[AnnotationKey.dockerReferenceType] == nil
                && entry.platform != Platform(os: "unknown", architecture: "unknown")
                && entry.artifactType?.name.contains("in-toto") != true
        }
    }

    /// The image that a proxy takes from it, or else the only one that can be meant; `nil` when there are several.
    ///
    /// Istio takes the first one for linux/amd64, and one without a platform counts as such.
    package var choice: Descriptor? {
        let images = images
        return images.first { $0.platform == nil || $0.platform == .linuxAMD64 }
            ?? (images.count == 1 ? images.first : images.first { $0.platform?.architecture == "wasm" })
    }
}
