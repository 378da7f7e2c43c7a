import Archive
import Diagnostics
import OCI
import Storage

/// What is odd about the layer in which the module should be, with the words of the first consumer that minds.
struct LayerWarnings {
    /// What Istio says when the last layer has no file of that name.
    static let istioNotFound = "Istio would say \"\(PluginFile.name) not found in the archive\""

    private let image: Manifest
    private let variant: ImageVariant
    private let type: MediaType
    private let contents: LayerReader.Contents

    init(
        _ image: Manifest,
        _ variant: ImageVariant,
        _ layer: Descriptor,
        _ contents: LayerReader.Contents
    ) {
        self.image = image
        self.variant = variant
        type = layer.mediaType
        self.contents = contents
    }

    /// One sentence each.
    var all: [String] { [shape, clash].compactMap(\.self) }

    /// What proxies say of the image's shape.
    private var shape: String? {
        switch variant {
        case .image: nil
        case .docker where image.mediaType == .dockerManifest && type == expectedType: nil
        case .docker where type.isTarGzipLayer:
            "Docker's and OCI's types are mixed; \(istioType)"
        case .artifact where image.layers.count == 2: nil
        case .artifact:
            "the artifact has \(image.layers.count == 1 ? "1 layer" : "\(image.layers.count) layers"); "
                + "Istio would say \"number of layers must be 2 but got \(image.layers.count)\""
        case .wasm where image.layers.count > 1:
            "the artifact has \(image.layers.count) layers, of which the first \(type) is taken; "
                + "wkg reads artifacts of one layer only"
        case .wasm, .wasmToOCI, .componentLayer, .raw, .unknown: "\(kind), \(istioType)"
        case .tarOther where contents.content == .module: "\(kind), \(istioType)"
        case .docker, .tarOther: "the layer is \(packing); Istio reads tar+gzip only: \(istioType)"
        }
    }

    private var kind: String {
        contents.content == .module ? "the image is a bare module" : "the image is none that proxies know"
    }

    private var istioType: String {
        "Istio would say \"invalid media type \(type.name.truncated(to: 160)) "
            + "(expect \(expectedType))\""
    }

    /// Istio judges by the manifest's own word for its type.
    private var expectedType: MediaType {
        image.mediaType == .dockerManifest ? .dockerLayerTarGzip : .layerTarGzip
    }

    private var packing: String {
        switch contents.compression {
        case .none: "not compressed"
        case .gzip: "gzip"
        case .zstd: "packed with zstd"
        }
    }

    /// Where the layer's type says something else than its bytes.
    private var clash: String? {
        if type.isTarLayer, contents.content == .module {
            return "the layer is no tar but a bare module, though its type is \(type)"
        }
        if variant.moduleType != nil, contents.content == .tar || contents.compression != .none {
            return "the layer is \(contents.content == .tar ? "a tar" : packing), though its type is \(type)"
        }
        guard let declared = type.layerCompression, declared != contents.compression else { return nil }
        return "the layer is \(packing), though its type is \(type)"
    }
}
