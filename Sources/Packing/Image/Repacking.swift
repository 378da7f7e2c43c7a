package import Diagnostics
package import OCI
package import Storage
package import SystemPackage

/// The conversion of an image to another format.
///
/// It repairs every image in which ``PluginExtractor`` finds a module. Annotations, labels and the creation time are kept
/// if the new format supports them, so that the same image always gives the same result.
package struct Repacking: Sendable {
    /// The original image; for an index, the image that proxies select.
    package let choice: ImageChoice
    /// The source of the original image, which keeps what was fetched from it.
    package let source: KeepingSource
    /// The new image; `nil` if the original already has the format and no warnings.
    package let image: BuiltImage?
    /// Warnings about the original image, and about properties that the new format does not support.
    package let warnings: [String]

    /// Extracts the module of an image and packs it again, unless the image already has the format.
    ///
    /// The manifest alone shows the format of a bare module. A tar is read, because it may hold additional files.
    ///
    /// - Parameters:
    ///   - root: the image, or an index that contains it.
    ///   - source: the source that contains it.
    ///   - format: the new format.
    ///   - folder: the folder for the module and the new layer; it must exist as long as the new image is used. It is
    ///     asked for only if it is needed.
    ///   - processorCount: the number of blocks to compress in parallel.
    /// - Throws: the errors of ``ImageChoice``, ``PluginExtractor`` and ``ImageBuilder``.
    package init(
        of root: Descriptor,
        in source: some ContentSource,
        as format: ImageFormat,
        spoolingIn folder: @autoclosure () throws(Failure) -> FilePath,
        processorCount: Int
    ) async throws(Failure) {
        let source = KeepingSource(source)
        self.source = source
        let choice = try await ImageChoice(of: root, in: source)
        self.choice = choice
        let isAsWanted = ImageFormat(of: choice.image, choice.manifest) == format
        guard !isAsWanted || format.isTar else {
            image = nil
            warnings = []
            return
        }
        let folder = try folder()
        let extractor = PluginExtractor(source)
        let config = try await extractor.config(of: choice.manifest)
        let spool = try BlobSpool(in: folder)
        let plugin = try await extractor.extract(choice.manifest, config: config) { piece throws(Failure) in
            try spool.write(piece)
        }
        // Additional files, for example, are warnings.
        guard !isAsWanted || !plugin.warnings.isEmpty else {
            image = nil
            warnings = []
            return
        }
        let module = spool.finish(as: .wasmModule)
        guard case .file(let path, _) = module.content else {
            throw Failure(.internalError, "the module was not spooled to a file")
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
            warnings.append(format.dropWarning("annotations", annotations))
        }
        let labels = config?.config?.labels ?? [:]
        if format.hasLabels {
            options.labels = labels
        } else if !labels.isEmpty {
            warnings.append(format.dropWarning("labels", labels))
        }
        image = try await ImageBuilder(options, processorCount: processorCount)
            .build(path, spoolingIn: folder)
        self.warnings = warnings
        withExtendedLifetime(module) {}
    }
}

extension ImageFormat {
    fileprivate func dropWarning(_ what: String, _ texts: [String: String]) -> String {
        let names = texts.keys.sorted().prefix(5).map { $0.truncated(to: 80) }.joined(separator: ", ")
        return "the format \"\(rawValue)\" does not support \(what); omitted: \(names)"
            + (texts.count > 5 ? ", …" : "")
    }
}

extension Timestamp {
    /// Reads the creation time of a config, to the second; `nil` for a time outside the supported range.
    fileprivate init?(of text: String) {
        // Go writes fractions of a second, down to nanoseconds.
        let whole = text.prefix { $0 != "." }
        let zone = text.dropFirst(whole.count).drop { $0 == "." || $0.isNumber }
        guard let created = try? Timestamp(parsing: String(whole) + zone, from: "created") else { return nil }
        self = created
    }
}
