import Archive
import Diagnostics
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Storage

@Suite(.timed, .timeLimit(.minutes(5)))
struct ImageArchiveTests {
    private let scratch: ScratchDirectory
    private let image: SampleImage

    init() throws {
        scratch = try ScratchDirectory()
        image = try SampleImage("hello")
    }

    private func opened(_ bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()) throws -> ImageArchive {
        let folder = try scratch.write([], to: "unpacked-\(UInt64.random(in: 0 ... .max))/x")
        return try ImageArchive(
            opening: scratch.write(bytes, to: "x.tar"),
            unpackingIn: folder.removingLastComponent(),
            limits: limits
        )
    }

    /// The entries of an archive with the image, one by one.
    private func entries(_ image: SampleImage) throws -> [[UInt8]] {
        let root = image.manifest.descriptor.annotated(["org.opencontainers.image.ref.name": "v1"])
        return [
            Tar.entry("oci-layout", LayoutMarker.bytes),
            Tar.entry("index.json", try CanonicalJSON.encode(Index(manifests: [root]))),
        ] + (try image.blobs.map { Tar.entry($0.nameInArchive, try $0.bytes(limit: .max)) })
    }

    private func archive() throws -> [UInt8] { try entries(image).flatMap(\.self) + Tar.end }

    @Test func `reads back a written archive, unchanged and verified`() async throws {
        let name = try RefName.named("registry.example/team/auth:v1")
        let path = scratch.appending("out.tar")
        let output = try ImageArchiveOutput(at: path, naming: [EntryName(name)], unpackingIn: scratch.path)
        try await copy(name, from: image, to: output)
        let archive = try opened(contents(of: path))
        for asked in [name, .only, try .named("v1"), .digest(image.manifest.descriptor.digest)] {
            #expect(try await archive.resolve(asked) == image.manifest.descriptor, "\(asked)")
        }
        for blob in image.blobs {
            #expect(try await archive.fetch(blob.descriptor).bytes(limit: .max) == blob.bytes(limit: .max))
        }
        let failure = await #expect(throws: Failure.self) { try await archive.resolve(.named("v2")) }
        #expect(failure?.code == .notFound)
        #expect(failure?.why == "it has registry.example/team/auth:v1")
    }

