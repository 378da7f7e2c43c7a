import Archive
import Diagnostics
import HostSystem
import OCI
import ProxyWasm
import Storage
import SystemPackage
import Wasm

/// The formats whose layer is the bare module, not a tar.
extension ImageBuilder {
    func buildArtifact(_ contents: ImageContents, spoolingIn spoolDirectory: FilePath) async throws(Failure)
        -> BuiltImage
    {
        let file = try contents.onlyFile(for: options.format)
        let source = try FileSource(opening: file)
        let content = try BareContent(of: file, source, mayBeComponent: options.format == .wasm)
        let spool = try BlobSpool(in: spoolDirectory)
        try source.forEachPiece { piece throws(Failure) in
            try checkCancellation()
            try spool.write(piece)
            let bytes = min(spool.byteCount, source.size)
            Work.report(.packing, file.string, bytes: bytes, of: source.size)
        }
        guard spool.byteCount == source.size else {
            throw Failure(
                .fileUnreadable,
                "the module changed while it was read",
                why: "its size changed from \(source.size) to \(spool.byteCount) bytes",
                try: ["wait until the compiler has finished, then build again"]
            )
        }
        return options.format == .artifact
            ? try artifact(content, spool.finish(as: .soloModule))
            : try wasm(content, spool.finish(as: .wasmModule))
    }

    /// Builds solo.io's artifact: the runtime config is both the config and the first layer, as `wasme` writes it.
    private func artifact(_ content: BareContent, _ module: Blob) throws(Failure) -> BuiltImage {
        let generated = try RuntimeConfig(abiVersions: content.abiVersions)
        let config = Blob((options.runtimeConfig ?? generated).bytes, mediaType: .soloConfig)
        return try image(
            config,
            [
                config.annotated([AnnotationKey.title: RuntimeConfig.name]),
                module.annotated([AnnotationKey.title: "filter.wasm"]),
            ],
            module
        )
    }

    /// Builds the CNCF's artifact.
    private func wasm(_ content: BareContent, _ module: Blob) throws(Failure) -> BuiltImage {
        let config = WasmConfig(
            created: options.created.text,
            layer: module.descriptor.digest,
            component: content.component
        )
        return try image(
            Blob(try CanonicalJSON.encode(config), mediaType: .wasmConfig),
            [module.annotated([AnnotationKey.title: PluginFile.name])],
            module
        )
    }

    private func image(_ config: Blob, _ layers: [Blob], _ module: Blob) throws(Failure) -> BuiltImage {
        BuiltImage(
            manifest: try manifest(over: config, layers),
            config: config,
            layers: layers,
            diffIDs: [],
            module: ModuleIdentity(digest: module.descriptor.digest, size: module.descriptor.size),
            packed: nil
        )
    }
}

/// The properties of a module that an artifact's config states.
private struct BareContent {
    /// The Proxy-Wasm ABI versions that the module exports, for example `v0.2.1`.
    let abiVersions: [String]
    /// The imports and exports of a component; `nil` for a core module.
    let component: WasmConfig.Component?

    init(of path: FilePath, _ source: FileSource, mayBeComponent: Bool) throws(Failure) {
        let read = { (offset: Int, count: Int) throws(Failure) -> [UInt8] in
            try source.read(at: offset, count: count)
        }
        do throws(Failure) {
            let reading = try EnvoyReading(of: path.string, size: source.size, reading: read)
            abiVersions = reading.module.abiVersions
            component = nil
        } catch {
            guard mayBeComponent, error.code == .wasmComponent else { throw error }
            let outline = try ComponentOutline(of: path.string, size: source.size, reading: read)
            abiVersions = []
            component = WasmConfig.Component(exports: outline.exports, imports: outline.imports)
        }
    }
}

extension Module {
    /// The ABI versions whose markers the module exports, in a runtime config's notation: `v0.2.1`.
    fileprivate var abiVersions: [String] {
        let found = Set(exports.compactMap(\.abi))
        return ProxyWasmABI.allCases.filter(found.contains).map { "v\($0.rawValue)" }
    }
}
