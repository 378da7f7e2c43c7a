import Archive
import Diagnostics
import OCI
import Packing
import Storage
import TestSupport
import Testing

/// Tests modules in layers that proxies do not read.
@Suite(.timed, .timeLimit(.minutes(5)))
struct PluginOverlayTests {
    private static func module(_ seed: UInt8) -> [UInt8] { SampleModule.preamble + [seed] }

    private static func file(_ name: String, _ seed: UInt8 = 1) -> [UInt8] { Tar.entry(name, module(seed)) }

    private static func mark(_ name: String) -> [UInt8] { Tar.entry(name) }

    /// Layers without end markers, lowest first, and the extracted module; `nil` for a failure.
    private static let overlays: [(layers: [[UInt8]], found: UInt8?, why: String)] = [
        ([file("plugin.wasm", 1), mark("other")], 1, "in the lower of two layers"),
        ([file("plugin.wasm", 1), file("plugin.wasm", 2), mark("x")], 2, "the higher of two lower ones"),
        ([file("a/plugin.wasm", 1) + file("plugin.wasm", 2), mark("x")], 1, "the first in its layer"),
        ([file("plugin.wasm", 1), file("other.wasm", 2)], 1, "the name has priority over the layer"),
        ([file("other.wasm", 2)], 2, "the only module, with another name"),
        ([file("other.wasm", 2), mark("x")], 2, "the same in a lower layer"),
        ([file("a.wasm", 1) + file("b.wasm", 2)], nil, "the choice among two modules is ambiguous"),
        ([file("a.wasm", 1), file("b.wasm", 2)], nil, "nor in two layers"),
        ([file("a.wasm", 1) + file("b.wasm", 2), mark(".wh.a.wasm")], 2, "one of two was removed"),
        ([file("a.wasm", 1), file("a.wasm", 2)], 2, "one file, written twice"),
        ([file("plugin.wasm", 1), mark(".wh.plugin.wasm")], nil, "it was removed"),
        ([file("plugin.wasm", 1), mark("./.wh.plugin.wasm")], nil, "it was removed, named with ./"),
        ([file("./a//plugin.wasm", 1), mark("a/.wh.plugin.wasm")], nil, "names are compared part by part"),
        ([file("a/plugin.wasm", 1), mark(".wh.plugin.wasm")], 1, "another file was removed"),
        ([file("a/plugin.wasm", 1), mark(".wh.a")], nil, "its folder was removed"),
        ([file("ab/plugin.wasm", 1), mark(".wh.a")], 1, "a folder of a similar name was"),
        ([file("a/b/plugin.wasm", 1), mark("a/.wh..wh..opq")], nil, "its folder was emptied"),
        ([file("plugin.wasm", 1), mark(".wh..wh..opq")], nil, "everything was"),
        ([file("b/plugin.wasm", 1), mark("a/.wh..wh..opq")], 1, "another folder was"),
        (
            [mark(".wh.plugin.wasm") + file("x.wasm", 2), file("a/plugin.wasm", 1), mark("y")], 1,
            "a whiteout hides nothing above it"
        ),
        (
            [mark(".wh.a.wasm") + file("a.wasm", 1)], 1, "nor in its own layer"
        ),
        ([file("a.wasm", 1) + mark(".wh.a.wasm")], 1, "nor what stands before it there"),
        (
            [file("plugin.wasm", 1), mark(".wh.plugin.wasm"), mark("x")], nil, "it was removed in between"
        ),
        (
            [file("plugin.wasm", 1), Tar.entry("plugin.wasm", type: "2", link: "/etc/passwd")], nil,
            "a link replaces it"
        ),
        ([file("a/plugin.wasm", 1), Tar.entry("a", [1])], nil, "a file replaces its folder"),
        ([file("a/plugin.wasm", 1), Tar.entry("a/", type: "5")], 1, "the same folder hides nothing"),
        ([file(".wh.plugin.wasm", 1)], nil, "a whiteout is not a module"),
    ]

