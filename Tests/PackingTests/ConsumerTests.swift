import Diagnostics
import OCI
import ProxyWasm
import Storage
import TestSupport
import Testing

@testable import Packing

/// Tests the findings and messages of each consumer for all kinds of images.
@Suite struct ConsumerTests {
    /// An image in memory, as other tools push it.
    fileprivate struct Pushed: Sendable {
        var layers: [(type: MediaType, bytes: [UInt8])]
        var configType = MediaType.imageConfig
        var manifestType = MediaType.imageManifest

        init(
            _ layers: [(MediaType, [UInt8])],
            config: MediaType = .imageConfig,
            manifest: MediaType = .imageManifest
        ) {
            self.layers = layers
            configType = config
            manifestType = manifest
        }

        func inspection() async throws -> ImageInspection {
            let store = InMemoryStore()
            return try await ImageInspection(of: stored(in: store).descriptor, in: store)
        }

        func stored(in store: InMemoryStore) async throws -> Blob {
            let config = Blob(Array("{}".utf8), mediaType: configType)
            let blobs = layers.map { Blob($0.bytes, mediaType: $0.type) }
            for blob in blobs + [config] { await store.push(blob) }
            let manifest = Manifest(
                mediaType: manifestType,
                config: config.descriptor,
                layers: blobs.map(\.descriptor)
            )
            let blob = Blob(try CanonicalJSON.encode(manifest), mediaType: manifestType)
            await store.push(blob)
            return blob
        }
    }

    private static let module = SampleModule.smallest
    private static let tar = Tar.entry("plugin.wasm", module) + Tar.end
    private static let gzip = Gzip.stored(tar)
    private static let plainConfig = MediaType("application/vnd.oci.empty.v1+json")
    private static let soloConfig = MediaType("application/vnd.module.wasm.config.v1+json")

    private static func image(_ tar: [UInt8]) -> Pushed { Pushed([(.layerTarGzip, Gzip.stored(tar))]) }

    private func findings(
        of consumer: any Consumer,
        on image: Pushed,
        named name: String? = nil,
        limit: Int = PluginCheck.defaultLimit
    ) async throws -> [Finding] {
        let reference = try name.map { try Reference(parsing: $0) }
        return try await consumer.findings(on: image.inspection(), named: reference, limit: limit)
    }

    private static let accepted: [(Pushed, String)] = [
        (image(tar), "what wasmpack writes"),
        (
            Pushed([(.dockerLayerTarGzip, gzip)], config: .dockerImageConfig, manifest: .dockerManifest),
            "Docker's"
        ),
        (
            Pushed([(soloConfig, Array("{}".utf8)), (.soloModule, module)], config: soloConfig),
            "the artifact of two layers, although the first layer is the config"
        ),
        (
            Pushed([(plainConfig, Array("# Readme".utf8)), (.layerTarGzip, gzip)], config: plainConfig),
            "Higress's: other layers first, a tar last"
        ),
        (image(Tar.entry("a/b/plugin.wasm", module) + Tar.end), "in any folder"),
    ]

    @Test(arguments: accepted)
    fileprivate func `proxies accept`(_ image: (Pushed, String)) async throws {
        for consumer in Consumers.proxies {
            let findings = try await findings(of: consumer, on: image.0)
            #expect(findings == [], "\(consumer.name): \(image.1)")
        }
    }

