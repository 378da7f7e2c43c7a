import Diagnostics
import OCI
import Storage
import TestSupport
import Testing

@testable import Packing

/// Tests rare cases of the consumers' rules, and the differences between consumers.
@Suite struct ConsumerRuleTests {
    private static let module = SampleModule.smallest
    private static let tar = Tar.entry("plugin.wasm", module) + Tar.end
    private static let other = MediaType("text/plain")

    private func findings(
        of consumer: any Consumer,
        on image: MadeImage,
        named name: String? = nil
    ) async throws -> [Finding] {
        let reference = try name.map { try Reference(parsing: $0) }
        return try await consumer.findings(
            on: image.inspected(),
            named: reference,
            limit: PluginCheck.defaultLimit
        )
    }

    @Test
    func `warns of slow downloads for consumers with a timeout of 30 seconds, but not for Envoy Gateway`()
        async throws
    {
        func ids(_ size: Int) async throws -> [[String]] {
            let image = try await MadeImage(
                bare: [
                    ([UInt8](repeating: 0, count: size), Self.other), (Gzip.stored(Self.tar), .layerTarGzip),
                ],
                configType: .imageConfig
            ).inspected()
            return Consumers.proxies.map { consumer in
                consumer.findings(on: image, named: nil, limit: PluginCheck.defaultLimit).map(\.id)
            }
        }
        #expect(Consumers.proxies.map(\.name) == ["istio", "envoy-gateway", "higress"])
        #expect(try await ids(10_000_000) == [["slow-to-fetch"], [], ["slow-to-fetch"]])
        #expect(try await ids(9_900_000) == [[], [], []])
    }

    @Test func `Higress caches an image without a tag, like Istio`() async throws {
        let name = "example.com/a/b"
        let findings = try await findings(of: MeshAgent.higress, on: MadeImage(Self.tar), named: name)
        #expect(findings.map(\.id) == ["untagged"])
    }

    @Test func `a layer with the config's digest has the config's type`() async throws {
        var image = MadeImage(
            bare: [(Self.module, .soloModule), (Self.module, .soloModule)],
            configType: Self.other,
            config: Self.module
        )
        let twice = try await findings(of: MeshAgent.istio, on: image)
        #expect(twice.map(\.id) == ["layer-type"])
        #expect(twice.first?.consumerMessage?.contains("invalid media type text/plain (expect") == true)
        image.config = [0x7B, 0x7D]
        #expect(try await findings(of: MeshAgent.istio, on: image) == [])
    }

    @Test func `rejects a damaged layer`() async throws {
        func image(_ tar: [UInt8]) -> MadeImage {
            let cut = Array(Gzip.stored(tar).dropLast(30))
            return MadeImage(bare: [(cut, .layerTarGzip)], configType: .imageConfig)
        }
        let long = Tar.entry("x", [UInt8](repeating: 1, count: 10_000)) + Tar.end
        for tar in [Tar.entry("plugin.wasm", Self.module) + long, long] {
            let findings = try await findings(of: MeshAgent.istio, on: image(tar))
            #expect(findings.map(\.id) == ["layer-unreadable"], "\(findings)")
            #expect(findings.first?.severity == .error)
        }
    }

    @Test func `rejects a bare layer that is not a module or is compressed`() async throws {
        for bytes in [Gzip.stored(Self.module), Array("hello, proxy".utf8)] {
            let image = MadeImage(
                bare: [([0x7B, 0x7D], Self.other), (bytes, .soloModule)],
                configType: Self.other
            )
            let findings = try await findings(of: MeshAgent.istio, on: image)
            #expect(findings.map(\.id) == ["plugin-invalid"])
            #expect(findings.first?.consumerMessage == "fetched Wasm binary from … is invalid")
        }
    }

    @Test func `rejects a gzipped module as a tar layer`() async throws {
        let image = MadeImage(Self.module)
        #expect(try await findings(of: MeshAgent.istio, on: image).map(\.id) == ["layer-content"])
    }

    @Test func `wkg requires a mediaType and a module, and warns of an index`() async throws {
        let artifact = MadeImage(bare: [(Self.module, .wasmModule)], configType: .wasmConfig)
        let store = InMemoryStore()
        let child = try await artifact.stored(in: store)
        let typed = String(decoding: try await store.fetch(child).bytes(limit: 10_000), as: UTF8.self)
        let bare = typed.replacing(
            #""mediaType":"\#(child.mediaType)","schemaVersion""#,
            with: #""schemaVersion""#
        )
        try #require(bare != typed)
        func ids(_ root: Blob) async throws -> [String] {
            await store.push(root)
            let image = try await ImageInspection(of: root.descriptor, in: store)
            return Wkg().findings(on: image, named: nil, limit: PluginCheck.defaultLimit).map(\.id)
        }
        #expect(try await ids(Blob(Array(bare.utf8), mediaType: child.mediaType)).first == "no-media-type")
        let index = Blob(try CanonicalJSON.encode(Index(manifests: [child])), mediaType: .imageIndex)
        #expect(try await ids(index).first == "index")
        let text = MadeImage(bare: [(Array("hello".utf8), .wasmModule)], configType: .wasmConfig)
        #expect(try await findings(of: Wkg(), on: text).map(\.id) == ["plugin-invalid"])
    }

    @Test(
        "quotes Go's message for a host with a port",
        arguments: [
            ("registry.example:5000/a/b", "url contains unsupported scheme: registry.example"),
            ("127.0.0.1:5000/a/b", "first path segment in URL cannot contain colon"),
            ("[::1]:5000/a/b", "first path segment in URL cannot contain colon"),
        ]
    )
    func scheme(name: String, consumerMessage: String) async throws {
        let pinned = "\(name)@sha256:" + String(repeating: "a", count: 64)
        let findings = try await findings(of: MeshAgent.istio, on: MadeImage(Self.tar), named: pinned)
        #expect(findings.map(\.id) == ["scheme-needed"])
        #expect(findings.first?.consumerMessage == consumerMessage)
    }
}
