import Archive
import Diagnostics
import Foundation
import HostSystem
import OCI
import Storage
import SystemPackage
import TestSupport
import Testing

/// Archives as destinations: the file appears atomically and is never replaced.
@Suite(.timed, .timeLimit(.minutes(5)))
struct ImageArchiveOutputTests {
    private let scratch: ScratchDirectory
    private let image: SampleImage
    private let name: RefName

    init() throws {
        scratch = try ScratchDirectory()
        image = try SampleImage("hello")
        name = try .named("registry.example/team/auth:v1")
    }

    private var path: FilePath { scratch.appending("x.tar") }

    private func output(_ name: RefName? = nil) throws -> ImageArchiveOutput {
        let folder = scratch.appending("unpacked")
        try scratch.write([], to: "unpacked/x")
        return try ImageArchiveOutput(at: path, naming: [EntryName(name ?? self.name)], unpackingIn: folder)
    }

    @Test func `keeps an archive of the same image and fetches nothing`() async throws {
        try await copy(name, from: image, to: output())
        let before = try contents(of: path)
        let onlyTheManifest = FixedSource(root: image.manifest, blobs: [])
        let again = try await copy(name, from: onlyTheManifest, to: output())
        #expect(again.previous == image.manifest.descriptor)
        #expect(again.parts.map(\.status) == [.exists, .exists])
        #expect(try contents(of: path) == before)
    }

