/// The type of a piece of content, for example `application/vnd.oci.image.manifest.v1+json` (RFC 6838).
///
/// Documents may contain types that this program does not know.
package struct MediaType: Hashable, Sendable {
    /// The type and subtype, without parameters.
    package let name: String

    /// Reads a media type of a document or header field; drops parameters (`; charset=…`).
    package init(_ text: String) {
        let bare = text.prefix { $0 != ";" }
        name = bare.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
    }
}

extension MediaType {
    /// An OCI image manifest (image spec, "Image Manifest").
    package static let imageManifest = MediaType("application/vnd.oci.image.manifest.v1+json")
    /// An OCI image index (image spec, "Image Index").
    package static let imageIndex = MediaType("application/vnd.oci.image.index.v1+json")
    /// An OCI image configuration (image spec, "Image Configuration").
    package static let imageConfig = MediaType("application/vnd.oci.image.config.v1+json")
    /// A gzipped tar layer (image spec, "Image Layer Filesystem Changeset").
    package static let layerTarGzip = MediaType("application/vnd.oci.image.layer.v1.tar+gzip")
    /// An uncompressed tar layer.
    package static let layerTar = MediaType("application/vnd.oci.image.layer.v1.tar")
    /// Docker's image manifest, version 2 schema 2.
    package static let dockerManifest = MediaType("application/vnd.docker.distribution.manifest.v2+json")
    /// A tar layer compressed with zstd, which container runtimes accept and proxies do not.
    package static let layerTarZstd = MediaType("application/vnd.oci.image.layer.v1.tar+zstd")
    /// Docker's manifest list.
    package static let dockerManifestList = MediaType(
        "application/vnd.docker.distribution.manifest.list.v2+json"
    )
    /// Docker's gzipped tar layer.
    package static let dockerLayerTarGzip = MediaType("application/vnd.docker.image.rootfs.diff.tar.gzip")
    /// Docker's tar layer that is not compressed.
    package static let dockerLayerTar = MediaType("application/vnd.docker.image.rootfs.diff.tar")
    /// The type that skopeo and buildah use for a zstd layer; Docker does not define it.
    package static let dockerLayerTarZstd = MediaType(
        "application/vnd.docker.image.rootfs.diff.tar.zstd"
    )
    /// Docker's image configuration.
    package static let dockerImageConfig = MediaType("application/vnd.docker.container.image.v1+json")

    /// solo.io's bare module (Wasm image spec, "Artifact").
    package static let soloModule = MediaType("application/vnd.module.wasm.content.layer.v1+wasm")
    /// The CNCF's bare module or component (Wasm OCI artifact layout).
    package static let wasmModule = MediaType("application/wasm")
    /// The config of the CNCF's artifact.
    package static let wasmConfig = MediaType("application/vnd.wasm.config.v0+json")
    /// The bare module of wasm-to-oci, Spin and Kubewarden.
    package static let wasmToOCIModule = MediaType("application/vnd.wasm.content.layer.v1+wasm")
    /// The bare component of runwasi's tools.
    package static let componentLayer = MediaType(
        "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm"
    )

    /// Whether content of this type is a single image's manifest.
    package var isManifest: Bool { self == .imageManifest || self == .dockerManifest }

    /// Whether content of this type lists manifests.
    package var isIndex: Bool { self == .imageIndex || self == .dockerManifestList }

    /// Whether a registry keeps content of this type under `/manifests/`, not `/blobs/`.
    package var isStoredAsManifest: Bool { isManifest || isIndex }

    /// Whether content of this type is an image configuration with `rootfs.diff_ids`.
    package var isImageConfig: Bool { self == .imageConfig || self == .dockerImageConfig }

    /// Whether content of this type is a tar layer of an image, with any compression.
    package var isTarLayer: Bool {
        ["application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs."].contains {
            name.hasPrefix($0)
        }
    }

    /// Whether content of this type is a gzipped tar layer.
    package var isTarGzipLayer: Bool { self == .layerTarGzip || self == .dockerLayerTarGzip }

    /// Whether content of this type is a tar layer compressed with zstd.
    package var isTarZstdLayer: Bool { self == .layerTarZstd || self == .dockerLayerTarZstd }

    /// Whether content of this type is a tar layer without compression.
    package var isPlainTarLayer: Bool { self == .layerTar || self == .dockerLayerTar }
}

extension MediaType: CustomStringConvertible {
    /// The type, as written in documents.
    package var description: String { name }
}

extension MediaType: Codable {
    /// Reads a media type from its text.
    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the media type as its text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

extension MediaType {
    /// The runtime config of solo.io's artifact: both its config and its first layer (Wasm image spec, variant `oci`).
    package static let soloConfig = MediaType("application/vnd.module.wasm.config.v1+json")
}
