import Archive
public import Diagnostics
import OCI
import Storage
public import SystemPackage
import Wasm

/// Makes the image that every consumer loads: one manifest, one tar+gzip layer, one file `plugin.wasm`.
///
/// It is what `FROM scratch` and `ADD ./plugin.wasm ./plugin.wasm` make, and what Istio, Envoy Gateway, Higress and
/// ASM read ("compat" in solo.io's Wasm image spec).
public struct ImageBuilder: Sendable {
    /// The platform that is written: what a proxy picks if the image is ever listed in an index.
    private static let platform = Platform(os: "linux", architecture: "amd64")

    private let options: ImageOptions
    private let processorCount: Int

    /// Describes the images to make.
    ///
    /// - Parameters:
    ///   - options: what goes into them besides the module.
    ///   - processorCount: how many blocks are compressed at the same time; it does not change the bytes.
    public init(_ options: ImageOptions, processorCount: Int) {
        self.options = options
        self.processorCount = processorCount
    }

    /// Makes an image of a module.
    ///
    /// The module is checked, hashed, packed and compressed while it is read once.
    ///
    /// - Parameters:
    ///   - path: the module, under any name.
    ///   - spoolDirectory: where the layer is put until a store takes it.
    /// - Returns: the image, whose layer is in that folder.
    /// - Throws: what reading, writing and checking the module throw.
    public func build(_ path: FilePath, spoolingIn spoolDirectory: FilePath) async throws(Failure)
        -> BuiltImage
    {
        let file = try FileSource(opening: path)
        _ = try ModuleOutline(of: path.string, size: file.size) { (offset, count) throws(Failure) in
            try file.read(at: offset, count: count)
        }
        let module = HashingSource(file)
        let spool = try BlobSpool(in: spoolDirectory)
        let writer = LayerWriter(
            compressionLevel: options.compressionLevel,
            time: options.created.seconds,
            processorCount: processorCount
        )
        let diffID = try await writer.write(module, named: PluginFile.name, size: file.size) {
            bytes throws(Failure) in
            try spool.write(bytes)
        }
        let layer = spool.finish(as: .layerTarGzip)
        let config = Blob(try CanonicalJSON.encode(self.config(diffID)), mediaType: .imageConfig)
        let manifest = Manifest(
            mediaType: .imageManifest,
            config: config.descriptor,
            layers: [layer.descriptor],
            annotations: options.annotations.merging([AnnotationKey.wasmVariant: "compat"]) { given, _ in
                given
            }
        )
        return BuiltImage(
            manifest: Blob(try CanonicalJSON.encode(manifest), mediaType: .imageManifest),
            config: config,
            layer: layer,
            diffID: diffID,
            module: ModuleIdentity(digest: module.digest, size: module.byteCount)
        )
    }

    private func config(_ diffID: Digest) -> ImageConfig {
        let instruction = "ADD ./\(PluginFile.name) ./\(PluginFile.name) # wasmpack"
        return ImageConfig(
            platform: Self.platform,
            created: options.created.text,
            config: ImageConfig.Execution(
                env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                workingDir: "/",
                labels: options.labels
            ),
            history: [
                ImageConfig.History(
                    created: options.created.text,
                    createdBy: instruction,
                    comment: "wasmpack"
                )
            ],
            rootfs: ImageConfig.RootFilesystem(diffIDs: [diffID])
        )
    }
}