    @Test func `rejects an archive with other content before fetching, and keeps it`() async throws {
        try await copy(name, from: image, to: output())
        let before = try contents(of: path)
        let other = try SampleImage("other")
        for (source, name) in [(other, name), (image, try .named("registry.example/team/auth:v2"))] {
            let nothing = FixedSource(root: source.manifest, blobs: [])
            let failure = await #expect(throws: Failure.self) {
                try await copy(name, from: nothing, to: output(name))
            }
            #expect(failure?.code == .fileExists)
            #expect(failure?.why?.contains("registry.example/team/auth:v1") == true)
            #expect(try contents(of: path) == before)
        }
    }

    @Test func `does not accept an incomplete archive as the same image`() async throws {
        try await copy(name, from: image, to: output())
        let cut = Array(try contents(of: path).prefix(2048 + 512))
        try scratch.write(cut + Tar.end, to: "x.tar")
        let failure = await #expect(throws: Failure.self) { try await copy(name, from: image, to: output()) }
        #expect(failure?.code == .fileExists)
    }

    @Test func `stores an image with several names once, under each name`() async throws {
        let names = try ["registry.example/team/auth:v1", "registry.example/team/auth:latest"].map {
            EntryName(try .named($0))
        }
        func several(_ names: [EntryName]) async throws -> ImageArchiveOutput {
            try ImageArchiveOutput(at: path, naming: names, unpackingIn: scratch.appending("unpacked").made())
        }
        try await copy(.only, from: image, to: several(names))
        let before = try contents(of: path)
        let archive = try ImageArchive(opening: path, unpackingIn: scratch.appending("unpacked-2").made())
        #expect(archive.index.manifests.map(EntryName.init(of:)) == names)
        #expect(Set(archive.index.manifests.map(\.digest)) == [image.manifest.descriptor.digest])
        // The same copy is kept; with a missing name it is another archive.
        try await copy(.only, from: image, to: several(names))
        #expect(try contents(of: path) == before)
        let failure = await #expect(throws: Failure.self) {
            try await copy(.only, from: image, to: several([names[0]]))
        }
        #expect(failure?.code == .fileExists)
    }

    static let folderCases: [(algorithms: [Digest.Algorithm], folders: [String], why: String)] = [
        ([.sha256], ["blobs", "blobs/sha256"], "an ordinary image"),
        ([.sha256, .sha512], ["blobs", "blobs/sha256", "blobs/sha512"], "a layer with another digest"),
    ]

    @Test("lists each folder of its blobs before them", arguments: folderCases)
    func folders(algorithms: [Digest.Algorithm], folders: [String], why: String) async throws {
        let config = Blob(Array("{}".utf8), mediaType: .imageConfig)
        let layers = try algorithms.map { algorithm in
            let bytes = Array("layer \(algorithm)".utf8)
            let digest = Digest(of: bytes, algorithm: algorithm)
            return try Blob(
                verifying: bytes,
                against: Descriptor(mediaType: .layerTarGzip, digest: digest, size: bytes.count),
                from: "test"
            )
        }
        let document = Manifest(
            mediaType: .imageManifest,
            config: config.descriptor,
            layers: layers.map(\.descriptor)
        )
        let root = Blob(try CanonicalJSON.encode(document), mediaType: .imageManifest)
        try await copy(name, from: FixedSource(root: root, blobs: layers + [config]), to: output())
        let reader = try TarReader(FileSource(opening: path))
        var entries: [TarReader.Entry] = []
        while let entry = try reader.next() { entries.append(entry) }
        let found = entries.filter { $0.kind == .folder }.map {
            $0.name.split(separator: "/").joined(separator: "/")
        }
        #expect(found == folders, "\(why)")
        let first = entries.firstIndex { $0.kind == .file && $0.name.hasPrefix("blobs/") }
        let last = entries.lastIndex { $0.kind == .folder }
        #expect(try #require(last) < #require(first), "\(why)")
    }

    /// `manifest.json` of an archive; `nil` without one.
    private func dockerList() throws -> String? {
        let reader = try TarReader(FileSource(opening: path))
        while let entry = try reader.next() {
            guard entry.name == "manifest.json" else { continue }
            var bytes: [UInt8] = []
            try reader.forEachPiece { bytes += $0 }
            return String(decoding: bytes, as: UTF8.self)
        }
        return nil
    }

    @Test func `writes a list for Docker's tools that points to the blobs`() async throws {
        try await copy(name, from: image, to: output())
        let (config, layer) = (image.config.descriptor.digest.encoded, image.layer.descriptor.digest.encoded)
        #expect(
            try dockerList()
                == #"[{"Config":"blobs/sha256/\#(config)","Layers":["blobs/sha256/\#(layer)"],"RepoTags":["registry.example/team/auth:v1"]}]"#
        )
    }

    static let unloadable: [(config: MediaType, layers: [MediaType], why: String)] = [
        (.wasmConfig, [.wasmModule], "a bare module"),
        (.imageConfig, [], "no layers"),
        (.imageConfig, [.layerTarGzip, .wasmModule], "a layer that is not a tar"),
        (
            MediaType("application/vnd.oci.empty.v1+json"), [.layerTarGzip],
            "a config that is not an image config"
        ),
    ]

    @Test("writes no list for images that Docker's tools cannot load", arguments: unloadable)
    func unlisted(config: MediaType, layers: [MediaType], why: String) async throws {
        let config = Blob(Array("{}".utf8), mediaType: config)
        let layers = layers.enumerated().map { Blob([UInt8($0)], mediaType: $1) }
        let document = Manifest(
            mediaType: .imageManifest,
            config: config.descriptor,
            layers: layers.map(\.descriptor)
        )
        let root = Blob(try CanonicalJSON.encode(document), mediaType: .imageManifest)
        try await copy(name, from: FixedSource(root: root, blobs: layers + [config]), to: output())
        #expect(try dockerList() == nil, "\(why)")
    }

    @Test func `writes no list for an index, and no name for an image without a tag`()
        async throws
    {
        let list = try index(of: [image.manifest])
        try await copy(name, from: FixedSource(root: list, blobs: image.blobs), to: output())
        #expect(try dockerList() == nil)
        try FileManager.default.removeItem(atPath: path.string)
        try await copy(.only, from: image, to: output(.only))
        #expect(try dockerList()?.hasSuffix(#""RepoTags":[]}]"#) == true)
    }

    @Test func `never replaces a file that is not an archive`() throws {
        try scratch.write(Array("important".utf8), to: "x.tar")
        let failure = #expect(throws: Failure.self) { try output() }
        #expect(failure?.code == .fileExists)
        #expect(try contents(of: path) == Array("important".utf8))
    }

    @Test func `does not replace a file that appeared during the copy`() async throws {
        let output = try output()
        for blob in image.blobs { await output.push(blob) }
        try scratch.write(Array("faster".utf8), to: "x.tar")
        let failure = await #expect(throws: Failure.self) { try await output.tag(image.manifest, as: name) }
        #expect(failure?.code == .fileExists)
        #expect(try contents(of: path) == Array("faster".utf8))
    }

    @Test func `a failed copy leaves no archive`() async throws {
        let lacking = FixedSource(root: image.manifest, blobs: [image.config])
        await #expect(throws: Failure.self) { try await copy(name, from: lacking, to: output()) }
        #expect(try tree(scratch.path).allSatisfy { $0.hasPrefix("unpacked") })
    }

    @Test func `does not write a blob that changed after verification`() async throws {
        let layout = try await ImageLayout(creating: scratch.appending("layout"))
        try await copy(name, from: image, to: layout)
        let output = try output()
        for blob in image.blobs { await output.push(try await layout.fetch(blob.descriptor)) }
        let layer = layout.path.blob(image.layer.descriptor.digest)
        let bytes = try contents(of: layer)
        try scratch.write(bytes.dropLast() + [0xAA], to: "changed")
        try scratch.write(
            bytes.dropLast() + [0xAA],
            to: "layout" + layer.string.dropFirst(layout.path.string.count)
        )
        let failure = await #expect(throws: Failure.self) { try await output.tag(image.manifest, as: name) }
        #expect(failure?.code == .digestMismatch)
        #expect(Bool(try !tree(scratch.path).contains("x.tar")))
    }

    @Test func `copies the names of the index unchanged`() async throws {
        let annotations = [
            "org.opencontainers.image.ref.name": "docker.io/library/x:v1",
            "com.example.made-by": "another tool",
        ]
        let entry = EntryName(of: image.manifest.descriptor.annotated(annotations))
        let first = try await ImageLayout(creating: scratch.appending("first"))
        try await copy(.only, from: image, to: first.naming(entry))
        #expect(try first.index().manifests.map(\.annotations) == [annotations])
        try await copy(.only, from: image, to: first.naming(entry))
        #expect(try first.index().manifests.count == 1)
        let second = try SampleImage("other")
        try await copy(.only, from: second, to: first.naming(entry))
        #expect(try first.index().manifests.map(\.digest) == [second.manifest.descriptor.digest])
        let named = EntryName(of: try first.entry(.only))
        let archive = try ImageArchiveOutput(at: path, naming: [named], unpackingIn: scratch.path)
        try await copy(.only, from: second, to: archive)
        let read = try ImageArchive(opening: path, unpackingIn: scratch.appending("unpacked-names").made())
        #expect(try read.entry(.only).annotations == annotations)
    }

    @Test func `a repeatedly copied artifact without a name has one entry`() async throws {
        let json = try CanonicalJSON.encode(image.manifest.descriptor)
        let text = String(decoding: json, as: UTF8.self).dropLast() + #","artifactType":"application/x.y"}"#
        let artifact = try CanonicalJSON.decode(
            Descriptor.self,
            from: Array(text.utf8),
            as: "entry",
            failing: .manifestInvalid
        )
        let source = FixedSource(
            root: try Blob(
                verifying: image.manifest.bytes(limit: .max),
                against: artifact,
                from: "test"
            ),
            blobs: image.blobs
        )
        let layout = try await ImageLayout(creating: scratch.appending("layout"))
        for _ in 0..<2 { try await copy(.only, from: source, to: layout.naming(EntryName(of: artifact))) }
        #expect(try layout.index().manifests.count == 1)
    }

    @Test func `copies an index, its images, foreign types and other digests through an archive unchanged`()
        async throws
    {
        let config = Blob(Array("{}".utf8), mediaType: MediaType("application/vnd.example.thing+json"))
        let empty = Blob([], mediaType: MediaType("application/vnd.example.nothing"))
        let long = Digest(of: Array("long".utf8), algorithm: .sha512)
        let other = try Blob(
            verifying: Array("long".utf8),
            against: Descriptor(mediaType: MediaType("text/plain"), digest: long, size: 4),
            from: "test"
        )
        // Not wasmpack's own form: the bytes must not change.
        let spaced =
            String(
                decoding: try CanonicalJSON.encode(
                    Manifest(
                        mediaType: .dockerManifest,
                        config: config.descriptor,
                        layers: [empty.descriptor, other.descriptor]
                    )
                ),
                as: UTF8.self
            ) + "\n "
        let artifact = Blob(Array(spaced.utf8), mediaType: .dockerManifest)
        let list = try index(of: [artifact, image.manifest])
        let source = FixedSource(root: list, blobs: image.blobs + [config, empty, other, artifact])
        try await copy(name, from: source, to: output())
        let archive = try ImageArchive(opening: path, unpackingIn: scratch.appending("unpacked-index").made())
        let root = try await archive.resolve(name)
        #expect(root.digest == list.descriptor.digest)
        for blob in source.blobs + [list] {
            #expect(try await archive.fetch(blob.descriptor).bytes(limit: .max) == blob.bytes(limit: .max))
        }
        let layout = try await ImageLayout(creating: scratch.appending("layout"))
        try await copy(.digest(root.digest), from: archive, to: layout)
        #expect(try await layout.fetch(artifact.descriptor).bytes(limit: .max) == Array(spaced.utf8))
        #expect(try await Verification(of: root, in: layout).findings.isEmpty)
    }
}

extension FilePath {
    /// Creates the folder and returns its path.
    fileprivate func made() throws(Failure) -> FilePath {
        try Directory.create(self)
        return self
    }
}
