package import OCI

/// The image formats that can be written; the raw values are those of `--format`.
package enum ImageFormat: String, Sendable, CaseIterable {
    /// One gzipped tar with one `plugin.wasm` and OCI media types, which every proxy accepts.
    case image
    /// The same with Docker media types.
    case docker
    /// solo.io's artifact: a runtime config and the bare module, as two layers.
    case artifact
    /// The CNCF's Wasm artifact: the bare module as `application/wasm`. Proxies reject it.
    case wasm

    /// Detects the format of an image; `nil` for an image that wasmpack does not write.
    package init?(of image: Descriptor, _ manifest: Manifest) {
        let shape = Shape(
            manifest: image.mediaType,
            config: manifest.config.mediaType,
            layers: manifest.layers.map(\.mediaType)
        )
        guard let format = Self.allCases.first(where: { $0.shape == shape }) else { return nil }
        self = format
    }

    /// The media types of an image's parts.
    struct Shape: Hashable {
        let manifest: MediaType
        let config: MediaType
        let layers: [MediaType]
    }

    /// The media types of images in this format.
    var shape: Shape {
        switch self {
        case .image: Shape(manifest: .imageManifest, config: .imageConfig, layers: [.layerTarGzip])
        case .docker:
            Shape(manifest: .dockerManifest, config: .dockerImageConfig, layers: [.dockerLayerTarGzip])
        case .artifact:
            Shape(manifest: .imageManifest, config: .soloConfig, layers: [.soloConfig, .soloModule])
        case .wasm: Shape(manifest: .imageManifest, config: .wasmConfig, layers: [.wasmModule])
        }
    }

    /// Whether the layer is a tar and the config is an image config.
    package var isTar: Bool { self == .image || self == .docker }

    /// Whether the manifest may have annotations; a Docker manifest may not.
    var hasAnnotations: Bool { self != .docker }

    /// Whether the config may have labels; only an image config may.
    var hasLabels: Bool { isTar }

    /// The media type of the layer with the module.
    var layerType: MediaType { self == .docker ? .dockerLayerTarGzip : .layerTarGzip }
}
