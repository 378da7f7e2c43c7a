package import Diagnostics
import OCI
import Storage
package import SystemPackage

/// Builds images of any ``ImageFormat``.
///
/// The default format has one manifest, one tar+gzip layer and one file `plugin.wasm`. It equals the result of `FROM
/// scratch` and `ADD ./plugin.wasm ./plugin.wasm`, and Istio, Envoy Gateway, Higress and ASM read it ("compat" in
/// solo.io's Wasm image spec).
package struct ImageBuilder: Sendable {
    let options: ImageOptions
    let processorCount: Int

    /// Creates a builder.
    ///
    /// - Parameters:
    ///   - options: the format, labels, annotations and other properties of the images.
    ///   - processorCount: the number of blocks to compress in parallel; it does not change the bytes.
    package init(_ options: ImageOptions, processorCount: Int) {
        self.options = options
        self.processorCount = processorCount
    }

    /// Builds an image of a module, equal to `FROM scratch` and `ADD ./plugin.wasm ./plugin.wasm`.
    ///
    /// - Parameters:
    ///   - path: the module; its file name does not matter.
    ///   - spoolDirectory: the folder for the layer until a store has copied it.
    /// - Returns: the image, whose layer is in that folder.
    /// - Throws: the errors of reading, writing and checking the module.
    package func build(_ path: FilePath, spoolingIn spoolDirectory: FilePath) async throws(Failure)
        -> BuiltImage
    {
        try await build(ImageContents(module: path, labels: options.labels), spoolingIn: spoolDirectory)
    }

    /// Builds an image of files.
    ///
    /// Checks, hashes, packs and compresses the module in one pass.
    ///
    /// - Parameters:
    ///   - contents: the files of its layers, and the settings of its config.
    ///   - spoolDirectory: the folder for the layers until a store has copied them.
    /// - Returns: the image, whose layers are in that folder.
    /// - Throws: the errors of reading, writing and checking the files, and ``Failure/Code/usage`` for contents that the
    ///   format does not support.
    package func build(_ contents: ImageContents, spoolingIn spoolDirectory: FilePath) async throws(Failure)
        -> BuiltImage
    {
        try check(contents)
        guard options.format.isTar else {
            return try await buildArtifact(contents, spoolingIn: spoolDirectory)
        }
        let (module, packed) = try await layers(of: contents, spoolingIn: spoolDirectory)
        let layers = packed.map(\.blob)
        let diffIDs = packed.map(\.diffID)
        let config = Blob(
            try CanonicalJSON.encode(self.config(of: contents, diffIDs)),
            mediaType: options.format.shape.config
        )
        return BuiltImage(
            manifest: try manifest(over: config, layers, annotations: defaultAnnotations),
            config: config,
            layers: layers,
            diffIDs: diffIDs,
            module: module.identity,
            packed: packed.last.map { ($0.contents, module) }
        )
    }

    /// Returns the manifest of an image; the annotations of the options override the given ones.
    func manifest(over config: Blob, _ layers: [Blob], annotations: Annotations = [:]) throws(Failure) -> Blob
    {
        let type = options.format.shape.manifest
        let manifest = Manifest(
            mediaType: type,
            config: config.descriptor,
            layers: layers.map(\.descriptor),
            annotations: options.annotations.merging(annotations) { given, _ in given }
        )
        return Blob(try CanonicalJSON.encode(manifest), mediaType: type)
    }

    /// The annotations that every image of the format has; Docker manifests do not have annotations.
    private var defaultAnnotations: Annotations {
        options.format == .image ? [AnnotationKey.wasmVariant: "compat"] : [:]
    }

    private func config(of contents: ImageContents, _ diffIDs: [Digest]) -> ImageConfig {
        ImageConfig(
            platform: contents.platform,
            created: options.created.text,
            author: contents.author,
            config: contents.execution,
            history: contents.instructions.map {
                ImageConfig.History(
                    created: options.created.text,
                    createdBy: $0.text,
                    comment: "wasmpack",
                    makesLayer: $0.makesLayer
                )
            },
            rootfs: ImageConfig.RootFilesystem(diffIDs: diffIDs)
        )
    }
}
