import Diagnostics
import OCI
import Packing
import Storage
import SystemPackage
import TestSupport
import Testing

/// Tests the formats other than the default.
@Suite(.timed, .timeLimit(.minutes(5)))
struct ImageFormatTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func build(_ options: ImageOptions, _ fixture: String = "wasm/header-authorization/plugin.wasm")
        async throws -> BuiltImage
    {
        try await ImageBuilder(options, processorCount: 2)
            .build(FilePath(Fixtures.path(fixture)), spoolingIn: scratch.path)
    }

    private func text(_ blob: Blob) throws -> String {
        String(decoding: try blob.bytes(limit: Manifest.sizeLimit), as: UTF8.self)
    }

    @Test(arguments: ImageFormat.allCases)
    func `detects the format of an image`(format: ImageFormat) async throws {
        let image = try await build(ImageOptions(format: format))
        let choice = try await ImageChoice(of: image.manifest.descriptor, in: image)
        #expect(ImageFormat(of: choice.image, choice.manifest) == format)
        #expect(try await Verification(of: choice.image, in: image).findings.isEmpty)
        #expect(image.module.size == 947)
        #expect(image.diffIDs.count == (format.isTar ? 1 : 0))
    }

    static let unsupported: [(image: MediaType, config: MediaType, layers: [MediaType], why: String)] = [
        (.imageManifest, .imageConfig, [.dockerLayerTarGzip], "OCI's manifest over Docker's layer"),
        (.dockerManifest, .dockerImageConfig, [.layerTarGzip], "Docker's manifest over OCI's layer"),
        (.imageManifest, .dockerImageConfig, [.layerTarGzip], "Docker's config"),
        (.imageManifest, .imageConfig, [.layerTarGzip, .layerTarGzip], "two layers"),
        (.imageManifest, .imageConfig, [], "no layer"),
        (.imageManifest, .soloConfig, [.soloModule], "an artifact without its first layer"),
        (.imageManifest, .soloConfig, [.soloModule, .soloConfig], "an artifact with its layers swapped"),
        (.imageManifest, .wasmConfig, [.wasmModule, .wasmModule], "two modules"),
    ]

    @Test("does not detect a format for unsupported images", arguments: unsupported)
    func undetected(image: MediaType, config: MediaType, layers: [MediaType], why: String) {
        func descriptor(_ type: MediaType) -> Descriptor {
            Descriptor(mediaType: type, digest: Digest(of: []), size: 0)
        }
        let manifest = Manifest(mediaType: image, config: descriptor(config), layers: layers.map(descriptor))
        #expect(ImageFormat(of: descriptor(image), manifest) == nil, "\(why)")
    }

    @Test func `docker has the same config and layer as image, without annotations`() async throws {
        let (image, docker) = (
            try await build(ImageOptions()), try await build(ImageOptions(format: .docker))
        )
        #expect(docker.config.descriptor.digest == image.config.descriptor.digest)
        #expect(docker.layers[0].descriptor.digest == image.layers[0].descriptor.digest)
        #expect(docker.diffIDs == image.diffIDs)
        #expect(try !text(docker.manifest).contains("annotations"))
    }

    @Test func `an artifact's runtime config is its config and its first layer and names the ABI`()
        async throws
    {
        let image = try await build(ImageOptions(format: .artifact, annotations: ["a": "b"]))
        #expect(
            try text(image.config)
                == #"{"abiVersions":["v0.2.1"],"config":{"root_ids":[""]},"type":"envoy_proxy"}"#
        )
        #expect(
            image.layers.map(\.descriptor.digest) == [image.config.descriptor.digest, image.module.digest]
        )
        #expect(
            image.layers.map(\.descriptor.annotations) == [
                ["org.opencontainers.image.title": "runtime-config.json"],
                ["org.opencontainers.image.title": "filter.wasm"],
            ]
        )
        #expect(try text(image.manifest).contains(#"{"annotations":{"a":"b"},"config":"#))
        let empty = try await build(ImageOptions(format: .artifact), "wasm/tiny/empty.wasm")
        #expect(try text(empty.config).contains(#""abiVersions":[]"#))
    }

    @Test func `writes a given runtime config unchanged`() async throws {
        let bytes = Array("{ \"abi_version\": \"v0.2.1\" }\n".utf8)
        let config = try RuntimeConfig(reading: scratch.write(bytes, to: "rc.json"))
        let image = try await build(ImageOptions(format: .artifact, runtimeConfig: config))
        #expect(try image.config.bytes(limit: .max) == bytes)
    }

    static let noConfigs: [(text: String, fill: Int, why: String)] = [
        ("", 0, "nothing"), ("[]", 0, "a list"), ("text", 0, "no JSON"),
        (#"{"a":1,"a":2}"#, 0, "a key twice"),
        ("{}{}", 0, "two documents"), (#"{"a":"…"}"#, 4 * 1024 * 1024, "more than 4 MiB"),
    ]

    @Test("rejects a runtime config that is not a JSON object", arguments: noConfigs)
    func noConfig(text: String, fill: Int, why: String) throws {
        let whole = text.replacing("…", with: String(repeating: "x", count: fill))
        let file = try scratch.write(Array(whole.utf8), to: "rc.json")
        let failure = #expect(throws: Failure.self, "\(why)") { try RuntimeConfig(reading: file) }
        #expect([.configurationInvalid, .fileUnreadable].contains(failure?.code), "\(why)")
    }

    @Test func `the CNCF's config lists the imports and exports of a component, but not of a module`()
        async throws
    {
        let module = try await build(ImageOptions(format: .wasm))
        #expect(
            try text(module.config)
                == #"{"architecture":"wasm","author":null,"component":null,"created":"1970-01-01T00:00:00Z","layerDigests":["\#(module.module.digest)"],"os":"wasip1"}"#
        )
        let component = try await build(
            ImageOptions(format: .wasm, created: Timestamp(parsing: "60", from: "here")),
            "wasm/component/names.wasm"
        )
        #expect(
            try text(component.config)
                == #"{"architecture":"wasm","author":null,"component":{"exports":["wasi:http/incoming-handler@0.2.0","run","m"],"imports":["wasi:io/error@0.2.0","log","point"],"target":null},"created":"1970-01-01T00:01:00Z","layerDigests":["\#(component.module.digest)"],"os":"wasip2"}"#
        )
        let read = try CanonicalJSON.decode(
            WasmConfig.self,
            from: component.config.bytes(limit: .max),
            as: "config",
            failing: .manifestInvalid
        )
        #expect(read.layerDigests == [component.module.digest])
    }

    @Test(arguments: [ImageFormat.image, .docker, .artifact])
    func `packs a component only as the CNCF's artifact`(format: ImageFormat) async throws {
        let failure = await #expect(throws: Failure.self) {
            try await build(ImageOptions(format: format), "wasm/component/names.wasm")
        }
        #expect(failure?.code == .wasmComponent)
        let path = FilePath(Fixtures.path("wasm/component/names.wasm"))
        #expect(throws: Failure.self) { try PluginFile.check(path, as: format) }
        #expect(try PluginFile.check(path, as: .wasm) == .component)
    }

    static func misplaced() throws -> [(options: ImageOptions, phrase: String)] {
        let scratch = try ScratchDirectory()
        let config = try RuntimeConfig(reading: scratch.write(Array("{}".utf8), to: "rc.json"))
        return [
            (
                ImageOptions(format: .docker, annotations: ["a": "b"]),
                "\"docker\" does not support annotations"
            ),
            (ImageOptions(format: .artifact, labels: ["a": "b"]), "\"artifact\" does not support labels"),
            (ImageOptions(format: .wasm, labels: ["a": "b"]), "\"wasm\" does not support labels"),
            (
                ImageOptions(format: .image, runtimeConfig: config),
                "\"image\" does not support a runtime config"
            ),
            (
                ImageOptions(format: .docker, runtimeConfig: config),
                "\"docker\" does not support a runtime config"
            ),
            (
                ImageOptions(format: .wasm, runtimeConfig: config),
                "\"wasm\" does not support a runtime config"
            ),
        ]
    }

    @Test func `rejects an unsupported option and writes nothing`() async throws {
        for (options, phrase) in try Self.misplaced() {
            let failure = await #expect(throws: Failure.self) { try await build(options) }
            #expect(failure?.code == .usage, "\(phrase)")
            #expect(failure?.message.contains(phrase) == true, "\(failure?.message ?? "")")
        }
        #expect(try tree(scratch.path).isEmpty)
    }

    @Test func `rejects a bare file that is not a module, and leaves no files behind`() async throws {
        for format in [ImageFormat.artifact, .wasm] {
            for file in ["wasm/tiny/truncated.wasm", "oci/config.json"] {
                await #expect(throws: Failure.self) { try await build(ImageOptions(format: format), file) }
            }
        }
        #expect(try tree(scratch.path).isEmpty)
    }
}
