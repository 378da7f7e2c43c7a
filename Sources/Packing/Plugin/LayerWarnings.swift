import Archive
import Diagnostics
import OCI
import Storage

/// Warnings about the layer that should contain the module, with the message of the first consumer that rejects it.
struct LayerWarnings {
    /// Istio's message when the last layer does not contain the file.
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

    /// The warnings, one sentence each.
    var all: [String] { [shape, mismatch].compactMap(\.self) }

    /// The warning about the image's media types and layer count.
    private var shape: String? {
        switch variant {
        case .image: nil
        case .docker where image.mediaType == .dockerManifest && type == expectedType: nil
        case .docker where type.isTarGzipLayer:
            "the image mixes Docker and OCI media types; \(istioType)"
        case .artifact where image.layers.count == 2: nil
        case .artifact:
            "the artifact has \(image.layers.count == 1 ? "1 layer" : "\(image.layers.count) layers"); "
                + "Istio would say \"number of layers must be 2 but got \(image.layers.count)\""
        case .wasm where image.layers.count > 1:
            "the artifact has \(image.layers.count) layers; the first \(type) layer is used; "
                + "wkg reads only artifacts with one layer"
        case .wasm, .wasmToOCI, .componentLayer, .raw, .unknown: "\(kind), \(istioType)"
        case .tarOther where contents.content == .module: "\(kind), \(istioType)"
        case .docker, .tarOther: "the layer is \(packing), but Istio reads only tar+gzip: \(istioType)"
        }
    }

    private var kind: String {
        contents.content == .module
            ? "the image is a bare module" : "proxies do not support this kind of image"
    }

    private var istioType: String {
        "Istio would say \"invalid media type \(type.name.truncated(to: 160)) "
            + "(expect \(expectedType))\""
    }

    /// The layer type that Istio expects, by the `mediaType` within the manifest.
    private var expectedType: MediaType {
        image.mediaType == .dockerManifest ? .dockerLayerTarGzip : .layerTarGzip
    }

    private var packing: String {
        switch contents.compression {
        case .none: "not compressed"
        case .gzip: "gzip"
        case .zstd: "compressed with zstd"
        }
    }

    /// The warning about a layer whose media type does not match its bytes.
    private var mismatch: String? {
        if type.isTarLayer, contents.content == .module {
            return "the layer is a bare module, not a tar, but its type is \(type)"
        }
        if variant.moduleType != nil, contents.content == .tar || contents.compression != .none {
            return "the layer is \(contents.content == .tar ? "a tar" : packing), but its type is \(type)"
        }
        guard let declared = type.layerCompression, declared != contents.compression else { return nil }
        return "the layer is \(packing), but its type is \(type)"
    }
}

extension ImageConfig {
    /// Returns the warning about a config that has not one diffID for each layer; `nil` if it has.
    ///
    /// Proxies do not read diffIDs, and the layer's own digest verifies the module.
    func diffIDWarning(layerCount: Int) -> String? {
        guard let count = rootfs?.diffIDs.count, count != layerCount else { return nil }
        return
            "the config lists \(count) diffIDs for \(layerCount) layers; proxies ignore that, but container "
            + "runtimes reject the image"
    }
}
