public import Diagnostics
public import OCI
public import Storage

/// What an image is, as far as its documents and its layer tell.
public struct ImageInspection: Sendable {
    /// The image, and what its name stands for.
    public let choice: ImageChoice
    /// The configuration, if it is an ordinary one.
    public let config: ImageConfig?
    /// The module within, or why there is none that a proxy would find.
    public let plugin: Result<PluginExtractor.Plugin, Failure>

    /// The manifest's descriptor: its digest is what a WasmPlugin pins.
    public var image: Descriptor { choice.image }

    /// The manifest.
    public var manifest: Manifest { choice.manifest }

    /// Looks at an image; of an index, at the one that proxies take.
    ///
    /// Throws what keeps the documents from being read; a layer without a plugin is part of the answer.
    public init(of root: Descriptor, in source: some ContentSource) async throws(Failure) {
        let extractor = PluginExtractor(source)
        choice = try await ImageChoice(of: root, in: source)
        config = try await extractor.config(of: choice.manifest)
        do throws(Failure) {
            plugin = .success(try await extractor.extract(choice.manifest, config: config))
        } catch {
            switch error.code {
            case .pluginMissing, .manifestUnsupported, .layerInvalid, .moduleTooLarge:
                plugin = .failure(error)
            default: throw error
            }
        }
    }

    /// The shape of the image, in the words of `--format`; `other` for what this program does not write.
    public var format: String {
        guard manifest.layers.count == 1, let layer = manifest.layers.first else { return "other" }
        return switch (image.mediaType, layer.mediaType) {
        case (.imageManifest, .layerTarGzip): "image"
        case (.dockerManifest, .dockerLayerTarGzip): "docker"
        default: "other"
        }
    }
}
