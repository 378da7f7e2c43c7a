package import OCI

/// The kind of an image, by the first case below that matches the media types of its manifest.
///
/// ``LayerFacts`` describes the actual content of a layer.
package enum ImageVariant: String, Sendable, CaseIterable {
    /// Docker's manifest, or Docker's gzipped tar as the last layer.
    case docker
    /// OCI's gzipped tar as the last layer, with any layers below: the standard image, and Higress's.
    case image
    /// A bare module among solo.io's layers (`application/vnd.module.wasm.content.layer.v1+wasm`).
    case artifact
    /// A bare module of the CNCF's artifact (`application/wasm`).
    case wasm
    /// A bare module as wasm-to-oci and Spin write it (`application/vnd.wasm.content.layer.v1+wasm`).
    case wasmToOCI
    /// A component as runwasi's tools write it (`application/vnd.bytecodealliance.wasm.component.layer.v0+wasm`).
    case componentLayer
    /// A tar as the last layer that proxies do not unpack: uncompressed, zstd or nondistributable.
    case tarOther
    /// A bare module as the only layer, with an unrelated media type, as `oras push plugin.wasm` writes it.
    case raw
    /// Any other image.
    case unknown

    /// Classifies a manifest by its media types; ``raw``, which only the content shows, is ``unknown`` or ``tarOther`` here.
    package init(of manifest: Manifest) {
        let last = manifest.layers.last?.mediaType
        if manifest.mediaType == .dockerManifest || last == .dockerLayerTarGzip {
            self = .docker
        } else if last == .layerTarGzip {
            self = .image
        } else if let bare = Self.bareModules.first(where: { manifest.hasLayer(of: $0.type) }) {
            self = bare.variant
        } else if last?.isTarLayer == true {
            self = .tarOther
        } else {
            self = .unknown
        }
    }

    /// The media type of the layer with the bare module, for variants that have one.
    var moduleType: MediaType? { Self.bareModules.first { $0.variant == self }?.type }

    private static let bareModules: [(variant: ImageVariant, type: MediaType)] = [
        (.artifact, .soloModule), (.wasm, .wasmModule), (.wasmToOCI, .wasmToOCIModule),
        (.componentLayer, .componentLayer),
    ]
}

extension Manifest {
    fileprivate func hasLayer(of type: MediaType) -> Bool { layers.contains { $0.mediaType == type } }
}
