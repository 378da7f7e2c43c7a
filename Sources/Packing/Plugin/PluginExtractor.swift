package import Archive
package import Diagnostics
package import OCI
package import Storage

/// Extracts the module of an image: from where proxies read it, or else from any layer.
package struct PluginExtractor: Sendable {
    /// An extracted module, with warnings about its image.
    package struct Plugin: Sendable {
        /// The module's own digest and size.
        package let module: ModuleIdentity
        /// The first bytes of the module: its preamble, and up to 64 bytes in all.
        package let start: [UInt8]
        /// The contents of the module's layer.
        package let layer: LayerReader.Contents
        /// The reasons why a proxy may reject the image.
        package let warnings: [String]

        /// Whether it is a core module of version 1, not a component.
        package var isCoreModule: Bool { start.dropFirst(4).starts(with: [1, 0, 0, 0]) }
    }

    /// The result of a search for a module, successful or not.
    package struct Outcome: Sendable {
        /// The layers, lowest first, with the contents of those that were read.
        package let layers: [LayerFacts]
        /// The module, or the reason why it was not found.
        package let plugin: Result<Plugin, Failure>
    }

    private let source: any ContentSource

    /// Creates an extractor for the images of a source.
    package init(_ source: some ContentSource) { self.source = source }

    /// Checks from the manifest alone whether the image may contain a plugin and can be fetched completely.
    ///
    /// Throws ``Failure/Code/manifestUnsupported`` for an unsupported image or foreign layers,
    /// ``Failure/Code/manifestInvalid`` for a configuration that is too large, and ``Failure/Code/moduleTooLarge``.
    package func check(_ image: Manifest) throws(Failure) {
        for part in image.parts { try part.failIfForeign() }
        try image.failIfConfigIsTooLarge()
        _ = try image.pluginLayer(ImageVariant(of: image))
    }

    /// Reads the configuration of an image; `nil` if it is not an image config.
    package func config(of image: Manifest) async throws(Failure) -> ImageConfig? {
        guard image.config.mediaType.isImageConfig else { return nil }
        try image.failIfConfigIsTooLarge()
        return try await CanonicalJSON.decode(
            ImageConfig.self,
            from: source.fetch(image.config).bytes(limit: ImageConfig.sizeLimit),
            as: "image config",
            failing: .manifestInvalid
        )
    }

    /// Extracts the module of an image; its bytes are verified only when this returns.
    ///
    /// - Parameters:
    ///   - image: the image's manifest.
    ///   - config: its configuration, if it is an image config.
    ///   - write: receives the module's bytes.
    /// - Returns: the module and warnings.
    /// - Throws: ``Failure/Code/manifestUnsupported`` for an unsupported image, ``Failure/Code/layerInvalid`` for a layer that
    ///   cannot be read, ``Failure/Code/pluginMissing`` for an image without a module, ``Failure/Code/moduleTooLarge``,
    ///   ``Failure/Code/notWasm`` or ``Failure/Code/wasmMalformed`` for a file without a module's preamble, and
    ///   ``Failure/Code/digestMismatch`` for a layer that does not match its diffID.
    package func extract(
        _ image: Manifest,
        config: ImageConfig?,
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
    ) async throws(Failure) -> Plugin {
        try await search(image, config: config, write: write).plugin.get()
    }

    /// Extracts the module and returns the contents of the layers that were read, even without a module.
    package func search(
        _ image: Manifest,
        config: ImageConfig?,
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
    ) async -> Outcome {
        var search = PluginSearch(image, config: config, in: source)
        do throws(Failure) {
            let plugin = try await search.run(write)
            return Outcome(layers: search.layers, plugin: .success(plugin))
        } catch {
            return Outcome(layers: search.layers, plugin: .failure(error))
        }
    }
}

extension Manifest {
    /// Returns the index of the layer that should contain the module.
    ///
    /// Throws ``Failure/Code/manifestUnsupported`` or ``Failure/Code/moduleTooLarge`` for an image without such a layer.
    func pluginLayer(_ variant: ImageVariant) throws(Failure) -> Int {
        guard let last = layers.indices.last else {
            throw Failure(.manifestUnsupported, "the image has no layers", why: "proxies read the last layer")
        }
        let index = variant.moduleType.flatMap { type in layers.firstIndex { $0.mediaType == type } } ?? last
        let layer = layers[index]
        try layer.failIfForeign()
        guard variant != .unknown || layers.count == 1 else {
            throw Failure(noPluginIn: layer)
        }
        guard layer.size <= LayerReader.sizeLimit else {
            throw Failure(
                .moduleTooLarge,
                "the layer \(layer.digest.short) has \(layer.size) bytes",
                why:
                    "it would unpack to more than 256 MiB, the limit of Istio and Envoy Gateway"
            )
        }
        return index
    }
}

extension Failure {
    /// Creates the failure for a layer whose media type cannot contain a module.
    init(noPluginIn layer: Descriptor) {
        let type = layer.mediaType.name.truncated(to: 160)
        self.init(
            .manifestUnsupported,
            "the type of the last layer, \(type), is not supported",
            why: "wasmpack reads tars and bare modules; Istio would say \"invalid media type \(type) "
                + "(expect \(MediaType.layerTarGzip))\"",
            try: ["build the image again: wasmpack push REFERENCE plugin.wasm"]
        )
    }
}
