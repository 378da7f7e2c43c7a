public import Archive
public import Diagnostics
public import OCI
public import Storage
import Wasm

/// Gets the module out of an image, with the rules by which proxies do it.
public struct PluginExtractor: Sendable {
    /// A module got out of an image, and what is odd about the image.
    public struct Plugin: Sendable {
        /// The module's own digest and size.
        public let module: ModuleIdentity
        /// What was in the layer.
        public let layer: LayerReader.Contents
        /// What works here and may not work in a proxy.
        public let warnings: [String]
    }

    private let source: any ContentSource

    /// Gets modules out of images of a source.
    public init(_ source: some ContentSource) { self.source = source }

    /// Looks at what the manifest alone tells: whether a plugin may be in the image, and all of it can be fetched.
    ///
    /// Throws ``Failure/Code/manifestUnsupported`` for an image of another shape or with foreign layers,
    /// ``Failure/Code/manifestInvalid`` for a configuration that is too large, and ``Failure/Code/moduleTooLarge``.
    public func check(_ image: Manifest) throws(Failure) {
        for part in image.parts { try part.failIfForeign() }
        try image.failIfConfigIsTooLarge()
        _ = try layer(of: image)
    }

    /// Reads the configuration of an image, if it is an ordinary one.
    public func config(of image: Manifest) async throws(Failure) -> ImageConfig? {
        guard image.config.mediaType.isImageConfig else { return nil }
        try image.failIfConfigIsTooLarge()
        return try await CanonicalJSON.decode(
            ImageConfig.self,
            from: source.fetch(image.config).bytes(limit: ImageConfig.sizeLimit),
            as: "image config",
            failing: .manifestInvalid
        )
    }

    /// Hands on the bytes of `plugin.wasm` in an image's last layer; they are proven when this returns, not before.
    ///
    /// - Parameters:
    ///   - image: the image's manifest.
    ///   - config: its configuration, if it is an ordinary one.
    ///   - write: takes the next bytes.
    /// - Returns: what was found.
    /// - Throws: ``Failure/Code/manifestUnsupported`` for an image of another shape, ``Failure/Code/layerInvalid`` for a
    ///   layer that cannot be read, ``Failure/Code/pluginMissing`` for one without the file,
    ///   ``Failure/Code/moduleTooLarge``, and ``Failure/Code/digestMismatch`` when the layer's tar is not the one that the
    ///   config names.
    public func extract(
        _ image: Manifest,
        config: ImageConfig?,
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
    ) async throws(Failure) -> Plugin {
        let (layer, compression) = try layer(of: image)
        var warnings: [String] = []
        if compression == .none { warnings.append("the layer is not compressed; Istio reads tar+gzip only") }
        let expected = try expectedDiffID(of: image, config)
        var hasher = DigestHasher()
        let bytes = try await source.fetch(layer).source()
        let contents = try LayerReader.read(
            bytes,
            compression: compression,
            lookingFor: PluginFile.name
        ) { piece throws(Failure) in
            hasher.update(piece)
            try write(piece)
        }
        if let expected, contents.diffID != expected {
            throw Failure(
                .digestMismatch,
                "the layer \(layer.digest) does not match its diffID; nothing was written",
                why: "the config says \(expected), its uncompressed tar has \(contents.diffID)"
            )
        }
        guard let found = contents.matches.first else { throw missing(contents) }
        guard found.size <= ModuleOutline.sizeLimit else {
            throw Failure(.moduleTooLarge, "\(found.name) has \(found.size) bytes, more than proxies load")
        }
        if contents.matches.count > 1 {
            warnings.append(
                "the layer has \(contents.matches.count) files \(PluginFile.name); the first is taken, as proxies do"
            )
        }
        if contents.entryCount > 1 {
            warnings.append("the layer has \(contents.entryCount) entries; one file is enough")
        }
        return Plugin(
            module: ModuleIdentity(digest: hasher.digest(), size: hasher.byteCount),
            layer: contents,
            warnings: warnings
        )
    }

    /// The layer that proxies read: the last one.
    private func layer(
        of image: Manifest
    ) throws(Failure) -> (descriptor: Descriptor, compression: LayerReader.Compression) {
        guard let layer = image.layers.last else {
            throw Failure(.manifestUnsupported, "the image has no layer", why: "proxies read the last one")
        }
        try layer.failIfForeign()
        guard let compression = layer.mediaType.layerCompression else {
            throw Failure(
                .manifestUnsupported,
                "the last layer is of the type \(layer.mediaType)",
                why: "read are gzipped tars; Istio would say \"invalid media type \(layer.mediaType) "
                    + "(expect \(MediaType.layerTarGzip))\"",
                try: ["build the image again: wasmpack push REFERENCE plugin.wasm"]
            )
        }
        guard layer.size <= LayerReader.sizeLimit else {
            throw Failure(
                .moduleTooLarge,
                "the layer \(layer.digest.short) has \(layer.size) bytes",
                why:
                    "unpacked it would be more than the 256 MiB at which Istio and Envoy Gateway stop reading"
            )
        }
        return (layer, compression)
    }

    private func expectedDiffID(of image: Manifest, _ config: ImageConfig?) throws(Failure) -> Digest? {
        guard let diffIDs = config?.rootfs?.diffIDs else { return nil }
        guard diffIDs.count == image.layers.count else {
            throw Failure(
                .manifestInvalid,
                "the config lists \(diffIDs.count) diffIDs for \(image.layers.count) layers",
                why: "there has to be one for each layer (image spec, \"Image Configuration\")"
            )
        }
        return diffIDs.last
    }

    private func missing(_ contents: LayerReader.Contents) -> Failure {
        let names = contents.entries.prefix(5).map(\.name)
        return Failure(
            .pluginMissing,
            "the image has no regular file \(PluginFile.name) in its last layer",
            why: (names.isEmpty ? "the layer is empty" : "it has " + names.joined(separator: ", "))
                + "; Istio would say \"\(PluginFile.name) not found in the archive\"",
            try: ["build the image again: wasmpack push REFERENCE plugin.wasm"]
        )
    }
}
