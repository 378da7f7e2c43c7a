/// An image manifest: one config and its layers (image spec, "Image Manifest"; also Docker's version 2 schema 2).
public struct Manifest: Hashable, Sendable, Codable {
    /// The largest manifest this client reads or writes, in bytes: 4 MiB.
    ///
    /// The distribution spec ("Pushing Manifests") asks registries to take at least this much.
    public static let sizeLimit = 4 * 1024 * 1024

    /// Always 2.
    public let schemaVersion: Int
    /// The manifest's own type; always written, sometimes missing in what others wrote.
    public let mediaType: MediaType?
    /// The type of the artifact, when it is not an image.
    public let artifactType: MediaType?
    /// The configuration blob.
    public let config: Descriptor
    /// The layers, lowest first.
    public let layers: [Descriptor]
    /// Free text about the image.
    public let annotations: Annotations?

    /// Describes an image; an empty set of annotations is left out of the document.
    public init(
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
    public var successors: [Descriptor] { parts.uniqueByDigest }

    /// The config and all layers, as often as they are named.
    public var parts: [Descriptor] { [config] + layers }
}

/// A list of manifests (image spec, "Image Index"; also Docker's manifest list).
public struct Index: Hashable, Sendable, Codable {
    /// Always 2.
    public let schemaVersion: Int
    /// The index's own type.
    public let mediaType: MediaType?
    /// The manifests it lists.
    public var manifests: [Descriptor]
    /// Free text about the list.
    public let annotations: Annotations?

    /// Lists manifests.
    public init(manifests: [Descriptor]) {
        schemaVersion = 2
        mediaType = .imageIndex
        self.manifests = manifests
        annotations = nil
    }

    /// What has to be in a store before this index may be, each piece once.
    public var successors: [Descriptor] { manifests.uniqueByDigest }
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
