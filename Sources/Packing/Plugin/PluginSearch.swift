import Archive
import Diagnostics
import OCI
import Storage

/// A search for the module of one image, with the layers that it has read so far.
struct PluginSearch {
    /// The image's layers, with the contents of those that were read.
    private(set) var layers: [LayerFacts]
    private let image: Manifest
    private let variant: ImageVariant
    private let config: ImageConfig?
    private let source: any ContentSource
    private var blobs: [Digest: Blob] = [:]
    private var warnings: [String] = []
    /// The number of unpacked bytes that a search of all layers may still read; initially 1 GiB.
    private var budget = 4 * LayerReader.tarLimit

    init(_ image: Manifest, config: ImageConfig?, in source: any ContentSource) {
        self.image = image
        self.config = config
        self.source = source
        variant = ImageVariant(of: image)
        layers = image.layers.map { LayerFacts($0) }
    }

    /// Finds the module and writes its bytes.
    mutating func run(
        _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) async throws(Failure) -> PluginExtractor.Plugin {
        let index = try image.pluginLayer(variant)
        try await checkLayerDigests()
        var module = ModuleExcerpt()
        var contents = LayerReader.Contents()
        do throws(Failure) {
            contents = try await read(
                index,
                extracting: .named(PluginFile.name),
                write: { piece throws(Failure) in
                    module.append(piece)
                    try write(piece)
                }
            )
        } catch {
            throw explained(error, at: index)
        }
        warnings =
            LayerWarnings(image, variant, image.layers[index], contents).all
            + [config?.diffIDWarning(layerCount: image.layers.count)].compactMap(\.self)
        var name = contents.content == .module ? "the module" : PluginFile.name
        if contents.content != .module, contents.matches.isEmpty {
            let found = try await searchAllLayers(insteadOf: contents)
            name = found.entry.name.truncated(to: 160)
            contents = try await read(
                found.layer,
                extracting: .entry(found.entryIndex),
                write: { piece throws(Failure) in
                    module.append(piece)
                    try write(piece)
                }
            )
            warnings.append(misplacedWarning(found, from: index))
        } else if contents.content == .tar {
            warnings += layerWarnings(of: contents)
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

    /// Reads a layer to its end and verifies its diffID.
    private mutating func read(
        _ index: Int,
        extracting wanted: LayerReader.Selection,
        visit: (TarReader.Entry, Int) -> Void = { _, _ in },
        write: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
    ) async throws(Failure) -> LayerReader.Contents {
        let descriptor = image.layers[index]
        let blob: Blob
        if let known = blobs[descriptor.digest], known.descriptor.size == descriptor.size {
            blob = known
        } else {
            blob = try await source.fetch(descriptor)
            blobs[descriptor.digest] = blob
        }
        var contents = LayerReader.Contents()
        do throws(Failure) {
            try LayerReader.read(
                blob.source(),
                into: &contents,
                extracting: wanted,
                visit: visit,
                write: write
            )
            try check(contents.diffID, of: descriptor, at: index)
            note(LayerFacts(descriptor, contents: contents), at: index)
        } catch {
            note(LayerFacts(descriptor, contents: contents, problem: error), at: index)
            throw error
        }
        return contents
    }

    /// Uses the media type to explain why a layer is not a tar.
    private func explained(_ failure: Failure, at index: Int) -> Failure {
        let descriptor = image.layers[index]
        guard failure.code == .layerInvalid, !descriptor.mediaType.isTarLayer,
            let contents = layers[index].contents, contents.content == .other, contents.compression == .none
        else { return failure }
        if variant == .unknown { return Failure(noPluginIn: descriptor) }
        return Failure(
            .notWasm,
            "the layer \(descriptor.digest.short) is not a WebAssembly module",
            why:
                "its type is \(descriptor.mediaType.name.truncated(to: 160)), but it is \(contents.described)"
        )
    }

    /// Keeps the contents from the first reading of a layer; later readings extract other files.
    private mutating func note(_ facts: LayerFacts, at index: Int) {
        if layers[index].contents == nil { layers[index] = facts }
    }

    private func checkLayerDigests() async throws(Failure) {
        guard image.config.mediaType == .wasmConfig else { return }
        try image.failIfConfigIsTooLarge()
        try await image.checkLayerDigests(
            in: source.fetch(image.config).bytes(limit: ImageConfig.sizeLimit)
        )
    }

    private func check(_ diffID: Digest?, of layer: Descriptor, at index: Int) throws(Failure) {
        guard let diffIDs = config?.rootfs?.diffIDs, diffIDs.count == image.layers.count, let diffID,
            case let expected = diffIDs[index], diffID != expected
        else { return }
        throw Failure(
            .digestMismatch,
            "the layer \(layer.digest) does not match its diffID; nothing was written",
            why: "the config has \(expected), the uncompressed tar has \(diffID)"
        )
    }

    // MARK: Searching all layers

    /// Merges all layers and finds the file to extract.
    private mutating func searchAllLayers(
        insteadOf last: LayerReader.Contents
    ) async throws(Failure) -> LayerOverlay.File {
        var overlay = LayerOverlay(lookingFor: PluginFile.name)
        for (index, layer) in image.layers.enumerated() {
            guard layers[index].contents != nil || layer.mediaType.isTarLayer && !layer.isForeign else {
                continue
            }
            // A layer larger than this unpacks to more than the limit, so do not fetch it.
            guard layer.size <= LayerReader.sizeLimit else {
                budget = -1
                break
            }
            let contents = try await read(
                index,
                extracting: .named(PluginFile.name),
                visit: { entry, number in overlay.add(entry, at: number, of: index) }
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
            "the last layer of the image does not contain a regular file \(PluginFile.name)",
            why: (names.isEmpty ? "the layer is empty" : "it contains " + names.joined(separator: ", "))
                + (others > 1 ? "; the choice among \(others) other modules is ambiguous" : "")
                + (budget < 0 ? "; the search of all layers stopped after 1 GiB" : "")
                + "; \(LayerWarnings.istioNotFound)",
            try: ["build the image again: wasmpack push REFERENCE plugin.wasm"]
        )
    }

    private func misplacedWarning(_ file: LayerOverlay.File, from index: Int) -> String {
        let name = file.entry.name.truncated(to: 160)
        return
            (file.layer == index
            ? "the module is named \(name)"
            : "\(name) is in layer \(file.layer + 1) of \(layers.count), not in the last layer")
            + "; \(LayerWarnings.istioNotFound)"
    }

    private func layerWarnings(of contents: LayerReader.Contents) -> [String] {
        var warnings: [String] = []
        if let first = contents.firstNamed, !first.isRegularFile {
            warnings.append(
                "the layer's first \(PluginFile.name) is a \(first.kind.rawValue); "
                    + "Istio would read it and say \"fetched Wasm binary … is invalid\""
            )
        }
        if contents.matches.count > 1 {
            warnings.append(
                "the layer contains \(PluginFile.name) \(contents.matches.count) times; proxies load the first"
            )
        }
        if contents.entryCount > 1 {
            warnings.append("the layer has \(contents.entryCount) entries; only \(PluginFile.name) is needed")
        }
        return warnings
    }
}
