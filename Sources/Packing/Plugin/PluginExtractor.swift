package import Archive
package import Diagnostics
package import OCI
package import Storage

/// Gets the module out of an image: where proxies look, and where people have put it.
package struct PluginExtractor: Sendable {
    /// A module got out of an image, and what is odd about the image.
    package struct Plugin: Sendable {
        /// The module's own digest and size.
        package let module: ModuleIdentity
        /// The first bytes of the module: its preamble, and up to 64 bytes in all.
        package let start: [UInt8]
        /// What was in the layer in which it is.
        package let layer: LayerReader.Contents
        /// What works here and may not work in a proxy.
        package let warnings: [String]

        /// Whether it is a core module of version 1; a component is none.
        package var isCoreModule: Bool { start.dropFirst(4).starts(with: [1, 0, 0, 0]) }
    }

    /// What the search for a module has shown, whether it found one or not.
    package struct Outcome: Sendable {
        /// The layers, as far as they were looked into, lowest first.
        package let layers: [LayerFacts]
        /// The module, or why there is none.
        package let plugin: Result<Plugin, Failure>
    }

    private let source: any ContentSource

    /// Gets modules out of images of a source.
    package init(_ source: some ContentSource) { self.source = source }

    /// Looks at what the manifest alone tells: whether a plugin may be in the image, and all of it can be fetched.
    ///
    /// Throws ``Failure/Code/manifestUnsupported`` for an image of another shape or with foreign layers,
    /// ``Failure/Code/manifestInvalid`` for a configuration that is too large, and ``Failure/Code/moduleTooLarge``.
    package func check(_ image: Manifest) throws(Failure) {
        for part in image.parts { try part.failIfForeign() }
        try image.failIfConfigIsTooLarge()
        _ = try image.pluginLayer(ImageVariant(of: image))
    }

    /// Reads the configuration of an image, if it is an ordinary one.
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

    /// Hands on the bytes of an image's module; they are proven when this returns, not before.
    ///
    /// - Parameters:
    ///   - image: the image's manifest.
    ///   - config: its configuration, if it is an ordinary one.
    ///   - write: takes the next bytes.
    /// - Returns: what was found.
    /// - Throws: ``Failure/Code/manifestUnsupported`` for an image of another shape, ``Failure/Code/layerInvalid`` for a
    ///   layer that cannot be read, ``Failure/Code/pluginMissing`` for one without the file,
    ///   ``Failure/Code/moduleTooLarge``, ``Failure/Code/notWasm`` or ``Failure/Code/wasmMalformed`` for a file that does
    ///   not begin like a module, and ``Failure/Code/digestMismatch`` when a layer's tar is not the one that the config
    ///   names.
    package func extract(
        _ image: Manifest,
        config: ImageConfig?,
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
    ) async throws(Failure) -> Plugin {
        try await search(image, config: config, write: write).plugin.get()
    }

    /// The same, with all that was seen on the way, which also an image without a module has.
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
    /// The place of the layer in which the module should be, counted from 0.
    ///
    /// Throws ``Failure/Code/manifestUnsupported`` or ``Failure/Code/moduleTooLarge`` for an image that has no such layer.
    func pluginLayer(_ variant: ImageVariant) throws(Failure) -> Int {
        guard let last = layers.indices.last else {
            throw Failure(.manifestUnsupported, "the image has no layer", why: "proxies read the last one")
        }
        let place = variant.moduleType.flatMap { type in layers.firstIndex { $0.mediaType == type } } ?? last
        let layer = layers[place]
        try layer.failIfForeign()
        guard variant != .unknown || layers.count == 1 else {
            throw Failure(noPluginIn: layer)
        }
        guard layer.size <= LayerReader.sizeLimit else {
            throw Failure(
                .moduleTooLarge,
                "the layer \(layer.digest.short) has \(layer.size) bytes",
                why:
                    "unpacked it would be more than the 256 MiB at which Istio and Envoy Gateway stop reading"
            )
        }
        return place
    }
}

extension Failure {
    /// The failure for a layer of a type in which nobody looks for a module.
    init(noPluginIn layer: Descriptor) {
        let type = layer.mediaType.name.truncated(to: 160)
        self.init(
            .manifestUnsupported,
            "the last layer is of the type \(type)",
            why: "read are tars and bare modules; Istio would say \"invalid media type \(type) "
                + "(expect \(MediaType.layerTarGzip))\"",
            try: ["build the image again: wasmpack push REFERENCE plugin.wasm"]
        )
    }
}