    @Test func `writes the same bytes for the same image, in a fixed order and without machine data`()
        async throws
    {
        let name = try RefName.named("registry.example/team/auth:v1")
        var written: [[UInt8]] = []
        for (file, blobs) in [("a.tar", image.blobs), ("b.tar", image.blobs.reversed())] {
            let output = try ImageArchiveOutput(
                at: scratch.appending(file),
                naming: [EntryName(name)],
                unpackingIn: scratch.path
            )
            for blob in blobs { await output.push(blob) }
            try await output.tag(image.manifest, as: name)
            written.append(try contents(of: scratch.appending(file)))
        }
        #expect(written[0] == written[1])
        let reader = try TarReader(MemorySource(written[0]))
        var names: [String] = []
        while let entry = try reader.next() { names.append(entry.name) }
        #expect(
            names == ["oci-layout", "index.json", "manifest.json", "blobs/", "blobs/sha256/"]
                + image.blobs.map(\.nameInArchive).sorted()
        )
        #expect(
            Array(written[0][100..<148]) == Array("000644 \0000000 \0000000 \000000000036 00000000000 ".utf8)
        )
        #expect(written[0][265..<329].allSatisfy { $0 == 0 }, "no names of users and groups")
    }

    /// The tests' arguments are indices, because the report would print whole entries.
    static let ignored: [(entry: [UInt8], why: String)] = [
        (Tar.entry("./", type: "5"), "the folder itself"),
        (Tar.entry("blobs/sha256/", type: "5"), "a folder"),
        (Tar.entry("manifest.json", Array("[]".utf8)), "docker's list beside a complete layout"),
        (Tar.entry("blobs/sha256/not-a-digest", [1]), "a name that no digest has"),
        (Tar.entry("blobs/md5/d41d8cd98f00b204e9800998ecf8427e", []), "a digest that is not computed"),
        (Tar.entry("backup/index.json", [1]), "the index of another layout"),
        (Tar.entry("blobs/index.json", [1]), "a path that a layout does not have"),
    ]

    @Test("ignores entries that are not part of a layout", arguments: ignored.indices)
    func ignoredEntry(number: Int) async throws {
        let (entry, why) = Self.ignored[number]
        await #expect(throws: Never.self, "\(why)") {
            let archive = try opened(entry + archive())
            _ = try await archive.verify(archive.resolve(.only))
        }
    }

    @Test func `reads a layout packed with "tar -c ."`() async throws {
        let dotted =
            Tar.entry("./oci-layout", LayoutMarker.bytes)
            + Tar.entry(
                "./index.json",
                try CanonicalJSON.encode(Index(manifests: [image.manifest.descriptor]))
            )
        let blobs = try image.blobs.flatMap {
            Tar.entry("./\($0.nameInArchive)", try $0.bytes(limit: .max))
        }
        let archive = try opened(dotted + blobs + Tar.end)
        _ = try await archive.verify(archive.resolve(.only))
    }

    static let digest = String(repeating: "0", count: 64)
    static let hostile: [(entry: [UInt8], phrase: String, why: String)] = [
        (Tar.entry("index.json", type: "2", link: "/etc/passwd"), "symbolic link", "a link as the index"),
        (Tar.entry("blobs/sha256/\(digest)", type: "2", link: "/etc/passwd"), "symbolic link", "as a blob"),
        (Tar.entry("blobs", type: "2", link: "/tmp"), "symbolic link", "a link in place of a folder"),
        (Tar.entry("blobs/sha256/\(digest)", type: "1", link: "../x"), "hard link", "a hard link"),
        (Tar.entry("unknown", type: "1", link: "index.json"), "hard link", "a link under any name"),
        (Tar.entry("blobs/sha256/\(digest)", type: "3"), "special file", "a character device"),
        (Tar.entry("blobs/sha256/\(digest)", type: "4"), "special file", "a block device"),
        (Tar.entry("index.json", type: "6"), "special file", "a pipe"),
        (Tar.entry("../index.json", [1]), "\"..\"", "a way out"),
        (Tar.entry("blobs/sha256/../../../etc/passwd", [1]), "\"..\"", "a longer way out"),
        (Tar.entry("./../x", type: "5"), "\"..\"", "a folder outside"),
        (Tar.entry("/etc/cron.d/x", [1]), "\"/\"", "a system path"),
        (Tar.entry("index.json", Array("{}".utf8)), "twice", "a second index"),
        (Tar.entry("./oci-layout", LayoutMarker.bytes), "twice", "a second marker, spelled otherwise"),
        (
            Tar.entry("a\u{1B}[2Jb", type: "2", link: "c"), "a\\u{1b}[2Jb",
            "a name with terminal control characters"
        ),
    ]

    @Test("rejects hostile entries without writing outside the unpack folder", arguments: hostile.indices)
    func rejected(number: Int) throws {
        let (entry, phrase, why) = Self.hostile[number]
        let before = try tree(scratch.path)
        let failure = #expect(throws: Failure.self, "\(why)") {
            try opened(archive().dropLast(1024) + entry + Tar.end)
        }
        #expect(failure?.code == .archiveInvalid, "\(why)")
        #expect(failure?.description.contains(phrase) == true, "\(why): \(failure?.description ?? "")")
        #expect(failure?.description.contains("\u{1B}") == false)
        let new = try tree(scratch.path).filter { !before.contains($0) && $0 != "x.tar" }
        #expect(new.allSatisfy { $0.hasPrefix("unpacked-") }, "\(new)")
    }

    @Test func `rejects a duplicate blob, even with the same content`() throws {
        let layer = Tar.entry(image.layer.nameInArchive, try image.layer.bytes(limit: .max))
        let failure = #expect(throws: Failure.self) {
            try opened(archive().dropLast(1024) + layer + Tar.end)
        }
        #expect(failure?.why == "the archive contains it twice")
    }

    @Test func `rejects a sparse file`() throws {
        let sparse =
            Tar.pax("GNU.sparse.size", "1000000") + Tar.pax("GNU.sparse.map", "0,1")
            + Tar.entry("blobs/sha256/\(Self.digest)", [1])
        let other = Tar.entry(
            "PaxHeaders/x",
            Array("31 GNU.sparse.size=10000000000\n22 GNU.sparse.map=0,1\n".utf8),
            type: "x"
        )
        for hole in [sparse, other + Tar.entry("blobs/sha256/\(Self.digest)", [1])] {
            #expect(throws: Failure.self) { try opened(archive().dropLast(1024) + hole + Tar.end) }
        }
    }

    static let broken: [(first: [UInt8], phrase: String, why: String)] = [
        ([], "neither oci-layout nor manifest.json", "a tar of something else"),
        (Tar.entry("manifest.json", Array("{}".utf8)), "manifest.json in", "an object in place of a list"),
        (Tar.entry("oci-layout", LayoutMarker.bytes), "index.json is missing", "no index"),
        (
            Tar.entry("oci-layout", Array(#"{"imageLayoutVersion":"2.0.0"}"#.utf8)),
            "has the layout version \"2.0.0\"", "a future version"
        ),
        (Tar.entry("oci-layout", [UInt8](repeating: 0x20, count: 5000)), "limit is 4096", "a long marker"),
        (
            Tar.entry("index.json", [UInt8](repeating: 0x20, count: 4 * 1024 * 1024 + 1)),
            "limit is 4194304", "a long index"
        ),
        (
            Tar.entry("oci-layout", LayoutMarker.bytes) + Tar.entry("index.json", Array("[]".utf8)),
            "index.json in", "a list in place of an index"
        ),
        (
            Tar.entry("oci-layout", LayoutMarker.bytes)
                + Tar.entry("index.json", Array(#"{"schemaVersion":2,"manifests":[],"manifests":[]}"#.utf8)),
            "index.json in", "an index with two lists"
        ),
        (
            Tar.entry("blobs/sha256/\(digest)", [1]), "does not match the digest in its name",
            "a blob under another name"
        ),
    ]

    @Test("rejects an incomplete archive and names the missing part", arguments: broken.indices)
    func notWhole(number: Int) throws {
        let (first, phrase, why) = Self.broken[number]
        let failure = #expect(throws: Failure.self, "\(why)") { try opened(first + Tar.end) }
        #expect(failure?.code == .archiveInvalid, "\(why)")
        #expect(failure?.description.contains(phrase) == true, "\(why): \(failure?.description ?? "")")
    }

    @Test func `rejects random and empty files`() throws {
        for bytes in [
            [], [1, 2, 3], [UInt8](repeating: 0x41, count: 5000), [0x1F, 0x8B], [0x1F, 0x8B, 8, 0],
        ] {
            let failure = #expect(throws: Failure.self) { try opened(bytes) }
            #expect(failure?.code == .archiveInvalid, "\(bytes.count) bytes")
        }
    }

    @Test func `reports a part that is missing or has a different size when it is fetched`()
        async throws
    {
        let parts = try entries(image)
        let without = try opened(parts.dropLast(2).flatMap(\.self) + parts[4] + Tar.end)
        let missing = await #expect(throws: Failure.self) { try await without.verify(without.resolve(.only)) }
        #expect(missing?.code == .archiveInvalid)
        #expect(missing?.why?.contains("does not contain the layer \(image.layer.descriptor.digest)") == true)
        let whole = try opened(archive())
        let longer = Descriptor(mediaType: .layerTarGzip, digest: image.layer.descriptor.digest, size: 1)
        let contradiction = await #expect(throws: Failure.self) { try await whole.fetch(longer) }
        #expect(contradiction?.code == .archiveInvalid)
    }

    @Test func `reads a gzip archive and verifies its checksum`() async throws {
        let packed = Gzip.stored(try archive())
        let archive = try opened(packed)
        _ = try await archive.verify(archive.resolve(.only))
        var flipped = packed
        flipped[flipped.count - 6] ^= 1
        for bytes in [flipped, Array(packed.dropLast(4)), Array(packed.dropLast(2000))] {
            let failure = #expect(throws: Failure.self) { try opened(bytes) }
            #expect(failure?.code == .archiveInvalid)
        }
    }

    @Test func `reads a zstd archive`() async throws {
        let packed = try Zstd.stored(archive())
        let archive = try opened(packed)
        _ = try await archive.verify(archive.resolve(.only))
        for bytes in [Array(packed.dropLast(20)), packed + [1, 2, 3]] {
            let failure = #expect(throws: Failure.self) { try opened(bytes) }
            #expect(failure?.code == .archiveInvalid)
        }
    }

    @Test func `limits the number of entries, their total size and the trailing bytes`() throws {
        let archive = try archive()
        for limits in [ArchiveLimits(entries: 4), ArchiveLimits(bytes: 500)] {
            let failure = #expect(throws: Failure.self) { try opened(archive, limits: limits) }
            #expect(failure?.message.hasSuffix("is too large") == true)
        }
        _ = try opened(archive, limits: ArchiveLimits(entries: 5))
        // No single entry is too large.
        let many = (0..<5).flatMap { Tar.entry("x\($0)", [UInt8](repeating: 0, count: 100_000)) } + archive
        _ = try opened(many, limits: ArchiveLimits(bytes: 600_000))
        #expect(throws: Failure.self) { try opened(many, limits: ArchiveLimits(bytes: 400_000)) }
        let claimed = Tar.entry("big", claimed: Array("77777777777\0".utf8))
        #expect(throws: Failure.self) { try opened(claimed + archive, limits: ArchiveLimits(bytes: 1 << 30)) }
        let trailing = Gzip.stored(archive + [UInt8](repeating: 0, count: 100_000))
        _ = try opened(trailing, limits: ArchiveLimits(trailer: 200_000))
        #expect(throws: Failure.self) { try opened(trailing, limits: ArchiveLimits(trailer: 10_000)) }
    }

    @Test func `a truncated or altered archive is rejected or gives the same image`()
        async throws
    {
        let whole = try archive()
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            var bytes = whole
            if random.next(below: 3) == 0 {
                bytes.removeLast(random.next(below: bytes.count))
            } else {
                bytes[random.next(below: bytes.count)] ^= UInt8(1 << random.next(below: 8))
            }
            do {
                let archive = try opened(bytes)
                let root = try await archive.resolve(.named("v1"))
                _ = try await archive.verify(root)
                #expect(root.digest == image.manifest.descriptor.digest)
            } catch let failure as Failure {
                #expect([65, 66].contains(failure.code.exitStatus.rawValue), "\(failure)")
            }
        }
    }
}

extension Blob {
    /// The path of the blob in an archive.
    var nameInArchive: String {
        "blobs/\(descriptor.digest.algorithm.rawValue)/\(descriptor.digest.encoded)"
    }
}
