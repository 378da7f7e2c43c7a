import Diagnostics
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Storage

/// Archives without a layout, as `docker save`, skopeo and go-containerregistry write them.
@Suite(.timed, .timeLimit(.minutes(5)))
struct DockerArchiveTests {
    private let scratch: ScratchDirectory
    private static let tar = Tar.entry("plugin.wasm", SampleModule.preamble) + Tar.end
    private static let other = Tar.entry("plugin.wasm", SampleModule.bytes(size: 200)) + Tar.end

    init() throws { scratch = try ScratchDirectory() }

    private func opened(_ bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()) throws -> ImageArchive {
        let folder = try scratch.write([], to: "unpacked-\(UInt64.random(in: 0 ... .max))/x")
        return try ImageArchive(
            opening: scratch.write(bytes, to: "x.tar"),
            unpackingIn: folder.removingLastComponent(),
            limits: limits
        )
    }

    private static func config(_ tars: [[UInt8]]) -> [UInt8] {
        let diffIDs = tars.map { "\"\(Digest(of: $0))\"" }.joined(separator: ",")
        return Array(#"{"os":"linux","rootfs":{"type":"layers","diff_ids":[\#(diffIDs)]}}"#.utf8)
    }

    private static func list(
        _ config: String,
        _ layers: [String],
        names: String = #"["r.example/team/plugin:v1"]"#
    ) -> [UInt8] {
        let layers = layers.map { "\"\($0)\"" }.joined(separator: ",")
        return Array(#"[{"Config":"\#(config)","RepoTags":\#(names),"Layers":[\#(layers)]}]"#.utf8)
    }

    private static let hex = Digest(of: tar).encoded
    private static let configName = Digest(of: config([tar])).encoded

    static let shapes: [(entries: [UInt8], layer: MediaType, why: String)] = [
        (
            Tar.entry("\(configName).json", config([tar])) + Tar.entry("\(hex).tar", tar)
                + Tar.entry("manifest.json", list("\(configName).json", ["\(hex).tar"])),
            .dockerLayerTar, "three files, the list last"
        ),
        (
            Tar.entry("manifest.json", list("\(configName).json", ["\(hex)/layer.tar"]))
                + Tar.entry("\(configName).json", config([tar])) + Tar.entry("\(hex).tar", tar)
                + Tar.entry("\(hex)/", type: "5") + Tar.entry("\(hex)/VERSION", Array("1.0".utf8))
                + Tar.entry("\(hex)/layer.tar", type: "2", link: "../\(hex).tar")
                + Tar.entry("repositories", Array("{}".utf8)),
            .dockerLayerTar, "skopeo's links, the list first"
        ),
        (
            Tar.entry("sha256:\(configName)", config([tar])) + Tar.entry("abc.tar.gz", Gzip.stored(tar))
                + Tar.entry("manifest.json", list("sha256:\(configName)", ["abc.tar.gz"])),
            .dockerLayerTarGzip, "go-containerregistry's packed layers"
        ),
        (
            Tar.entry("./config", config([tar])) + Tar.entry("./layer", tar)
                + Tar.entry("./manifest.json", list("config", ["./layer"])),
            .dockerLayerTar, "packed again by tar, under other names"
        ),
        (
            Tar.entry("blobs/sha256/\(configName)", config([tar])) + Tar.entry("blobs/sha256/\(hex)", tar)
                + Tar.entry(
                    "manifest.json",
                    list("blobs/sha256/\(configName)", ["blobs/sha256/\(hex)"])
                ),
            .dockerLayerTar, "blobs of a layout without its marker"
        ),
    ]

    @Test("makes a manifest with Docker's types for an existing image", arguments: shapes)
    func made(entries: [UInt8], layer: MediaType, why: String) async throws {
        let archive = try opened(entries + Tar.end)
        let root = try await archive.resolve(.named("r.example/team/plugin:v1"))
        #expect(root.mediaType == .dockerManifest, "\(why)")
        let bytes = try await archive.fetch(root).bytes(limit: .max)
        let blob = layer == .dockerLayerTar ? Self.tar : Gzip.stored(Self.tar)
        let expected = Manifest(
            mediaType: .dockerManifest,
            config: Blob(Self.config([Self.tar]), mediaType: .dockerImageConfig).descriptor,
            layers: [Blob(blob, mediaType: layer).descriptor]
        )
        #expect(try bytes == CanonicalJSON.encode(expected), "\(why)")
        #expect(try await Verification(of: root, in: archive).findings.isEmpty, "\(why)")
        #expect(
            try archive.entry(.only).annotations == EntryName(.named("r.example/team/plugin:v1")).annotations
        )
    }

    @Test func `keeps all valid names of an image and ignores invalid ones`()
        async throws
    {
        func names(_ text: String) throws -> [String?] {
            let parts = Tar.entry("c", Self.config([Self.tar])) + Tar.entry("l", Self.tar)
            return try opened(
                parts + Tar.entry("manifest.json", Self.list("c", ["l"], names: text)) + Tar.end
            )
            .index.manifests.map(\.fullName)
        }
        #expect(
            try names(#"["plugin:v1","r.example/a/b:v2"]"#) == [
                "docker.io/library/plugin:v1", "r.example/a/b:v2",
            ]
        )
        #expect(try names("null") == [nil])
        #expect(try names("[]") == [nil])
        #expect(try names(#"["Not A Name"]"#) == [nil])
    }

