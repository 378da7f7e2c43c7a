package import Diagnostics
import OCI
import Storage
package import SystemPackage

/// Makes images, of any ``ImageFormat``.
///
/// The usual one is what every consumer loads: one manifest, one tar+gzip layer, one file `plugin.wasm`. It is what `FROM
/// scratch` and `ADD ./plugin.wasm ./plugin.wasm` make, and what Istio, Envoy Gateway, Higress and ASM read ("compat" in
/// solo.io's Wasm image spec).
package struct ImageBuilder: Sendable {
    let options: ImageOptions
    let processorCount: Int

    /// Describes the images to make.
    ///
    /// - Parameters:
    ///   - options: what goes into them besides the module.
    ///   - processorCount: how many blocks are compressed at the same time; it does not change the bytes.
    package init(_ options: ImageOptions, processorCount: Int) {
        self.options = options
        self.processorCount = processorCount
    }

    /// Makes an image of a module, as `FROM scratch` and `ADD ./plugin.wasm ./plugin.wasm` do.
    ///
    /// - Parameters:
    ///   - path: the module, under any name.
    ///   - spoolDirectory: where the layer is put until a store takes it.
    /// - Returns: the image, whose layer is in that folder.
    /// - Throws: what reading, writing and checking the module throw.
    package func build(_ path: FilePath, spoolingIn spoolDirectory: FilePath) async throws(Failure)
        -> BuiltImage
    {
        try await build(ImageContents(module: path, labels: options.labels), spoolingIn: spoolDirectory)
    }

    /// Makes an image of files.
    ///
    /// The module is checked, hashed, packed and compressed while it is read once.
    ///
    /// - Parameters:
    ///   - contents: the files of its layers, and what its config says.
    ///   - spoolDirectory: where the layers are put until a store takes them.
    /// - Returns: the image, whose layers are in that folder.
    /// - Throws: what reading, writing and checking the files throw, and ``Failure/Code/usage`` for what the format has no
    ///   place for.
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
            module: module
        )
    }

    /// The manifest of an image of these parts; annotations that were asked for win over the others.
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

    /// Docker's manifests have no place for annotations.
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
