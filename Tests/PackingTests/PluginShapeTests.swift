import Archive
import Diagnostics
import OCI
import Packing
import Storage
import TestSupport
import Testing

/// Tests all kinds of images found in real registries.
@Suite struct PluginShapeTests {
    private static let module = SampleModule.bytes(size: 1_000)
    private static let component: [UInt8] =
        [0, 0x61, 0x73, 0x6D, 0x0D, 0, 1, 0] + SampleModule.noise(size: 90)
    private static let tar = Tar.entry("plugin.wasm", module) + Tar.end

    private static let empty = MediaType("application/vnd.oci.empty.v1+json")
    private static let unknown = MediaType("application/vnd.unknown.config.v1+json")
    private static let text = MediaType("text/plain")
    private static let solo = MediaType("application/vnd.module.wasm.content.layer.v1+wasm")
    private static let soloConfig = MediaType("application/vnd.module.wasm.config.v1+json")
    private static let wasm = MediaType("application/wasm")
    private static let wasmConfig = MediaType("application/vnd.wasm.config.v0+json")
    private static let wasmToOCI = MediaType("application/vnd.wasm.content.layer.v1+wasm")
    private static let zstd = MediaType("application/vnd.oci.image.layer.v1.tar+zstd")
    private static let componentLayer = MediaType(
        "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm"
    )

    private static func bare(_ layers: ([UInt8], MediaType)..., config: MediaType = unknown) -> MadeImage {
        MadeImage(bare: layers.map { ($0.0, $0.1) }, configType: config)
    }

    private static let shapes: [(image: MadeImage, variant: ImageVariant, warnings: [String], why: String)] =
        [
            (
                bare(
                    ([1], MediaType("application/vnd.module.wasm.spec.v1+yaml")),
                    (Gzip.stored(tar), .layerTarGzip)
                ),
                .image, [], "Higress's layers: documents, then a tar"
            ),
            (
                bare((Array("{}".utf8), soloConfig), (module, solo), config: soloConfig), .artifact, [],
                "solo.io's"
            ),
            (
                bare((module, solo)), .artifact,
                ["the artifact has 1 layer; Istio would say \"number of layers must be 2 but got 1\""],
                "solo.io's without its config"
            ),
            (
                bare(([1], soloConfig), (module, solo), ([2], text)), .artifact,
                ["the artifact has 3 layers"],
                "solo.io's with documents"
            ),
            (
                bare(([1], soloConfig), (Gzip.stored(tar), solo)), .artifact,
                ["the layer is a tar, but its type is application/vnd.module"],
                "a tar under a module's type"
            ),
            (
                bare(([1], soloConfig), (Gzip.stored(module), solo)), .artifact,
                ["the layer is gzip, but its type is application/vnd.module"], "a module that was gzipped"
            ),
            (
                bare((module, wasm), config: wasmConfig), .wasm,
                ["the image is a bare module, Istio would say \"invalid media type application/wasm (expect"],
                "the CNCF's"
            ),
            (
                bare((module, wasm), ([1], text)), .wasm, ["the artifact has 2 layers; the first"],
                "the CNCF's with more layers"
            ),
            (bare((module, wasmToOCI)), .wasmToOCI, ["the image is a bare module"], "wasm-to-oci's"),
            (
                bare((component, componentLayer)), .componentLayer,
                ["the image is a bare module", "the module is a component, not a core module"], "runwasi's"
            ),
            (
                bare((module, .layerTar), config: empty), .raw,
                ["the image is a bare module", "the layer is a bare module, not a tar"],
                "`oras push plugin.wasm`"
            ),
            (
                bare((module, MediaType("application/octet-stream"))), .raw, ["the image is a bare module"],
                "a module under any other type"
            ),
            (
                bare((Gzip.stored(tar), .layerTar)), .tarOther,
                ["the layer is gzip, but Istio reads only tar+gzip", "the layer is gzip, but its type is"],
                "`oras push plugin.tar.gz`"
            ),
            (
                bare((Gzip.stored(tar), MediaType("application/x-tgz"))), .unknown,
                ["proxies do not support this kind of image"], "a packed tar under any other type"
            ),
            (
                bare((tar, .layerTarGzip)), .image, ["the layer is not compressed, but its type is"],
                "a tar that is not packed"
            ),
            (
                bare((module, .layerTarGzip)), .image, ["the layer is a bare module, not a tar"],
                "a module where a tar should be"
            ),
            (
                MadeImage(tar, type: zstd), .tarOther,
                ["the layer is compressed with zstd, but Istio reads only tar+gzip"],
                "zstd"
            ),
            (
                MadeImage(tar, type: MediaType("application/vnd.docker.image.rootfs.diff.tar.zstd")),
                .tarOther,
                ["the layer is compressed with zstd"], "zstd, as buildah names it in Docker's images"
            ),
            (
                bare((Zstd.stored(tar), .layerTarGzip)), .image,
                ["the layer is compressed with zstd, but its type is"], "zstd under gzip's type"
            ),
            (
                MadeImage(tar, type: .dockerLayerTarGzip), .docker,
                [
                    "the image mixes Docker and OCI media types; Istio would say \"invalid media type "
                        + "application/vnd.docker.image.rootfs.diff.tar.gzip (expect application/vnd.oci"
                ], "Docker's layer in OCI's manifest"
            ),
            (
                MadeImage(tar).changed { $0.manifestType = .dockerManifest }, .docker,
                [
                    "the image mixes Docker and OCI media types; Istio would say \"invalid media type "
                        + "application/vnd.oci.image.layer.v1.tar+gzip (expect application/vnd.docker"
                ], "OCI's layer in Docker's manifest"
            ),
        ]

