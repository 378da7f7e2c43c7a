import Archive
import Diagnostics
import OCI
import Storage

/// One search for the module of one image, and what it has seen so far.
struct PluginSearch {
    /// The image's layers, as far as they were looked into.
    private(set) var layers: [LayerFacts]
    private let image: Manifest
    private let variant: ImageVariant
    private let config: ImageConfig?
    private let source: any ContentSource
    private var blobs: [Int: Blob] = [:]
    private var warnings: [String] = []
    /// How many bytes of unpacked layers may still be looked through, if the module is not where it should be: 1 GiB.
    private var budget = 4 * LayerReader.tarLimit

    init(_ image: Manifest, config: ImageConfig?, in source: any ContentSource) {
        self.image = image
        self.config = config
        self.source = source
        variant = ImageVariant(of: image)
        layers = image.layers.map { LayerFacts($0) }
    }

    /// Finds the module and hands its bytes on.
    mutating func run(
        _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) async throws(Failure) -> PluginExtractor.Plugin {
        let place = try image.pluginLayer(variant)
        try checkDiffIDCount()
        try await checkLayerDigests()
        var module = ModuleExcerpt()
        var contents = LayerReader.Contents()
        do throws(Failure) {
            contents = try await read(
                place,
                handingOn: .named(PluginFile.name),
                write: { piece throws(Failure) in
                    module.take(piece)
                    try write(piece)
                }
            )
        } catch {
            throw explained(error, at: place)
        }
        warnings = LayerWarnings(image, variant, image.layers[place], contents).all
        var name = contents.content == .module ? "the module" : PluginFile.name
        if contents.content != .module, contents.matches.isEmpty {
            let found = try await searchAllLayers(insteadOf: contents)
            name = found.entry.name.truncated(to: 160)
            contents = try await read(
                found.layer,
                handingOn: .entry(found.place),
                write: { piece throws(Failure) in
                    module.take(piece)
                    try write(piece)
                }
            )
            warnings.append(missed(found, from: place))
        } else if contents.content == .tar {
            warnings += oddities(of: contents)
        }
        try module.check(name, &warnings)
        return PluginExtractor.Plugin(
            module: module.identity,
            start: module.start,
            layer: contents,
            warnings: warnings
        )
    }

    // MARK: Reading a layer

    /// Reads a layer to its end, and compares its diffID.
    private mutating func read(
        _ place: Int,
        handingOn wanted: LayerReader.Selection,
        visit: (TarReader.Entry, Int) -> Void = { _, _ in },
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
    ) async throws(Failure) -> LayerReader.Contents {
        let descriptor = image.layers[place]
        let blob: Blob
        if let known = blobs[place] {
            blob = known
        } else {
            blob = try await source.fetch(descriptor)
            blobs[place] = blob
        }
        var contents = LayerReader.Contents()
        do throws(Failure) {
            try LayerReader.read(
                blob.source(),
                into: &contents,
                handingOn: wanted,
                visit: visit,
                write: write
            )
            try check(contents.diffID, of: descriptor, at: place)
            note(LayerFacts(descriptor, contents: contents), at: place)
        } catch {
            note(LayerFacts(descriptor, contents: contents, problem: error), at: place)
            throw error
        }
        return contents
    }

    /// What is neither a tar nor a module is called a broken tar only where a tar was to be expected.
    private func explained(_ failure: Failure, at place: Int) -> Failure {
        let descriptor = image.layers[place]
        guard failure.code == .layerInvalid, !descriptor.mediaType.isTarLayer,
            let contents = layers[place].contents, contents.content == .other, contents.compression == .none
        else { return failure }
        if variant == .unknown { return Failure(noPluginIn: descriptor) }
        return Failure(
            .notWasm,
            "the layer \(descriptor.digest.short) is not a WebAssembly module",
            why:
                "its type is \(descriptor.mediaType.name.truncated(to: 160)), and it is \(contents.described)"
        )
    }

