import Diagnostics

/// Names a piece of content by type, digest and size (image spec, "Descriptors").
public struct Descriptor: Hashable, Sendable, Codable {
    /// The type of the content.
    public let mediaType: MediaType
    /// The digest of the content's bytes.
    public let digest: Digest
    /// The size of the content, in bytes; never negative.
    public let size: Int
    /// Places to fetch the content from; only foreign layers have any.
    public let urls: [String]?
    /// Free text about the content.
    public private(set) var annotations: Annotations?
    /// What the content runs on, in an index.
    public let platform: Platform?
    /// The type of the artifact, when the content is a manifest.
    public let artifactType: MediaType?

    /// Describes content whose digest and size are known.
    public init(
        mediaType: MediaType,
        digest: Digest,
        size: Int,
        annotations: Annotations? = nil,
        platform: Platform? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.annotations = annotations
        self.platform = platform
        urls = nil
        artifactType = nil
    }

    /// Reads a descriptor; throws when a field is missing, ill-formed, or the size is negative.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mediaType = try container.decode(MediaType.self, forKey: .mediaType)
        digest = try container.decode(Digest.self, forKey: .digest)
        size = try container.decode(Int.self, forKey: .size)
        urls = try container.decodeIfPresent([String].self, forKey: .urls)
        annotations = try container.decodeIfPresent(Annotations.self, forKey: .annotations)
        platform = try container.decodeIfPresent(Platform.self, forKey: .platform)
        artifactType = try container.decodeIfPresent(MediaType.self, forKey: .artifactType)
        guard size >= 0 else { throw Failure(.manifestInvalid, "the size \(size) of \(digest) is negative") }
    }

    /// The same content under other annotations.
    public func annotated(_ annotations: Annotations?) -> Descriptor {
        var copy = self
        copy.annotations = annotations
        return copy
    }

    /// Whether both describe the same bytes of the same type.
    public func describesSameContent(as other: Descriptor) -> Bool {
        mediaType == other.mediaType && digest == other.digest && size == other.size
    }

    /// The role of content of this type in an image, in the specification's words.
    public var role: String {
        if mediaType.isIndex { return "index" }
        if mediaType.isManifest { return "manifest" }
        return mediaType.isImageConfig || mediaType.name.contains(".config.") ? "config" : "layer"
    }
}

/// What an image runs on (image spec, "Image Index", `platform`).
public struct Platform: Hashable, Sendable, Codable {
    /// The processor, in Go's words; `amd64`, `wasm`.
    public let architecture: String
    /// The operating system, in Go's words; `linux`, `wasip1`.
    public let os: String

    /// Describes a platform.
    public init(os: String, architecture: String) {
        self.os = os
        self.architecture = architecture
    }
}

extension Platform: CustomStringConvertible {
    /// The platform as users write it: `linux/amd64`.
    public var description: String { "\(os)/\(architecture)" }
}
