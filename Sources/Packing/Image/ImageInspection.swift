import Archive
package import Diagnostics
package import OCI
package import Storage

/// The properties of an image, from its documents and its layer.
package struct ImageInspection: Sendable {
    /// The image, and the manifest or index that its name points to.
    package let choice: ImageChoice
    /// The configuration, if it is an image config.
    package let config: ImageConfig?
    /// The variant, by the media types of the manifest; a bare module with an unrelated type is `raw`.
    package let variant: ImageVariant
    /// The layers, lowest first, with the contents of those that were read.
    package let layers: [LayerFacts]
    /// The module in the image, or the reason why it was not found.
    package let plugin: Result<PluginExtractor.Plugin, Failure>
    /// The size of the layers, in bytes, if they were not read because they are over the limit.
    package let unreadSize: Int?

    /// The manifest's descriptor, whose digest a WasmPlugin pins.
    package var image: Descriptor { choice.image }

    /// The manifest.
    package var manifest: Manifest { choice.manifest }

    /// Inspects an image; for an index, the image that proxies select.
    ///
    /// - Parameters:
    ///   - root: the manifest or index that the image's name points to.
    ///   - source: the source that contains it.
    ///   - layerLimit: the largest size of all layers together that are read, in bytes; `nil` for any.
    ///   - write: receives the module's bytes; discard them if ``plugin`` is a failure.
    /// - Throws: the errors of reading the documents; a layer without a plugin is not an error.
    package init(
        of root: Descriptor,
        in source: some ContentSource,
        layerLimit: Int? = nil,
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
    ) async throws(Failure) {
        let extractor = PluginExtractor(source)
        let choice = try await ImageChoice(of: root, in: source)
        let config = try await extractor.config(of: choice.manifest)
        let size = choice.manifest.layers.reduce(0) { sum, layer in
            let (sum, overflows) = sum.addingReportingOverflow(layer.size)
            return overflows ? Int.max : sum
        }
        if let layerLimit, size > layerLimit {
            let failure = Failure(.pluginMissing, "the layers were not read")
            self.init(choice: choice, config: config, layers: [], plugin: .failure(failure), unreadSize: size)
            return
        }
        let found = await extractor.search(choice.manifest, config: config, write: write)
        if case .failure(let failure) = found.plugin, !failure.concernsContents { throw failure }
        self.init(choice: choice, config: config, layers: found.layers, plugin: found.plugin)
    }

    /// Inspects a newly built image by what was written, as far as possible; equal to reading it, without the warnings
    /// of the plugin.
    ///
    /// Throws the errors of reading the documents.
    package init(of built: BuiltImage) async throws(Failure) {
        guard let (contents, module) = built.packed, !contents.matches.isEmpty else {
            try await self.init(of: built.manifest.descriptor, in: built)
            return
        }
        let choice = try await ImageChoice(of: built.manifest.descriptor, in: built)
        let config = try await PluginExtractor(built).config(of: choice.manifest)
        var layers = choice.manifest.layers.map { LayerFacts($0) }
        if let last = layers.popLast() { layers.append(LayerFacts(last.descriptor, contents: contents)) }
        let plugin = PluginExtractor.Plugin(
            module: module.identity,
            start: module.start,
            layer: contents,
            warnings: []
        )
        self.init(choice: choice, config: config, layers: layers, plugin: .success(plugin))
    }

    /// Creates an inspection from its parts.
    package init(
        choice: ImageChoice,
        config: ImageConfig?,
        layers: [LayerFacts],
        plugin: Result<PluginExtractor.Plugin, Failure>,
        unreadSize: Int? = nil
    ) {
        self.choice = choice
        self.config = config
        self.layers = layers
        self.plugin = plugin
        self.unreadSize = unreadSize
        let variant = ImageVariant(of: choice.manifest)
        let isBare = layers.count == 1 && layers.first?.contents?.content == .module
        self.variant = isBare && (variant == .unknown || variant == .tarOther) ? .raw : variant
    }

    /// The format of the image, as a value of `--format`; `other` for an image that wasmpack does not write.
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
    /// Whether the failure concerns the image's contents, not damage or an unreachable source.
    fileprivate var concernsContents: Bool {
        switch code {
        case .pluginMissing, .manifestUnsupported, .layerInvalid, .moduleTooLarge, .notWasm, .wasmMalformed:
            true
        default: false
        }
    }
}