    /// Keeps what was seen when a layer was read first: later readings look for other files.
    private mutating func note(_ facts: LayerFacts, at place: Int) {
        if layers[place].contents == nil { layers[place] = facts }
    }

    private func checkDiffIDCount() throws(Failure) {
        guard let count = config?.rootfs?.diffIDs.count, count != image.layers.count else { return }
        throw Failure(
            .manifestInvalid,
            "the config lists \(count) diffIDs for \(image.layers.count) layers",
            why: "there has to be one for each layer (image spec, \"Image Configuration\")"
        )
    }

    private func checkLayerDigests() async throws(Failure) {
        guard image.config.mediaType == .wasmConfig else { return }
        try image.failIfConfigIsTooLarge()
        try await image.checkLayerDigests(
            in: source.fetch(image.config).bytes(limit: ImageConfig.sizeLimit)
        )
    }

    private func check(_ diffID: Digest?, of layer: Descriptor, at place: Int) throws(Failure) {
        guard let expected = config?.rootfs?.diffIDs[place], let diffID, diffID != expected else { return }
        throw Failure(
            .digestMismatch,
            "the layer \(layer.digest) does not match its diffID; nothing was written",
            why: "the config says \(expected), its uncompressed tar has \(diffID)"
        )
    }

    // MARK: Where proxies do not look

    /// Lays all layers one upon the other, and finds the file that is meant.
    private mutating func searchAllLayers(
        insteadOf last: LayerReader.Contents
    ) async throws(Failure) -> LayerOverlay.File {
        var overlay = LayerOverlay(lookingFor: PluginFile.name)
        for (place, layer) in image.layers.enumerated() {
            guard layers[place].contents != nil || layer.mediaType.isTarLayer && !layer.isForeign else {
                continue
            }
            // It unpacks to more than may be looked through: not even fetched.
            guard layer.size <= LayerReader.sizeLimit else {
                budget = -1
                break
            }
            let contents = try await read(
                place,
                handingOn: .named(PluginFile.name),
                visit: { entry, number in overlay.lay(entry, at: number, of: place) }
            )
            budget -= contents.unpackedSize
            if budget < 0 { break }
        }
        guard let found = overlay.choice, budget >= 0 else { throw missing(last, overlay) }
        return found
    }

    private func missing(_ last: LayerReader.Contents, _ overlay: LayerOverlay) -> Failure {
        let names = last.entries.prefix(5).map { $0.name.truncated(to: 160) }
        let others = overlay.modules.count
        return Failure(
            .pluginMissing,
            "the image has no regular file \(PluginFile.name) in its last layer",
            why: (names.isEmpty ? "the layer is empty" : "it has " + names.joined(separator: ", "))
                + (others > 1 ? "; which of \(others) other modules is meant nobody can tell" : "")
                + (budget < 0 ? "; more than 1 GiB of layers was looked through" : "")
                + "; \(LayerWarnings.istioNotFound)",
            try: ["build the image again: wasmpack push REFERENCE plugin.wasm"]
        )
    }

    private func missed(_ file: LayerOverlay.File, from place: Int) -> String {
        let name = file.entry.name.truncated(to: 160)
        return
            (file.layer == place
            ? "the module is called \(name)"
            : "\(name) is in layer \(file.layer + 1) of \(layers.count), not in the last one")
            + "; \(LayerWarnings.istioNotFound)"
    }

    private func oddities(of contents: LayerReader.Contents) -> [String] {
        var oddities: [String] = []
        if let first = contents.firstNamed, !first.isRegularFile {
            oddities.append(
                "the layer's first \(PluginFile.name) is a \(first.kind.rawValue); "
                    + "Istio would take it, and say \"fetched Wasm binary … is invalid\""
            )
        }
        if contents.matches.count > 1 {
            oddities.append(
                "the layer has \(contents.matches.count) files \(PluginFile.name); the first is taken, as proxies do"
            )
        }
        if contents.entryCount > 1 {
            oddities.append("the layer has \(contents.entryCount) entries; one file is enough")
        }
        return oddities
    }
}
