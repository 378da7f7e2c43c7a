import Archive
import Diagnostics
import OCI
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5)))
struct LayerReaderTests {
    private func read(
        _ bytes: [UInt8],
        extracting wanted: LayerReader.Selection = .named("plugin.wasm")
    ) throws(Failure) -> (contents: LayerReader.Contents, file: [UInt8]) {
        var file: [UInt8] = []
        var contents = LayerReader.Contents()
        try LayerReader.read(
            ArraySource(bytes),
            into: &contents,
            extracting: wanted,
            write: { piece in file += piece }
        )
        return (contents, file)
    }

    private func packed(_ bytes: [UInt8], _ compression: LayerReader.Compression) -> [UInt8] {
        switch compression {
        case .none: bytes
        case .gzip: Gzip.stored(bytes)
        case .zstd: Zstd.stored(bytes)
        }
    }

    static let found: [(tar: [UInt8], file: [UInt8], matches: Int, why: String)] = [
        (Tar.entry("plugin.wasm", [1]) + Tar.end, [1], 1, "the ordinary one"),
        (Tar.entry("./plugin.wasm", [1]) + Tar.end, [1], 1, "with ./"),
        (Tar.entry("a/b/plugin.wasm", [1]) + Tar.end, [1], 1, "within folders"),
        (Tar.entry("x", [9]) + Tar.entry("plugin.wasm", [1]) + Tar.end, [1], 1, "after another file"),
        (
            Tar.entry("a/plugin.wasm", [1]) + Tar.entry("plugin.wasm", [2]) + Tar.end, [1], 2,
            "the first of two, as proxies take it"
        ),
        (
            Tar.entry("plugin.wasm", type: "2", link: "x") + Tar.entry("plugin.wasm", [2]) + Tar.end, [2], 1,
            "a link does not count"
        ),
        (Tar.entry("plugin.wasm", [1], isPadded: false), [1], 1, "without padding and end"),
        (Tar.entry("plugin.wasm") + Tar.end, [], 1, "an empty one"),
        (Tar.entry("Plugin.wasm", [1]) + Tar.end, [], 0, "another name"),
        (Tar.entry("xplugin.wasm", [1]) + Tar.end, [], 0, "a name that only ends so"),
        (Tar.entry("plugin.wasm/x", [1]) + Tar.end, [], 0, "a file in a folder of that name"),
        ([], [], 0, "nothing at all"),
    ]

    @Test("limits the bytes of all names in a layer", arguments: ["a", "a/", "/"])
    func longNames(piece: String) throws {
        let name = "x" + String(repeating: piece, count: 900_000 / piece.count)
        let long = Tar.pax("path", name) + Tar.entry("x")
        let plugin = Tar.entry("plugin.wasm", [1])
        #expect(try read(long + plugin + Tar.end).file == [1])
        var many = plugin
        for _ in 0..<80 { many += long }
        let failure = #expect(throws: Failure.self) { try read(many) }
        #expect(failure?.code == .layerInvalid)
        #expect(failure?.message.contains("names") == true)
    }

    static let baseNames: [(name: String, last: String)] = [
        ("a", "a"), ("a/b", "b"), ("a/b/", "b"), ("a/b//", "b"), ("/", ""), ("./x", "x"), ("//x", "x"),
    ]

    @Test("finds the last component of a name", arguments: baseNames)
    func baseName(name: String, last: String) throws {
        var names: [String] = []
        var contents = LayerReader.Contents()
        let tar = Tar.entry(name) + Tar.end
        try LayerReader.read(
            ArraySource(tar),
            into: &contents,
            visit: { entry, _ in names.append(String(entry.baseName)) }
        )
        #expect(names == [last])
    }

    @Test("extracts the first regular file with the name", arguments: found)
    func reading(tar: [UInt8], file: [UInt8], matches: Int, why: String) throws {
        for compression in LayerReader.Compression.allCases where compression != .zstd || !tar.isEmpty {
            let (contents, bytes) = try read(packed(tar, compression))
            #expect(contents.compression == (tar.isEmpty ? contents.compression : compression), "\(why)")
            #expect(contents.content == .tar, "\(why)")
            #expect(bytes == file, "\(why)")
            #expect(contents.matches.count == matches, "\(why)")
            #expect(contents.diffID == Digest(of: tar), "\(why)")
            #expect(contents.unpackedSize == tar.count, "\(why)")
        }
    }

    @Test func `the diffID covers all bytes, including those after the end marker`() throws {
        let tar = Tar.entry("plugin.wasm", [1]) + Tar.end + SampleModule.noise(size: 200_000)
        #expect(try read(tar).contents.diffID == Digest(of: tar))
    }

    @Test func `rejects a truncated file`() {
        let cut = Array(Tar.entry("plugin.wasm", SampleModule.noise(size: 3_000)).prefix(2_000))
        let failure = #expect(throws: Failure.self) { try read(cut) }
        #expect(failure?.code == .layerInvalid)
    }

