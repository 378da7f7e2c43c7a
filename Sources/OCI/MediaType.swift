/// The type of a piece of content, for example `application/vnd.oci.image.manifest.v1+json` (RFC 6838).
///
/// An open set: documents carry types that this program has never heard of.
public struct MediaType: Hashable, Sendable {
    /// The type and subtype, without parameters.
    public let name: String

    /// Takes a media type as it stands in a document or header; parameters (`; charset=…`) are dropped.
    public init(_ text: String) {
        let bare = text.prefix { $0 != ";" }
        name = bare.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
    }
}

extension MediaType {
    /// An OCI image manifest (image spec, "Image Manifest").
    public static let imageManifest = MediaType("application/vnd.oci.image.manifest.v1+json")
    /// An OCI image index (image spec, "Image Index").
    public static let imageIndex = MediaType("application/vnd.oci.image.index.v1+json")
    /// An OCI image configuration (image spec, "Image Configuration").
    public static let imageConfig = MediaType("application/vnd.oci.image.config.v1+json")
    /// A gzipped tar layer (image spec, "Image Layer Filesystem Changeset").
    public static let layerTarGzip = MediaType("application/vnd.oci.image.layer.v1.tar+gzip")
    /// A tar layer that is not compressed.
    public static let layerTar = MediaType("application/vnd.oci.image.layer.v1.tar")
    /// Docker's image manifest, version 2 schema 2.
    public static let dockerManifest = MediaType("application/vnd.docker.distribution.manifest.v2+json")
    /// Docker's manifest list.
    public static let dockerManifestList = MediaType(
        "application/vnd.docker.distribution.manifest.list.v2+json"
    )
    /// Docker's gzipped tar layer.
    public static let dockerLayerTarGzip = MediaType("application/vnd.docker.image.rootfs.diff.tar.gzip")
    /// Docker's tar layer that is not compressed.
    public static let dockerLayerTar = MediaType("application/vnd.docker.image.rootfs.diff.tar")
    /// Docker's image configuration.
    public static let dockerImageConfig = MediaType("application/vnd.docker.container.image.v1+json")

    /// Whether content of this type is a single image's manifest.
    public var isManifest: Bool { self == .imageManifest || self == .dockerManifest }

    /// Whether content of this type lists manifests.
    public var isIndex: Bool { self == .imageIndex || self == .dockerManifestList }

    /// Whether a registry keeps content of this type under `/manifests/`, not `/blobs/`.
    public var isStoredAsManifest: Bool { isManifest || isIndex }

    /// Whether content of this type is an image configuration with `rootfs.diff_ids`.
    public var isImageConfig: Bool { self == .imageConfig || self == .dockerImageConfig }

    /// Whether content of this type is a gzipped tar layer.
    public var isTarGzipLayer: Bool { self == .layerTarGzip || self == .dockerLayerTarGzip }

    /// Whether content of this type is a tar layer without compression.
    public var isPlainTarLayer: Bool { self == .layerTar || self == .dockerLayerTar }
}

extension MediaType: CustomStringConvertible {
    /// The type as documents write it.
    public var description: String { name }
}

extension MediaType: Codable {
    /// Reads a media type from its text.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the media type as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
