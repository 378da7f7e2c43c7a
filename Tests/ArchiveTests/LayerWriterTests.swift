import Archive
import Diagnostics
import OCI
import SystemPackage
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5)))
struct LayerWriterTests {
    private static let block = 128 * 1024
    /// The size of the tar header, in bytes.
    private static let header = 512

    private func layer(
        of module: [UInt8],
        level: Int = 1,
        time: Int64 = 0,
        processorCount: Int = 2,
        pieceSize: Int = .max
    ) async throws -> (bytes: [UInt8], diffID: Digest) {
        var bytes: [UInt8] = []
        let contents = try await LayerWriter(
            compressionLevel: level,
            time: time,
            processorCount: processorCount
        )
        .write(ArraySource(module, pieceSize: pieceSize), named: "plugin.wasm", size: module.count) { piece in
            bytes += piece
        }
        return (bytes, try #require(contents.diffID))
    }

    @Test func `the smallest module has a fixed diffID`() async throws {
        let module = try Fixtures.bytes("wasm/tiny/abi-0.2.1.wasm")
        #expect(module.count == 37)
        let (bytes, diffID) = try await layer(of: module, level: LayerWriter.defaultCompressionLevel)
        #expect(
            diffID.description == "sha256:1b54002b20112d0ff56d67c6733e1f06ba1550ddc391299367d6330368feddf5"
        )
        let tar = try everything(in: GzipReader(ArraySource(bytes)))
        #expect(tar.count == 2048)
        #expect(Digest(of: tar) == diffID)
    }

    @Test func `the gzip header is reproducible`() async throws {
        let (bytes, _) = try await layer(of: [1, 2, 3], time: 1_700_000_000)
        #expect(bytes.prefix(10) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF])
    }

    /// Sizes for which the tar (header, module, padding, end) ends near a block boundary.
    static let sizes: [(size: Int, why: String)] = [
        (0, "nothing"),
        (1, "one byte"),
        (512, "no padding"),
        (block - header - 1024 - 512, "the tar is one block less 512"),
        (block - header - 1024 - 1, "one byte of padding"),
        (block - header - 1024, "the tar is exactly one block"),
        (block - header - 1023, "one byte more: the tar has a second block"),
        (block - header, "the end marker is the second block"),
        (block - 1, "the module is a block less one"),
        (block, "the module is a block"),
        (block + 1, "the module is a block and one"),
        (2 * block - header - 1024, "two blocks exactly"),
        (5 * block - header - 1024, "five blocks exactly"),
        (11 * block + 77, "more blocks than are ever in flight"),
    ]

    @Test(
        "the bytes do not depend on the number of processors and the size of reads",
        arguments: sizes
    )
    func sameBytes(size: Int, why: String) async throws {
        let module = size < 14 ? [UInt8](repeating: 7, count: size) : SampleModule.bytes(size: size)
        let first = try await layer(of: module, processorCount: 1)
        for processorCount in [2, 3, 8] {
            let other = try await layer(of: module, processorCount: processorCount, pieceSize: 40_961)
            #expect(other.bytes == first.bytes, "\(why), \(processorCount) processors")
            #expect(other.diffID == first.diffID, "\(why), \(processorCount) processors")
        }
        var content: [UInt8] = []
        var contents = LayerReader.Contents()
        try LayerReader.read(
            ArraySource(first.bytes),
            into: &contents,
            extracting: .named("plugin.wasm"),
            write: { piece in content += piece }
        )
        #expect(contents.compression == .gzip, "\(why)")
        #expect(contents.diffID == first.diffID, "\(why)")
        #expect(content == module, "\(why)")
        #expect(contents.unpackedSize % 512 == 0, "\(why)")
    }

    @Test func `writes the same 20 MB with any number of processors`() async throws {
        let module = SampleModule.bytes(size: 20_000_000)
        let first = try await layer(of: module, processorCount: 1)
        #expect(first.bytes.count < module.count * 3 / 4, "it compresses as code does")
        for processorCount in [2, 3, 8] {
            #expect(try await layer(of: module, processorCount: processorCount) == first)
        }
    }

    @Test func `another compression level gives other bytes with the same diffID`() async throws {
        let module = SampleModule.bytes(size: 500_000)
        var seen: Set<Digest> = []
        var diffIDs: Set<Digest> = []
        for level in [1, 5, 9] {
            let (bytes, diffID) = try await layer(of: module, level: level)
            seen.insert(Digest(of: bytes))
            diffIDs.insert(diffID)
        }
        #expect(seen.count == 3)
        #expect(diffIDs.count == 1)
    }

    @Test func `writes the time to the tar, up to ustar's latest`() async throws {
        let latest: Int64 = 0o77777777777
        let early = try await layer(of: [1])
        let late = try await layer(of: [1], time: latest)
        #expect(early.diffID != late.diffID)
        let tar = try everything(in: GzipReader(ArraySource(late.bytes)))
        #expect(tar[136..<147].elementsEqual("77777777777".utf8))
    }

