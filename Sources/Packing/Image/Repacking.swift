package import Diagnostics
package import OCI
package import Storage
package import SystemPackage

/// An image made anew, in a format of choice, of the module in another one.
///
/// Whatever ``PluginExtractor`` finds a module in can be repaired this way. Annotations, labels and the image's time are
/// kept, as far as the new format has a place for them, so that the same image always becomes the same new one.
package struct Repacking: Sendable {
    /// The image that the module is from; of an index, the one that proxies take.
    package let choice: ImageChoice
    /// The new image; `nil` where the old one has this format already and nothing is odd about it.
    package let image: BuiltImage?
    /// What is odd about the old image, and what the new one has no place for.
    package let warnings: [String]

    /// Gets the module out of an image and packs it.
    ///
    /// - Parameters:
    ///   - root: the image, or an index with it.
    ///   - source: where it is.
    ///   - format: what it is to become.
    ///   - folder: where the module and the new image's layer are put; it has to be there as long as that is used.
    ///   - processorCount: how many blocks are compressed at the same time.
    /// - Throws: what ``ImageChoice``, ``PluginExtractor`` and ``ImageBuilder`` throw.
    package init(
        of root: Descriptor,
        in source: some ContentSource,
        as format: ImageFormat,
        spoolingIn folder: FilePath,
        processorCount: Int
    ) async throws(Failure) {
        let choice = try await ImageChoice(of: root, in: source)
        self.choice = choice
        let extractor = PluginExtractor(source)
        let config = try await extractor.config(of: choice.manifest)
        let spool = try BlobSpool(in: folder)
        let plugin = try await extractor.extract(choice.manifest, config: config) { piece throws(Failure) in
            try spool.write(piece)
        }
        // In a tar there may be more than one file; what holds nothing but the module is what it has to be.
        let isAsWanted = ImageFormat(of: choice.image, choice.manifest) == format
        guard !isAsWanted || format.isTar && !plugin.warnings.isEmpty else {
            image = nil
            warnings = []
            return
        }
        let module = spool.finish(as: .wasmModule)
        guard case .file(let path, _) = module.content else {
            throw Failure(.internalError, "the module is in no file")
        }
        try PluginFile.check(path, as: format, called: "\(PluginFile.name) of \(choice.image.digest.short)")
        var options = ImageOptions(
            format: format,
            created: config?.created.flatMap(Timestamp.init(of:)) ?? .epoch
        )
        var warnings = plugin.warnings
        let annotations = (choice.manifest.annotations ?? [:]).filter { $0.key != AnnotationKey.wasmVariant }
        if format.hasAnnotations {
            options.annotations = annotations
        } else if !annotations.isEmpty {
            warnings.append(format.leavesOut("annotations", annotations))
        }
        let labels = config?.config?.labels ?? [:]
        if format.hasLabels {
            options.labels = labels
        } else if !labels.isEmpty {
            warnings.append(format.leavesOut("labels", labels))
        }
        image = try await ImageBuilder(options, processorCount: processorCount)
            .build(path, spoolingIn: folder)
        self.warnings = warnings
        withExtendedLifetime(module) {}
    }
}

extension ImageFormat {
    fileprivate func leavesOut(_ what: String, _ texts: [String: String]) -> String {
        let names = texts.keys.sorted().prefix(5).map { $0.truncated(to: 80) }.joined(separator: ", ")
        return "the format \"\(rawValue)\" has no place for \(what), so these are left out: \(names)"
            + (texts.count > 5 ? ", …" : "")
    }
}

extension Timestamp {
    /// The moment that a config carries, to the second; `nil` for one that an image of ours cannot carry.
    fileprivate init?(of text: String) {
        // Go writes fractions, down to nanoseconds.
        let whole = text.prefix { $0 != "." }
        let zone = text.dropFirst(whole.count).drop { $0 == "." || $0.isNumber }
        guard let moment = try? Timestamp(parsing: String(whole) + zone, from: "created") else { return nil }
        self = moment
    }
}
