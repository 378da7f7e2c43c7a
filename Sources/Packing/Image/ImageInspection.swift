import Archive
package import Diagnostics
package import OCI
package import Storage

/// What an image is, as far as its documents and its layer tell.
package struct ImageInspection: Sendable {
    /// The image, and what its name stands for.
    package let choice: ImageChoice
    /// The configuration, if it is an ordinary one.
    package let config: ImageConfig?
    /// The image's shape, by the types in its manifest; a bare module under a type that does not say so is `raw`.
    package let variant: ImageVariant
    /// The layers, lowest first, and what was really in those that were looked into.
    package let layers: [LayerFacts]
    /// The module within, or why there is none.
    package let plugin: Result<PluginExtractor.Plugin, Failure>

    /// The manifest's descriptor: its digest is what a WasmPlugin pins.
    package var image: Descriptor { choice.image }

    /// The manifest.
    package var manifest: Manifest { choice.manifest }

    /// Looks at an image; of an index, at the one that proxies take.
    ///
    /// - Parameters:
    ///   - root: what the image's name stands for.
    ///   - source: where it is.
    ///   - write: takes the module's next bytes; what it was given is worth nothing if there is no module in the end.
    /// - Throws: what keeps the documents from being read; a layer without a plugin is part of the answer.
    package init(
        of root: Descriptor,
        in source: some ContentSource,
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
    ) async throws(Failure) {
        let extractor = PluginExtractor(source)
        let choice = try await ImageChoice(of: root, in: source)
        let config = try await extractor.config(of: choice.manifest)
        let found = await extractor.search(choice.manifest, config: config, write: write)
        if case .failure(let failure) = found.plugin, !failure.isAboutShape { throw failure }
        self.init(choice: choice, config: config, layers: found.layers, plugin: found.plugin)
    }

    /// Puts together what was seen.
    package init(
        choice: ImageChoice,
        config: ImageConfig?,
        layers: [LayerFacts],
        plugin: Result<PluginExtractor.Plugin, Failure>
    ) {
        self.choice = choice
        self.config = config
        self.layers = layers
        self.plugin = plugin
        let variant = ImageVariant(of: choice.manifest)
        let isBare = layers.count == 1 && layers.first?.contents?.content == .module
        self.variant = isBare && (variant == .unknown || variant == .tarOther) ? .raw : variant
    }

    /// The shape of the image, in the words of `--format`; `other` for what this program does not write.
    package var format: String {
        switch variant {
        case .image where manifest.layers.count == 1: "image"
        case .docker where manifest.layers.count == 1 && image.mediaType == .dockerManifest: "docker"
        case .artifact where manifest.layers.count == 2: "artifact"
        case .wasm where manifest.layers.count == 1: "wasm"
        default: "other"
        }
    }
}

extension Failure {
    /// Whether it says something of what is in the image, and not that it is damaged or cannot be reached.
    fileprivate var isAboutShape: Bool {
        switch code {
        case .pluginMissing, .manifestUnsupported, .layerInvalid, .moduleTooLarge, .notWasm, .wasmMalformed:
            true
        default: false
        }
    }
}