    private static let rejected: [(Pushed, id: String, consumerMessage: String, why: String)] = [
        (
            Pushed([(.wasmToOCIModule, module)], config: MediaType("application/vnd.wasm.config.v1+json")),
            "layer-count",
            "invalid media type application/vnd.wasm.content.layer.v1+wasm (expect application/vnd.oci.image.layer.v1.tar+gzip)",
            "wasm-to-oci"
        ),
        (
            Pushed([(.soloModule, module)], config: plainConfig), "layer-count",
            "number of layers must be 2 but got 1", "oras push with one layer"
        ),
        (
            Pushed(
                [(soloConfig, [0x7B, 0x7D]), (plainConfig, [0x23]), (.soloModule, module)],
                config: soloConfig
            ), "layer-count", "number of layers must be 2 but got 3", "an artifact with a readme"
        ),
        (
            Pushed([(plainConfig, [0x23]), (.layerTar, tar)]), "layer-type",
            "could not find the layer of type application/vnd.module.wasm.content.layer.v1+wasm",
            "two layers, neither of which is a module"
        ),
        (
            Pushed([(.layerTarGzip, gzip), (.layerTarGzip, Gzip.stored(Tar.entry("x", [1]) + Tar.end))]),
            "plugin-not-found", "plugin.wasm not found in the archive", "the plugin in a lower layer"
        ),
        (
            image(Tar.entry("filter.wasm", module) + Tar.end), "plugin-not-found",
            "plugin.wasm not found in the archive", "another file name"
        ),
        (
            Pushed([(.layerTar, tar)]), "layer-count",
            "invalid media type application/vnd.oci.image.layer.v1.tar (expect", "no compression"
        ),
        (
            Pushed([(.layerTarGzip, tar)]), "layer-content",
            "failed to parse layer as tar.gz: gzip: invalid header",
            "no compression, whatever the type says"
        ),
        (
            Pushed([(.layerTarGzip, gzip)], config: .dockerImageConfig, manifest: .dockerManifest),
            "layer-type",
            "invalid media type application/vnd.oci.image.layer.v1.tar+gzip "
                + "(expect application/vnd.docker.image.rootfs.diff.tar.gzip)",
            "Docker's manifest, OCI's layer"
        ),
        (
            Pushed([(.dockerLayerTarGzip, gzip)]), "layer-count",
            "invalid media type application/vnd.docker.image.rootfs.diff.tar.gzip "
                + "(expect application/vnd.oci.image.layer.v1.tar+gzip)", "OCI's manifest, Docker's layer"
        ),
        (
            image(
                Tar.entry("plugin.wasm", type: "2", link: "x.wasm") + Tar.entry("x/plugin.wasm", module)
                    + Tar.end
            ),
            "plugin-invalid", "fetched Wasm binary from … is invalid", "a link comes first"
        ),
        (
            image(Tar.entry("plugin.wasm", Array("version https://git-lfs".utf8)) + Tar.end),
            "plugin-invalid",
            "fetched Wasm binary from … is invalid", "no module"
        ),
        (Pushed([]), "no-layer", "number of layers must be greater than zero", "nothing at all"),
    ]

