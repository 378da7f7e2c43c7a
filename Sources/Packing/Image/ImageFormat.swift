package import OCI

/// The shapes of image that are written, by the words of `--format`.
package enum ImageFormat: String, Sendable, CaseIterable {
    /// One gzipped tar with one `plugin.wasm`, under OCI's media types: what every proxy takes.
    case image
    /// The same under Docker's media types.
    case docker
    /// solo.io's artifact: a runtime config and the bare module, as two layers.
    case artifact
    /// The CNCF's Wasm artifact: the bare module under `application/wasm`. Proxies refuse it.
    case wasm

    /// The format that an image has; `nil` for what this program does not write.
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

    /// The media types that images of this format have.
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

    /// Whether the module lies in a tar, beside a config that an ordinary image has.
    package var isTar: Bool { self == .image || self == .docker }

    /// Whether the manifest has annotations; Docker's has none.
    var hasAnnotations: Bool { self != .docker }

    /// Whether there is an image config, which has labels.
    var hasLabels: Bool { isTar }

    /// The type of the layer with the module.
    var layerType: MediaType { self == .docker ? .dockerLayerTarGzip : .layerTarGzip }
}