    @Test("extracts the module from every kind of image, with warnings", arguments: shapes.indices)
    func shape(row: Int) async throws {
        let (image, variant, warnings, why) = Self.shapes[row]
        let expected = variant == .componentLayer ? Self.component : Self.module
        let (plugin, bytes) = try await image.extracted()
        #expect(bytes == expected, "\(why)")
        #expect(plugin.module == ModuleIdentity(digest: Digest(of: expected), size: expected.count), "\(why)")
        #expect(plugin.isCoreModule == (variant != .componentLayer), "\(why)")
        #expect(plugin.warnings.count == warnings.count, "\(why): \(plugin.warnings)")
        for (warning, phrase) in zip(plugin.warnings, warnings) {
            #expect(warning.hasPrefix(phrase), "\(why): \(warning)")
        }
        #expect(try await image.inspected().variant == variant, "\(why)")
    }

    private static let noModules: [(file: [UInt8], code: Failure.Code, phrase: String)] = [
        ([], .notWasm, "plugin.wasm is empty"),
        (Array("version https://git-lfs.github.com/spec/v1\n".utf8), .notWasm, "Git LFS"),
        ([0x7F, 0x45, 0x4C, 0x46, 0, 0, 0, 0], .notWasm, "native program"),
        (Array(module.prefix(7)), .wasmMalformed, "it ends after 7 bytes"),
    ]

    @Test("rejects a file without a module's preamble", arguments: noModules.indices)
    func noModule(row: Int) async throws {
        let (file, code, phrase) = Self.noModules[row]
        let image = MadeImage(Tar.entry("plugin.wasm", file) + Tar.end)
        let failure = await #expect(throws: Failure.self) { try await image.extracted() }
        #expect(failure?.code == code)
        #expect(failure?.description.contains(phrase) == true, "\(failure?.description ?? "")")
        // The image can still be inspected.
        let inspection = try await image.inspected()
        #expect(inspection.layers.first?.contents?.firstNamed?.size == file.count)
        #expect(throws: Failure.self) { try inspection.plugin.get() }
    }

    private static let noTars: [(type: MediaType, code: Failure.Code, phrase: String)] = [
        (text, .manifestUnsupported, "the type of the last layer, text/plain, is not supported"),
        (wasm, .notWasm, "is not a WebAssembly module"), (.layerTarGzip, .layerInvalid, "not a valid tar"),
    ]

    @Test(
        "the message for an invalid layer depends on its type",
        arguments: noTars.indices
    )
    func neither(row: Int) async throws {
        let (type, code, phrase) = Self.noTars[row]
        let image = Self.bare((Array("a text, not a module".utf8), type))
        let failure = await #expect(throws: Failure.self) { try await image.extracted() }
        #expect(failure?.code == code)
        #expect(failure?.message.contains(phrase) == true, "\(failure?.message ?? "")")
    }

    @Test func `warns of an unknown version`() async throws {
        let file: [UInt8] = [0, 0x61, 0x73, 0x6D, 2, 0, 0, 0]
        let plugin = try await MadeImage(Tar.entry("plugin.wasm", file) + Tar.end).extracted().plugin
        #expect(plugin.warnings.contains { $0.contains("unknown WebAssembly version") })
        #expect(!plugin.isCoreModule)
    }

    @Test func `rejects an artifact whose config names another module`() async throws {
        for (digest, isRight) in [(Digest(of: Self.module), true), (Digest(of: [1]), false)] {
            let image = MadeImage(
                bare: [(Self.module, Self.wasm)],
                configType: Self.wasmConfig,
                config: Array(#"{"os":"wasip1","layerDigests":["\#(digest)"]}"#.utf8)
            )
            if isRight {
                #expect(try await image.extracted().bytes == Self.module)
            } else {
                let failure = await #expect(throws: Failure.self) { try await image.extracted() }
                #expect(failure?.code == .digestMismatch)
                #expect(failure?.why?.contains(digest.description) == true)
            }
        }
    }

    @Test func `reports the actual content of a layer beside its descriptor`() async throws {
        let image = Self.bare(([1], Self.text), (Array(Self.tar.prefix(700)), .layerTarGzip))
        let layers = try await image.inspected().layers
        #expect(layers.map(\.descriptor) == image.layers.map(\.descriptor))
        #expect(layers[0].contents == nil, "the layer is not read")
        #expect(layers[1].contents?.compression == LayerReader.Compression.none)
        #expect(layers[1].contents?.content == .tar)
        #expect(layers[1].contents?.firstNamed?.name == "plugin.wasm")
        #expect(layers[1].contents?.diffID == nil)
        #expect(layers[1].problem?.code == .layerInvalid)
    }
}