    @Test(arguments: rejected)
    fileprivate func `proxies reject`(_ row: (Pushed, id: String, consumerMessage: String, why: String))
        async throws
    {
        for consumer in Consumers.proxies {
            let errors = try await findings(of: consumer, on: row.0).filter { $0.severity == .error }
            #expect(errors.first?.id == row.id, "\(consumer.name): \(row.why): \(errors)")
            #expect(
                errors.first?.consumerMessage?.contains(row.consumerMessage) == true,
                "\(row.why): \(errors)"
            )
        }
    }

    @Test func `warns of a second plugin and of additional files`() async throws {
        let tar = Tar.entry("plugin.wasm", Self.module) + Tar.entry("b/plugin.wasm", [1]) + Tar.end
        let findings = try await findings(of: MeshAgent.istio, on: Self.image(tar))
        #expect(findings.map(\.id) == ["several-plugins", "extra-files"])
        #expect(findings.map(\.severity) == [.warning, .note])
    }

    @Test func `quotes each consumer's message for a layer above the limit`() async throws {
        let image = Self.image(Self.tar)
        let limit = Self.tar.count - 1
        let istio = try await findings(of: MeshAgent.istio, on: image, limit: limit)
        #expect(istio.map(\.consumerMessage) == ["unexpected EOF"])
        let gateway = try await findings(of: EnvoyGateway(), on: image, limit: limit)
        #expect(
            gateway.map(\.consumerMessage) == [
                "plugin.wasm size \(Self.module.count) exceeds maximum size \(limit)"
            ]
        )
        #expect(try await findings(of: MeshAgent.istio, on: image, limit: limit + 1) == [])
        let artifact = Pushed([(Self.soloConfig, [0x7B, 0x7D]), (.soloModule, Self.module)])
        let cut = try await findings(of: EnvoyGateway(), on: artifact, limit: Self.module.count - 1)
        #expect(cut.first?.consumerMessage?.hasPrefix("wasm layer size exceeds maximum size") == true)
    }

    @Test func `wkg accepts only the CNCF's artifact, and its message names the config type`() async throws {
        let artifact = Pushed([(.wasmModule, Self.module)], config: .wasmConfig)
        #expect(try await findings(of: Wkg(), on: artifact).map(\.id) == ["core-module"])
        let image = try await findings(of: Wkg(), on: Self.image(Self.tar))
        #expect(image.map(\.id) == ["config-type", "layer-type"])
        #expect(
            image.first?.consumerMessage
                == "Wasm components must have a config of type application/vnd.wasm.config.v0+json"
        )
        let two = Pushed([(.wasmModule, Self.module), (.wasmModule, [1])], config: .wasmConfig)
        #expect(try await findings(of: Wkg(), on: two).contains { $0.id == "layer-count" })
    }

    @Test func `checks a name like a mesh parses it`() async throws {
        func ids(_ consumer: any Consumer, _ name: String) async throws -> [String] {
            try await findings(of: consumer, on: Self.image(Self.tar), named: name).map(\.id)
        }
        let digest = "sha256:" + String(repeating: "a", count: 64)
        #expect(try await ids(MeshAgent.istio, "example.com/a/b@\(digest)") == [])
        #expect(try await ids(MeshAgent.istio, "example.com/a/b:v1") == ["unpinned"])
        #expect(try await ids(MeshAgent.istio, "example.com/a/b:latest") == [])
        #expect(try await ids(MeshAgent.istio, "example.com/a/b") == ["untagged"])
        #expect(try await ids(EnvoyGateway(), "example.com/a/b") == [])
        #expect(try await ids(MeshAgent.istio, "registry:5000/a/b@\(digest)") == ["scheme-needed"])
        #expect(try await ids(MeshAgent.istio, "registry/a/b@\(digest)") == ["host-without-dot"])
    }

    @Test func `rejects the digest of an index as a pin, and suggests the image in it`() async throws {
        let store = InMemoryStore()
        let child = try await Self.image(Self.tar).stored(in: store).descriptor
        func check(_ platform: Platform?, pinned: Bool = false) async throws -> [Finding] {
            let entry = Descriptor(
                mediaType: child.mediaType,
                digest: child.digest,
                size: child.size,
                platform: platform
            )
            let index = Blob(try CanonicalJSON.encode(Index(manifests: [entry])), mediaType: .imageIndex)
            await store.push(index)
            let name = "example.com/a/b@\(index.descriptor.digest)"
            return try await MeshAgent.istio.findings(
                on: ImageInspection(of: index.descriptor, in: store),
                named: pinned ? Reference(parsing: name) : nil,
                limit: PluginCheck.defaultLimit
            )
        }
        let usual = Platform(os: "linux", architecture: "amd64")
        let warned = try await check(usual)
        #expect(warned.map(\.id) == ["index-pin"])
        #expect(warned.first?.severity == .warning)
        #expect(warned.first?.hints == ["pin the image in it: \(child.digest)"])
        let findings = try await check(usual, pinned: true)
        #expect(findings.first?.severity == .error)
        #expect(
            findings.first?.consumerMessage?.contains(
                "has checksum \(child.digest.encoded), which does not match"
            )
                == true
        )
        let other = try await check(Platform(os: "wasip1", architecture: "wasm"))
        #expect(other.map(\.id) == ["index-platform"])
        #expect(
            other.first?.consumerMessage?.hasPrefix("no child with platform linux/amd64 in index") == true
        )
    }

    @Test func `adds an error for a missing module if a consumer does not report it`() async throws {
        struct Blind: Consumer {
            let name = "blind"
            let host: ProxyHost? = nil
            func findings(on: ImageInspection, named: Reference?, limit: Int) -> [Finding] { [] }
        }
        let image = try await Self.image(Tar.entry("x", [1]) + Tar.end).inspection()
        let check = try PluginCheck(image, module: nil, for: [Blind()])
        #expect(check.worst == .error)
        #expect(check.results.first?.imageFindings.map(\.id) == ["plugin-missing"])
    }
}