    @Test func `finds each of several images by its name`() async throws {
        let entries =
            Tar.entry("c1", Self.config([Self.tar])) + Tar.entry("c2", Self.config([Self.tar, Self.other]))
            + Tar.entry("l1", Self.tar) + Tar.entry("l2", Gzip.stored(Self.other))
            + Tar.entry(
                "manifest.json",
                Array(
                    #"[{"Config":"c1","RepoTags":["r.example/a:v1"],"Layers":["l1"]},{"Config":"c2","RepoTags":["r.example/a:v2"],"Layers":["l1","l2"]}]"#
                        .utf8
                )
            )
        let archive = try opened(entries + Tar.end)
        for (name, count) in [("r.example/a:v1", 1), ("r.example/a:v2", 2)] {
            let root = try await archive.resolve(.named(name))
            let verification = try await Verification(of: root, in: archive)
            #expect(verification.findings.isEmpty && verification.verifiedDiffIDs == count)
        }
    }

    static let damaged: [(entries: [UInt8], phrase: String, why: String)] = [
        (
            Tar.entry("c", config([other])) + Tar.entry("l", tar)
                + Tar.entry("manifest.json", list("c", ["l"])),
            "does not match its diffID", "another layer than the config's"
        ),
        (
            Tar.entry("c", config([other])) + Tar.entry("l", Gzip.stored(tar))
                + Tar.entry("manifest.json", list("c", ["l"])),
            "does not match its diffID", "the same, packed"
        ),
        (
            Tar.entry("c", config([tar])) + Tar.entry("l", Array(Gzip.stored(tar).dropLast(3)))
                + Tar.entry("manifest.json", list("c", ["l"])),
            "is damaged: l", "gzip that ends too early"
        ),
        (
            Tar.entry("\(hex).json", config([tar])) + Tar.entry("l", tar)
                + Tar.entry("manifest.json", list("\(hex).json", ["l"])),
            "does not match the digest in its name", "a config under another's digest"
        ),
        (
            Tar.entry("c", config([tar])) + Tar.entry("l", tar)
                + Tar.entry("manifest.json", list("c", ["l", "l"])),
            "1 diffIDs for 2 layers", "more layers than diffIDs"
        ),
        (
            Tar.entry("c", Array("{}".utf8)) + Tar.entry("l", tar)
                + Tar.entry("manifest.json", list("c", ["l"])),
            "0 diffIDs for 1 layers", "a config without any"
        ),
        (
            Tar.entry("c", Array("rubbish".utf8)) + Tar.entry("manifest.json", list("c", [])),
            "image config in", "a config that is not JSON"
        ),
        (
            Tar.entry("manifest.json", list("c", ["l"])), "names c, which the archive does not contain",
            "all parts missing"
        ),
        (
            Tar.entry("c", config([tar])) + Tar.entry("manifest.json", list("c", ["../../etc/passwd"])),
            "which the archive does not contain", "a name that leads out"
        ),
        (
            Tar.entry("c", config([tar])) + Tar.entry("etc/passwd", tar)
                + Tar.entry("l", type: "2", link: "../../../etc/passwd")
                + Tar.entry("manifest.json", list("c", ["l"])),
            "which the archive does not contain", "a link that leads out"
        ),
        (
            Tar.entry("c", config([tar])) + Tar.entry("etc/l", tar)
                + Tar.entry("l", type: "2", link: "/etc/l") + Tar.entry("manifest.json", list("c", ["l"])),
            "which the archive does not contain", "a link to a system path"
        ),
        (
            Tar.entry("c", config([tar])) + Tar.entry("a", type: "2", link: "b")
                + Tar.entry("b", type: "2", link: "a") + Tar.entry("manifest.json", list("c", ["a"])),
            "which the archive does not contain", "circular links"
        ),
        (
            Tar.entry("c", config([tar])) + Tar.entry("l", tar) + Tar.entry("x", type: "1", link: "l")
                + Tar.entry("manifest.json", list("c", ["l"])),
            "hard link", "a hard link"
        ),
        (
            Tar.entry("l", tar) + Tar.entry("l", other) + Tar.entry("c", config([other]))
                + Tar.entry("manifest.json", list("c", ["l"])),
            "twice", "a duplicate file"
        ),
        (
            Tar.entry("l", tar) + Tar.entry("./l", type: "2", link: "c")
                + Tar.entry("manifest.json", list("c", ["l"])),
            "twice", "a file and a link with one name"
        ),
        (
            Tar.entry("manifest.json", list("c", ["l"])) + Tar.entry("manifest.json", list("c", ["m"])),
            "twice", "two lists"
        ),
        (Tar.entry("manifest.json", Array(#"[{"Config":"c"}]"#.utf8)), "manifest.json in", "no layers named"),
        (
            Tar.entry("manifest.json", list("\\u001b[2J", [])), "\\u{1b}[2J",
            "a name with terminal control characters"
        ),
    ]

    @Test("rejects a damaged or hostile archive and names the entry", arguments: damaged)
    func rejected(entries: [UInt8], phrase: String, why: String) throws {
        let failure = #expect(throws: Failure.self, "\(why)") { try opened(entries + Tar.end) }
        #expect(failure?.code == .archiveInvalid, "\(why): \(failure?.description ?? "")")
        #expect(failure?.description.contains(phrase) == true, "\(why): \(failure?.description ?? "")")
    }

    @Test func `limits the total unpacked size of all layers`() throws {
        let entries =
            Tar.entry("c", Self.config([Self.tar, Self.other])) + Tar.entry("a", Gzip.stored(Self.tar))
            + Tar.entry("b", Gzip.stored(Self.other))
            + Tar.entry("manifest.json", Self.list("c", ["a", "b"]))
        let size = Self.tar.count + Self.other.count
        // The archive itself is larger than each tar.
        let stored = entries.count
        #expect(stored > size)
        _ = try opened(entries + Tar.end, limits: ArchiveLimits(bytes: stored))
        let bombs = try (1...3).map { seed in try packed([UInt8](repeating: UInt8(seed), count: 400_000)) }
        let names = ["a", "b", "d"]
        let parts = zip(names, bombs).flatMap { Tar.entry($0, $1.packed) }
        let archive =
            Tar.entry("c", Self.config(bombs.map(\.tar))) + parts
            + Tar.entry("manifest.json", Self.list("c", names)) + Tar.end
        _ = try opened(archive, limits: ArchiveLimits(bytes: 1_300_000))
        let failure = #expect(throws: Failure.self) {
            try opened(archive, limits: ArchiveLimits(bytes: 900_000))
        }
        #expect(failure?.why?.contains("unpack to more than 900000 bytes") == true)
    }

    /// Makes a layer that is much smaller than its unpacked content.
    private func packed(_ content: [UInt8]) throws -> (tar: [UInt8], packed: [UInt8]) {
        let tar = Tar.entry("plugin.wasm", content) + Tar.end
        let file = try scratch.write(tar, to: "bomb")
        #expect(try Tool.run("gzip", ["-nf", file.string]).status == 0)
        return (tar, try contents(of: scratch.appending("bomb.gz")))
    }

    @Test func `a truncated or altered archive is rejected or gives the same image`()
        async throws
    {
        let whole = Self.shapes[1].entries + Tar.end
        let expected = try await opened(whole).resolve(.only)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            var bytes = whole
            bytes[random.next(below: bytes.count)] ^= UInt8(1 << random.next(below: 8))
            if random.next(below: 4) == 0 { bytes.removeLast(random.next(below: bytes.count)) }
            guard let archive = try? opened(bytes), let root = try? await archive.resolve(.only) else {
                continue
            }
            #expect(root == expected)
        }
    }
}
