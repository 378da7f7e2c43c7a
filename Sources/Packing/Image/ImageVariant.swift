package import OCI

/// The shape of an image, by the first rule that its manifest fits, in the order of these cases.
///
/// What a layer really holds is another matter: ``LayerFacts``.
package enum ImageVariant: String, Sendable, CaseIterable {
    /// Docker's manifest, or Docker's gzipped tar as the last layer.
    case docker
    /// OCI's gzipped tar as the last layer, whatever lies below: the ordinary image, and Higress's.
    case image
    /// A bare module among solo.io's layers (`application/vnd.module.wasm.content.layer.v1+wasm`).
    case artifact
    /// A bare module as the CNCF's artifact has it (`application/wasm`).
    case wasm
    /// A bare module as wasm-to-oci and Spin write it (`application/vnd.wasm.content.layer.v1+wasm`).
    case wasmToOCI
    /// A component as runwasi's tools write it (`application/vnd.bytecodealliance.wasm.component.layer.v0+wasm`).
    case componentLayer
    /// A tar as the last layer that no proxy unpacks: without compression, zstd, not to be distributed.
    case tarOther
    /// A bare module as the only layer, under a type that does not say so: what `oras push plugin.wasm` makes.
    case raw
    /// None of these.
    case unknown

    /// Judges a manifest by the types in it; what only content can tell, ``raw``, is ``unknown`` or ``tarOther`` here.
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

    /// The type of the layer that holds the module, for variants that have such a type.
    var moduleType: MediaType? { Self.bareModules.first { $0.variant == self }?.type }

    private static let bareModules: [(variant: ImageVariant, type: MediaType)] = [
        (.artifact, .soloModule), (.wasm, .wasmModule), (.wasmToOCI, .wasmToOCIModule),
        (.componentLayer, .componentLayer),
    ]
}

extension Manifest {
    fileprivate func hasLayer(of type: MediaType) -> Bool { layers.contains { $0.mediaType == type } }
}
