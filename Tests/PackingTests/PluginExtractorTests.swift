import Archive
import Diagnostics
import OCI
import Packing
import Storage
import TestSupport
import Testing

@Suite struct PluginExtractorTests {
    private static let module = SampleModule.bytes(size: 1_000)
    private static let emptyType = MediaType("application/vnd.oci.empty.v1+json")

    private typealias Image = MadeImage

    private func extract(_ image: Image) async throws -> (plugin: PluginExtractor.Plugin, bytes: [UInt8]) {
        try await image.extracted()
    }

    private static let tar = Tar.entry("plugin.wasm", module) + Tar.end

    private static func changed(_ image: Image, _ change: (inout Image) -> Void) -> Image {
        image.changed(change)
    }

    private static let readable: [(image: Image, warnings: [String], why: String)] = [
        (Image(tar), [], "what wasmpack writes"),
        (
            changed(Image(tar, type: .dockerLayerTarGzip)) {
                $0.manifestType = .dockerManifest
                $0.configType = .dockerImageConfig
            }, [], "Docker's"
        ),
        (
            changed(Image(tar)) {
                $0.configType = emptyType; $0.diffIDs = nil
            }, [], "a config of another kind"
        ),
        (changed(Image(tar)) { $0.diffIDs = nil }, [], "a config without diffIDs"),
        (Image(tar, type: .layerTar), ["the layer is not compressed"], "a tar as it is"),
        (
            changed(Image(tar, type: .dockerLayerTar)) { $0.manifestType = .dockerManifest },
            ["the layer is not compressed"], "Docker's tar as it is"
        ),
        (Image(Tar.entry("plugin.wasm", module, isPadded: false)), [], "umoci's, without padding and end"),
        (Image(Tar.entry("./plugin.wasm", module) + Tar.end), [], "as `tar -c .` names it"),
        (
            Image(Tar.entry("./", type: "5") + Tar.entry("a/plugin.wasm", module) + Tar.end),
            ["the layer has 2 entries"], "in a folder"
        ),
        (
            Image(Tar.entry("plugin.wasm", module) + Tar.entry("a/plugin.wasm", [1]) + Tar.end),
            ["the layer contains plugin.wasm 2 times", "the layer has 2 entries"], "the first of two"
        ),
        (
            changed(Image(tar)) {
                let lower = Tar.entry("plugin.wasm", [9]) + Tar.end
                $0.layers.insert(Blob(Gzip.stored(lower), mediaType: .layerTarGzip), at: 0)
                $0.diffIDs = [Digest(of: lower), Digest(of: tar)]
            }, [], "the last of two layers"
        ),
    ]

    @Test("extracts the module from every supported kind of image", arguments: readable.indices)
    func shapes(row: Int) async throws {
        let (image, warnings, why) = Self.readable[row]
        let (plugin, bytes) = try await extract(image)
        #expect(bytes == Self.module, "\(why)")
        #expect(plugin.module == ModuleIdentity(digest: Digest(of: Self.module), size: 1_000), "\(why)")
        #expect(plugin.warnings.count == warnings.count, "\(why)")
        for (warning, phrase) in zip(plugin.warnings, warnings) {
            #expect(warning.hasPrefix(phrase), "\(why)")
        }
    }

    private static let rejected: [(image: Image, code: Failure.Code, phrase: String, why: String)] = [
        (
            changed(Image(tar)) {
                $0.layers = []; $0.diffIDs = []
            }, .manifestUnsupported, "has no layer", "no layer"
        ),
        (
            changed(Image(tar)) { $0.layers.append(Blob([1], mediaType: MediaType("text/plain"))) },
            .manifestUnsupported, "the type of the last layer, text/plain, is not supported",
            "several layers of any type"
        ),
        (
            Image(Tar.entry("filter.wat", module) + Tar.end), .pluginMissing,
            "does not contain a regular file plugin.wasm", "another name"
        ),
        (Image(Tar.end), .pluginMissing, "does not contain a regular file plugin.wasm", "an empty layer"),
        (
            Image(Tar.entry("plugin.wasm", type: "2", link: "/etc/passwd") + Tar.end), .pluginMissing,
            "does not contain a regular file plugin.wasm", "a link"
        ),
        (Image(Array("a text".utf8)), .layerInvalid, "not a valid tar", "a text where a tar should be"),
        (
            changed(Image(tar)) { $0.diffIDs = [Digest(of: [])] }, .digestMismatch,
            "does not match its diffID",
            "a diffID of another layer"
        ),
    ]

