package import Diagnostics

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Names a piece of content by type, digest and size (image spec, "Descriptors").
package struct Descriptor: Hashable, Sendable, Codable {
    /// The type of the content.
    package let mediaType: MediaType
    /// The digest of the content's bytes.
    package let digest: Digest
    /// The size of the content, in bytes; never negative.
    package let size: Int
    /// Places to fetch the content from; only foreign layers have any.
    package let urls: [String]?
    /// Free text about the content.
    package private(set) var annotations: Annotations?
    /// What the content runs on, in an index.
    package let platform: Platform?
    /// The type of the artifact, when the content is a manifest.
    package let artifactType: MediaType?
    /// The content itself, verified, if the document that names it has it; never written.
    package let data: [UInt8]?

    private enum CodingKeys: String, CodingKey {
        case mediaType, digest, size, urls, annotations, platform, artifactType, data
    }

    /// Describes content whose digest and size are known.
    package init(
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
        data = nil
    }

    /// Reads a descriptor; throws when a field is missing or ill-formed, the size negative, or `data` not the content.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mediaType = try container.decode(MediaType.self, forKey: .mediaType)
        digest = try container.decode(Digest.self, forKey: .digest)
        size = try container.decode(Int.self, forKey: .size)
        urls = try container.decodeIfPresent([String].self, forKey: .urls)
        annotations = try container.decodeIfPresent(Annotations.self, forKey: .annotations)
        platform = try container.decodeIfPresent(Platform.self, forKey: .platform)
        artifactType = try container.decodeIfPresent(MediaType.self, forKey: .artifactType)
        guard size >= 0 else { throw Failure(.manifestInvalid, "the size \(size) of \(digest) is negative") }
        data = try container.decodeIfPresent(String.self, forKey: .data).map { [digest, size] text in
            guard let data = Data(base64Encoded: text) else {
                throw Failure(.manifestInvalid, "the \"data\" of \(digest) is not base64")
            }
            let bytes = [UInt8](data)
            guard bytes.count == size, Digest(of: bytes, algorithm: digest.algorithm) == digest else {
                throw Failure(
                    .manifestInvalid,
                    "the \"data\" of \(digest) is something else",
                    why: "it is \(bytes.count) of \(size) bytes"
                )
            }
            return bytes
        }
    }

    /// Writes everything but `data`: what it would save is not worth what else can read it.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mediaType, forKey: .mediaType)
        try container.encode(digest, forKey: .digest)
        try container.encode(size, forKey: .size)
        try container.encodeIfPresent(urls, forKey: .urls)
        try container.encodeIfPresent(annotations, forKey: .annotations)
        try container.encodeIfPresent(platform, forKey: .platform)
        try container.encodeIfPresent(artifactType, forKey: .artifactType)
    }

    /// The same content under other annotations.
    package func annotated(_ annotations: Annotations?) -> Descriptor {
        var copy = self
        copy.annotations = annotations
        return copy
    }

    /// Whether the content is meant to lie elsewhere than in the registry (image spec, "Non-Distributable Layers").
    package var isForeign: Bool {
        urls?.isEmpty == false || ["foreign", "nondistributable"].contains { mediaType.name.contains($0) }
    }

    /// Throws ``Failure/Code/manifestUnsupported`` for a foreign layer.
    ///
    /// Its places are for who trusts whoever wrote the manifest (CVE-2020-15157), and proxies do not ask there either.
    package func failIfForeign() throws(Failure) {
        guard isForeign else { return }
        throw Failure(
            .manifestUnsupported,
            "the \(role) \(digest.short) is a foreign one, which is not fetched",
            why: urls?.isEmpty == false
                ? "the manifest says that it lies elsewhere, and such places are never asked"
                : "its type is \(mediaType.name.truncated(to: 160)): it may not be given on",
            try: ["build the image again: wasmpack push REFERENCE plugin.wasm"]
        )
    }

    /// Whether both describe the same bytes of the same type.
    package func describesSameContent(as other: Descriptor) -> Bool {
        mediaType == other.mediaType && digest == other.digest && size == other.size
    }

    /// The role of content of this type in an image, in the specification's words.
    package var role: String {
        if mediaType.isIndex { return "index" }
        if mediaType.isManifest { return "manifest" }
        return mediaType.isImageConfig || mediaType.name.contains(".config.") ? "config" : "layer"
    }
}

/// What an image runs on (image spec, "Image Index", `platform`).
package struct Platform: Hashable, Sendable, Codable {
    /// The processor, in Go's words; `amd64`, `wasm`.
    package let architecture: String
    /// The operating system, in Go's words; `linux`, `wasip1`.
    package let os: String

    /// The platform whose image a proxy picks from an index.
    package static let linuxAMD64 = Platform(os: "linux", architecture: "amd64")

    /// Describes a platform.
    package init(os: String, architecture: String) {
        self.os = os
        self.architecture = architecture
    }
}

extension Platform: CustomStringConvertible {
    /// The platform as users write it: `linux/amd64`.
    package var description: String { "\(os)/\(architecture)" }
}