    @Test func `rejects bytes after the gzip stream even if the file was found`() {
        let layer = Gzip.stored(Tar.entry("plugin.wasm", [1]) + Tar.end) + [0]
        let failure = #expect(throws: Failure.self) { try read(layer) }
        #expect(failure?.code == .layerInvalid)
    }

    @Test func `keeps only the first of hundreds of thousands of entries`() throws {
        let tar = (0..<20_000).flatMap { _ in Tar.entry("plugin.wasm") } + Tar.end
        let contents = try read(tar).contents
        #expect(contents.entryCount == 20_000)
        #expect(contents.entries.count == 100)
        #expect(contents.matches.count == 100)
    }

    @Test func `does not keep a name of half a megabyte`() throws {
        let long = String(repeating: "n", count: 500_000)
        let tar = Tar.pax("path", long) + Tar.entry("x", [1]) + Tar.entry("plugin.wasm", [1]) + Tar.end
        let contents = try read(tar).contents
        #expect(contents.entryCount == 2)
        #expect(contents.entries.map(\.name) == ["plugin.wasm"])
    }

    @Test("reads a tar of 256 MiB and rejects one byte more", arguments: [0, 1])
    func limit(excess: Int) async throws {
        // Only zeros: an end marker and the bytes after it.
        let size = LayerReader.tarLimit + excess
        let failure: Failure?
        do throws(Failure) {
            var contents = LayerReader.Contents()
            try LayerReader.read(ZeroSource(count: size), into: &contents)
            #expect(contents.unpackedSize == size)
            failure = nil
        } catch {
            failure = error
        }
        #expect(failure?.code == (excess == 0 ? nil : .layerInvalid))
    }

    @Test func `rejects a small zstd that unpacks to more than 256 MiB`() {
        let bomb = Zstd.bomb(0, blocks: 2049)
        #expect(bomb.count < 10_000)
        let failure = #expect(throws: Failure.self) { try read(bomb) }
        #expect(failure?.message.contains("more than 256 MiB") == true)
    }

    static let modules: [(layer: [UInt8], compression: LayerReader.Compression)] = [
        (SampleModule.preamble, .none), (Gzip.stored(SampleModule.preamble), .gzip),
        (Zstd.stored(SampleModule.preamble), .zstd),
    ]

    @Test("extracts a bare module completely", arguments: modules.indices)
    func bareModule(row: Int) throws {
        let (layer, compression) = Self.modules[row]
        for wanted in [LayerReader.Selection.named("plugin.wasm"), .entry(3), .none] {
            let (contents, file) = try read(layer, extracting: wanted)
            #expect(file == SampleModule.preamble)
            #expect(contents.content == .module)
            #expect(contents.compression == compression)
            #expect(contents.diffID == Digest(of: SampleModule.preamble))
        }
    }

    @Test func `extracts an entry by its index if it is a file`() throws {
        let tar =
            Tar.entry("a", [1]) + Tar.entry("b", type: "2", link: "a") + Tar.entry("c", [3]) + Tar.end
        #expect(try read(tar, extracting: .entry(0)).file == [1])
        #expect(try read(tar, extracting: .entry(1)).file == [])
        #expect(try read(tar, extracting: .entry(2)).file == [3])
        #expect(try read(tar, extracting: .entry(3)).file == [])
        #expect(try read(tar, extracting: .none).file == [])
    }

    @Test func `reports the first entry with the name even if it is not a file`() throws {
        let tar = Tar.entry("plugin.wasm", type: "2", link: "x") + Tar.entry("plugin.wasm", [1]) + Tar.end
        #expect(try read(tar).contents.firstNamed?.kind == .symbolicLink)
    }

    @Test func `keeps the contents from before the damage`() {
        let damaged = Gzip.stored(Tar.entry("a", [1]) + Tar.entry("plugin.wasm", [1])).dropLast(20)
        var contents = LayerReader.Contents()
        #expect(throws: Failure.self) {
            try LayerReader.read(ArraySource(Array(damaged)), into: &contents, extracting: .named("a"))
        }
        #expect(contents.compression == .gzip)
        #expect(contents.content == .tar)
        #expect(contents.entries.first?.name == "a")
        #expect(contents.diffID == nil)
        #expect(contents.unpackedSize > 0)
    }
}

/// Tests with 256 MiB of data.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct LayerReaderLongTests {
    @Test func `rejects a small gzip that unpacks to more than 256 MiB`() async throws {
        var layer: [UInt8] = []
        let size = LayerReader.tarLimit
        _ = try await LayerWriter(compressionLevel: 1, time: 0, processorCount: 2).write(
            ZeroSource(count: size),
            named: "plugin.wasm",
            size: size
        ) { piece in layer += piece }
        #expect(layer.count < 4 * 1024 * 1024)
        var given = 0
        let failure = #expect(throws: Failure.self) {
            var contents = LayerReader.Contents()
            try LayerReader.read(
                ArraySource(layer),
                into: &contents,
                extracting: .named("plugin.wasm"),
                write: { piece in given += piece.count }
            )
        }
        #expect(failure?.code == .layerInvalid)
        #expect(failure?.message.contains("more than 256 MiB") == true)
        #expect(given < size)
    }
}
