import Archive
import Diagnostics
import OCI
import Packing
import Storage
import TestSupport
import Testing

/// Tests malicious images.
@Suite(.timed, .timeLimit(.minutes(5)))
struct HostileImageTests {
    private static let module = SampleModule.bytes(size: 1_000)
    private static let plugin = Tar.entry("plugin.wasm", module)
    private static let zstd = MediaType("application/vnd.oci.image.layer.v1.tar+zstd")

    private static let firsts: [(entry: [UInt8], kind: String)] = [
        (Tar.entry("plugin.wasm", type: "2", link: "/etc/passwd"), "symbolic link"),
        (Tar.entry("plugin.wasm", type: "1", link: "/etc/passwd"), "hard link"),
        (Tar.entry("plugin.wasm/", type: "5"), "folder"),
        (Tar.entry("plugin.wasm", type: "3"), "special file"),
        (Tar.entry("plugin.wasm", type: "6"), "special file"),
    ]

    @Test(
        "skips a plugin.wasm that is not a regular file and quotes Istio's message",
        arguments: firsts.indices
    )
    func noFile(row: Int) async throws {
        let (entry, kind) = Self.firsts[row]
        let alone = MadeImage(entry + Tar.end)
        let failure = await #expect(throws: Failure.self, "\(kind)") { try await alone.extracted() }
        #expect(failure?.code == .pluginMissing, "\(kind)")
        let (plugin, bytes) = try await MadeImage(entry + Self.plugin + Tar.end).extracted()
        #expect(bytes == Self.module, "\(kind)")
        #expect(
            plugin.warnings.first
                == "the layer's first plugin.wasm is a \(kind); "
                + "Istio would read it and say \"fetched Wasm binary … is invalid\""
        )
    }

    @Test func `does not extract a sparse file or fill its holes`() async throws {
        let sparse = Tar.entry(
            "PaxHeaders/x",
            Array("39 GNU.sparse.size=4611686018427387904\n22 GNU.sparse.map=0,1\n".utf8),
            type: "x"
        )
        let image = MadeImage(sparse + Tar.entry("plugin.wasm", [1]) + Tar.end)
        await #expect(throws: Failure.self) { try await image.extracted() }
    }

    @Test func `does not use names with .. as paths`() async throws {
        for name in ["/plugin.wasm", "../../plugin.wasm", "a/../plugin.wasm", "/etc/plugin.wasm"] {
            let (plugin, bytes) = try await MadeImage(Tar.entry(name, Self.module) + Tar.end).extracted()
            #expect(bytes == Self.module)
            #expect(plugin.warnings.isEmpty)
        }
    }

    @Test func `reads a hundred thousand entries and keeps only the first`() async throws {
        let entry = Tar.entry("a/b.wasm")
        var tar: [UInt8] = []
        tar.reserveCapacity(entry.count * 100_001)
        for _ in 0..<100_000 { tar += entry }
        let (plugin, bytes) = try await MadeImage(tar + Self.plugin + Tar.end, type: .layerTar)
            .extracted()
        #expect(bytes == Self.module)
        #expect(plugin.layer.entryCount == 100_001)
        #expect(plugin.layer.entries.count == 100)
        let without = MadeImage(tar + Tar.end, type: .layerTar)
        let failure = await #expect(throws: Failure.self) { try await without.extracted() }
        #expect(failure?.code == .pluginMissing)
    }

    @Test func `does not show names of half a megabyte`() async throws {
        let long = String(repeating: "n", count: 500_000)
        let tar = Tar.pax("path", long + ".wasm") + Tar.entry("x", Self.module) + Tar.end
        let failure = await #expect(throws: Failure.self) { try await MadeImage(tar).extracted() }
        #expect(failure?.code == .pluginMissing)
        #expect((failure?.description.utf8.count ?? .max) < 2_000)
        let named = Tar.pax("path", long + "/plugin.wasm") + Tar.entry("x", Self.module) + Tar.end
        let (plugin, bytes) = try await MadeImage(named).extracted()
        #expect(bytes == Self.module)
        #expect(plugin.warnings.allSatisfy { $0.utf8.count < 2_000 })
    }

    @Test func `rejects a layer that unpacks to more than 256 MiB with any compression`() async throws {
        let layers: [(bytes: [UInt8], type: MediaType)] = [
            (Zstd.bomb(0, blocks: 2049), Self.zstd), (Zstd.bomb(0, blocks: 2049), .layerTarGzip),
            // A bare module, without a tar.
            (Zstd.stored(SampleModule.preamble) + Zstd.bomb(0, blocks: 2048), MediaType("application/wasm")),
        ]
        for layer in layers {
            let image = MadeImage(bare: [layer], configType: .imageConfig)
            var given = 0
            let outcome = try await Self.search(image) { given += $0.count }
            #expect(throws: Failure.self) { try outcome.plugin.get() }
            #expect(outcome.layers[0].problem?.message.contains("more than 256 MiB") == true)
            #expect(given <= LayerReader.tarLimit)
        }
    }

    private static func search(
        _ image: MadeImage,
        write: (UnsafeRawBufferPointer) -> Void
    ) async throws -> PluginExtractor.Outcome {
        let store = InMemoryStore()
        let choice = try await ImageChoice(of: image.stored(in: store), in: store)
        return await PluginExtractor(store).search(choice.manifest, config: nil) { piece in write(piece) }
    }

    @Test func `does not extract a module from a truncated layer`() async throws {
        let whole = Zstd.stored(Self.plugin + Tar.end)
        for count in stride(from: 4, to: whole.count, by: 97) {
            let image = MadeImage(bare: [(Array(whole.prefix(count)), Self.zstd)], configType: .imageConfig)
            let failure = await #expect(throws: Failure.self, "\(count)") { try await image.extracted() }
            #expect(failure?.code == .layerInvalid, "\(count)")
        }
    }
}