    @Test("rejects an image without a module where proxies look for it", arguments: rejected.indices)
    func rejection(row: Int) async throws {
        let (image, code, phrase, why) = Self.rejected[row]
        let failure = await #expect(throws: Failure.self, "\(why)") { try await extract(image) }
        #expect(failure?.code == code, "\(why): \(failure?.message ?? "")")
        #expect(failure?.message.contains(phrase) == true, "\(why): \(failure?.message ?? "")")
    }

    static let rejectedUnread: [(member: String, change: String, code: Failure.Code, phrase: String)] = [
        ("layer", #""size":4611686018427387904"#, .moduleTooLarge, "4611686018427387904 bytes"),
        ("layer", #""size":269484033"#, .moduleTooLarge, "269484033 bytes"),
        ("config", #""size":4194305"#, .manifestInvalid, "4194305 bytes"),
        ("config", #""size":2,"urls":["https://e.f/g"]"#, .manifestUnsupported, "foreign"),
        ("layer", #""size":2,"urls":["https://e.f/g"]"#, .manifestUnsupported, "foreign"),
    ]

    @Test("rejects an unsupported manifest before it fetches blobs", arguments: rejectedUnread)
    func rejectionUnread(member: String, change: String, code: Failure.Code, phrase: String) throws {
        func descriptor(_ type: MediaType, _ role: String) -> String {
            #"{"mediaType":"\#(type)","digest":"\#(Digest(of: []))",\#(role == member ? change : #""size":2"#)}"#
        }
        let text =
            #"{"schemaVersion":2,"config":\#(descriptor(.imageConfig, "config")),"#
            + #""layers":[\#(descriptor(.layerTarGzip, "layer"))]}"#
        let manifest = try CanonicalJSON.decode(
            Manifest.self,
            from: Array(text.utf8),
            as: "manifest",
            failing: .manifestInvalid
        )
        let failure = #expect(throws: Failure.self) { try PluginExtractor(InMemoryStore()).check(manifest) }
        #expect(failure?.code == code)
        #expect(failure?.message.contains(phrase) == true, "\(failure?.message ?? "")")
    }

    @Test func `lists the layer's files and quotes Istio's message`() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await extract(Image(Tar.entry("filter.wat", [1]) + Tar.entry("README", [1]) + Tar.end))
        }
        #expect(
            failure?.why
                == "it contains filter.wat, README; Istio would say \"plugin.wasm not found in the archive\""
        )
    }

    @Test func `quotes Istio's message for a layer of another type`() async throws {
        let image = Self.changed(Image([1], type: MediaType("text/plain"))) { $0.layers += $0.layers }
        let failure = await #expect(throws: Failure.self) { try await extract(image) }
        #expect(
            failure?.why?.contains("invalid media type text/plain (expect application/vnd.oci") == true
        )
    }

    @Test func `stops with the writer's error`() async throws {
        let store = InMemoryStore()
        let extractor = PluginExtractor(store)
        let image = try await ImageChoice(of: Image(Self.tar).stored(in: store), in: store).manifest
        let failure = await #expect(throws: Failure.self) {
            _ = try await extractor.extract(image, config: nil) { (_) throws(Failure) in
                throw Failure(.diskFull, "no space")
            }
        }
        #expect(failure?.code == .diskFull)
    }

    @Test func `an inspection reports the format and the reason for a missing plugin`() async throws {
        let store = InMemoryStore()
        let image = try await ImageInspection(of: Image(Self.tar).stored(in: store), in: store)
        #expect(image.format == "image")
        #expect(try image.plugin.get().module.size == 1_000)
        #expect(image.config?.rootfs?.diffIDs.count == 1)
        var docker = Image(Self.tar, type: .dockerLayerTarGzip)
        docker.manifestType = .dockerManifest
        #expect(try await ImageInspection(of: docker.stored(in: store), in: store).format == "docker")
        let artifact = Image([1], type: MediaType("text/plain"))
        let other = try await ImageInspection(of: artifact.stored(in: store), in: store)
        #expect(other.format == "other")
        #expect(throws: Failure.self) { try other.plugin.get() }
    }
}