    @Test func `gzip, Python and GNU tar read the layer, which is one member`() async throws {
        let module = SampleModule.bytes(size: 3 * Self.block + 5)
        let scratch = try ScratchDirectory()
        let file = try scratch.write(await layer(of: module).bytes, to: "layer.tar.gz").string
        #expect(try Tool.run("gzip", ["-t", file]).status == 0)
        let listed = try Tool.run("tar", ["--numeric-owner", "--utc", "-tvzf", file])
        #expect(listed.status == 0)
        #expect(listed.errors.isEmpty)
        #expect(listed.output.hasPrefix("-rw-r--r-- 0/0 "))
        #expect(listed.output.hasSuffix(" 1970-01-01 00:00 plugin.wasm\n"))
        let python = try Tool.run(
            Python.path,
            [
                "-c",
                """
                import gzip, hashlib, sys, tarfile, zlib
                raw = open(sys.argv[1], 'rb').read()
                one = zlib.decompressobj(31)
                assert one.decompress(raw) == gzip.decompress(raw)
                assert one.eof and not one.unused_data, 'more than one member'
                tar = tarfile.open(sys.argv[1])
                entry, = tar.getmembers()
                assert (entry.name, entry.mode, entry.uid, entry.gid, entry.mtime, entry.uname, entry.gname) \
                    == ('plugin.wasm', 0o644, 0, 0, 0, '', ''), entry.get_info()
                print('sha256:' + hashlib.sha256(tar.extractfile(entry).read()).hexdigest(), end='')
                """, file,
            ]
        )
        #expect(python.errors.isEmpty)
        #expect(python.output == Digest(of: module).description)
    }

    static let changed: [(announced: Int, there: Int, phrase: String, why: String)] = [
        (100, 99, "fewer", "one byte is gone"),
        (100, 0, "fewer", "it was emptied"),
        (100, 101, "more", "one byte came"),
        (0, 1, "more", "it was empty"),
        (400_000, 262_144, "fewer", "it ends with a block"),
        (262_144, 262_145, "more", "it goes on after a block"),
    ]

    @Test("rejects a file whose size changes", arguments: changed)
    func changing(announced: Int, there: Int, phrase: String, why: String) async {
        let failure = await #expect(throws: Failure.self, "\(why)") {
            _ = try await LayerWriter(time: 0, processorCount: 2).write(
                ArraySource([UInt8](repeating: 1, count: there)),
                named: "plugin.wasm",
                size: announced
            ) { _ in }
        }
        #expect(failure?.code == .fileUnreadable, "\(why)")
        #expect(failure?.why?.contains(phrase) == true, "\(why): \(failure?.why ?? "")")
    }

    @Test func `stops with the error of the sink`() async {
        let source = ArraySource(SampleModule.noise(size: 100 * Self.block))
        let failure = await #expect(throws: Failure.self) {
            _ = try await LayerWriter(compressionLevel: 1, time: 0, processorCount: 2).write(
                source,
                named: "plugin.wasm",
                size: 100 * Self.block
            ) { piece throws(Failure) in
                if piece.count > 10 { throw Failure(.diskFull, "no space") }
            }
        }
        #expect(failure?.code == .diskFull)
        #expect(source.given < 20 * Self.block)
    }

    @Test func `a canceled task stops reading`() async {
        let work = Task { () -> (Failure.Code?, Int) in
            let source = ArraySource(SampleModule.noise(size: 100 * Self.block)) { given in
                if given > 10 * Self.block { withUnsafeCurrentTask { $0?.cancel() } }
            }
            do throws(Failure) {
                _ = try await LayerWriter(compressionLevel: 1, time: 0, processorCount: 2).write(
                    source,
                    named: "plugin.wasm",
                    size: 100 * Self.block
                ) { _ in }
                return (nil, source.given)
            } catch {
                return (error.code, source.given)
            }
        }
        let (code, given) = await work.value
        #expect(code == .interrupted)
        #expect(given < 20 * Self.block)
    }

    @Test(
        "limits unwritten blocks by the number of processors, not by the file's size",
        arguments: [1, 2, 4]
    )
    func bound(processorCount: Int) async throws {
        // Noise is incompressible, so the bytes written show the bytes read.
        let module = SampleModule.noise(size: 100 * Self.block)
        let source = ArraySource(module)
        var written = 0
        var most = 0
        _ = try await LayerWriter(compressionLevel: 1, time: 0, processorCount: processorCount).write(
            source,
            named: "plugin.wasm",
            size: module.count
        ) { piece in
            most = max(most, source.given - written)
            written += piece.count
        }
        #expect(written > module.count)
        // Two blocks per processor, the next one, and one more to detect the last block.
        #expect(most <= (processorCount * 2 + 3) * Self.block)
    }
}