    @Test("finds a module below the last layer unless it is hidden", arguments: overlays.indices)
    func overlay(row: Int) async throws {
        let (layers, found, why) = Self.overlays[row]
        let image = MadeImage(tars: layers.map { $0 + Tar.end })
        guard let found else {
            let failure = await #expect(throws: Failure.self, "\(why)") { try await image.extracted() }
            #expect(failure?.code == .pluginMissing, "\(why)")
            #expect(failure?.why?.contains("Istio would say \"plugin.wasm not found") == true, "\(why)")
            return
        }
        let (plugin, bytes) = try await image.extracted()
        #expect(bytes == Self.module(found), "\(why)")
        #expect(
            plugin.warnings.contains {
                $0.contains("Istio would say \"plugin.wasm not found in the archive\"")
            },
            "\(why): \(plugin.warnings)"
        )
    }

    @Test func `the warning names the layer of the module`() async throws {
        let lower = MadeImage(tars: [Self.file("a/plugin.wasm") + Tar.end, Tar.end])
        #expect(
            try await lower.extracted().plugin.warnings.last
                == "a/plugin.wasm is in layer 1 of 2, not in the last layer; "
                + "Istio would say \"plugin.wasm not found in the archive\""
        )
        let other = MadeImage(Self.file("filter.wasm") + Tar.end)
        #expect(
            try await other.extracted().plugin.warnings.last?.hasPrefix("the module is named filter.wasm")
                == true
        )
    }

    @Test func `rejects a lower layer with another diffID than in the config`() async throws {
        let image = MadeImage(tars: [Self.file("plugin.wasm") + Tar.end, Tar.end])
            .changed { $0.diffIDs?[0] = Digest(of: [1]) }
        let failure = await #expect(throws: Failure.self) { try await image.extracted() }
        #expect(failure?.code == .digestMismatch)
    }

    @Test func `does not search layers of other types and foreign layers`() async throws {
        let text = Blob(Array("no tar".utf8), mediaType: MediaType("text/plain"))
        let image = MadeImage(tars: [Self.file("filter.wasm") + Tar.end, Tar.end]).changed {
            $0.layers.insert(text, at: 1)
            $0.configType = MediaType("application/vnd.oci.empty.v1+json")
        }
        #expect(try await image.extracted().bytes == Self.module(1))
    }

    @Test func `searches at most 1 GiB of layers`() async throws {
        // Each layer has 8 KB and unpacks to 255 MiB of zeros, a tar without entries.
        let bomb = Blob(
            Zstd.bomb(0, blocks: 2040),
            mediaType: MediaType("application/vnd.oci.image.layer.v1.tar+zstd")
        )
        let hidden = MadeImage(Self.file("plugin.wasm") + Tar.end)
        for (count, isFound) in [(2, true), (5, false)] {
            let image = hidden.changed {
                $0.layers += (0..<count).map { _ in bomb }
                $0.configType = MediaType("application/vnd.oci.empty.v1+json")
            }
            if isFound {
                #expect(try await image.extracted().bytes == Self.module(1))
            } else {
                let failure = await #expect(throws: Failure.self) { try await image.extracted() }
                #expect(failure?.why?.contains("stopped after 1 GiB") == true)
            }
        }
    }

    @Test func `does not fetch a lower layer that unpacks to more than the limit`()
        async throws
    {
        let store = InMemoryStore()
        let root = try await MadeImage(tars: [Self.mark("x") + Tar.end]).stored(in: store)
        let image = try await ImageChoice(of: root, in: store).manifest
        let large = Descriptor(
            mediaType: .layerTarGzip,
            digest: Digest(of: [1] as [UInt8]),
            size: LayerReader.sizeLimit + 1
        )
        let manifest = Manifest(
            mediaType: .imageManifest,
            config: image.config,
            layers: [large] + image.layers
        )
        let outcome = await PluginExtractor(store).search(manifest, config: nil)
        let failure = #expect(throws: Failure.self) { try outcome.plugin.get() }
        #expect(failure?.code == .pluginMissing)
        #expect(outcome.layers[0].contents == nil)
    }
}
