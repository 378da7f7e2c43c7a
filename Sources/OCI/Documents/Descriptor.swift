package import Diagnostics

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Identifies content by type, digest and size (image spec, "Descriptors").
package struct Descriptor: Hashable, Sendable, Codable {
    /// The type of the content.
    package let mediaType: MediaType
    /// The digest of the content's bytes.
    package let digest: Digest
    /// The size of the content, in bytes; never negative.
    package let size: Int
    /// URLs of the content; only foreign layers have any.
    package let urls: [String]?
    /// The annotations of the content.
    package private(set) var annotations: Annotations?
    /// The platform of the content, in an index.
    package let platform: Platform?
    /// The type of the artifact, if the content is a manifest.
    package let artifactType: MediaType?
    /// The embedded content, verified; `nil` if the document does not embed it, and never written.
    package let data: [UInt8]?

    private enum CodingKeys: String, CodingKey {
        case mediaType, digest, size, urls, annotations, platform, artifactType, data
    }

    /// Creates a descriptor.
    package init(
        mediaType: MediaType,
        digest: Digest,
        size: Int,
        annotations: Annotations? = nil,
        platform: Platform? = nil,
        artifactType: MediaType? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.annotations = annotations
        self.platform = platform
        self.artifactType = artifactType
        urls = nil
        data = nil
    }

    /// Reads a descriptor; throws for a missing or invalid member, a negative size, or `data` that does not match.
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
                    "the \"data\" of \(digest) does not match its digest and size",
                    why: "\"data\" has \(bytes.count) bytes, \"size\" is \(size)"
                )
            }
            return bytes
        }
    }

    /// Writes everything except `data`, which not every client can read.
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

    /// Returns the descriptor with other annotations.
    package func annotated(_ annotations: Annotations?) -> Descriptor {
        var copy = self
        copy.annotations = annotations
        return copy
    }

    /// Whether the content is stored outside the registry (image spec, "Non-Distributable Layers").
    package var isForeign: Bool {
        urls?.isEmpty == false || ["foreign", "nondistributable"].contains { mediaType.name.contains($0) }
    }

    /// Throws ``Failure/Code/manifestUnsupported`` for a foreign layer.
    ///
    /// The author of a manifest chooses its URLs, so fetching them is unsafe (CVE-2020-15157). Proxies do not fetch them.
    package func failIfForeign() throws(Failure) {
        guard isForeign else { return }
        throw Failure(
            .manifestUnsupported,
            "the \(role) \(digest.short) is foreign, so it is not fetched",
            why: urls?.isEmpty == false
                ? "the manifest gives other URLs for it, which are never used"
                : "its type \(mediaType.name.truncated(to: 160)) does not allow redistribution",
            try: ["build the image again: wasmpack push REFERENCE plugin.wasm"]
        )
    }

    /// The bytes and their type, without what an entry of an index says besides.
    package struct Content: Hashable, Sendable {
        private let mediaType: MediaType
        private let digest: Digest
        private let size: Int

        fileprivate init(_ descriptor: Descriptor) {
            (mediaType, digest, size) = (descriptor.mediaType, descriptor.digest, descriptor.size)
        }
    }

    /// The described content, to compare many descriptors.
    package var content: Content { Content(self) }

    /// Whether both describe the same bytes of the same type.
    package func describesSameContent(as other: Descriptor) -> Bool { content == other.content }

    /// The role of the content in an image: `index`, `manifest`, `config` or `layer`.
    package var role: String {
        if mediaType.isIndex { return "index" }
        if mediaType.isManifest { return "manifest" }
        return mediaType.isImageConfig || mediaType.name.contains(".config.") ? "config" : "layer"
    }
}

/// The platform of an image (image spec, "Image Index", `platform`).
package struct Platform: Hashable, Sendable, Codable {
    /// The processor architecture, by Go's name: `amd64`, `wasm`.
    package let architecture: String
    /// The operating system, by Go's name: `linux`, `wasip1`.
    package let os: String

    /// The platform whose image a proxy selects from an index.
    package static let linuxAMD64 = Platform(os: "linux", architecture: "amd64")

    /// Creates a platform.
    package init(os: String, architecture: String) {
        self.os = os
        self.architecture = architecture
    }
}

extension Platform: CustomStringConvertible {
    /// The platform, for example `linux/amd64`.
    package var description: String { "\(os)/\(architecture)" }
}
