import Diagnostics
import HostSystem
import OCI
import Storage
import SystemPackage
import TestSupport
import Testing

@Suite struct VerificationTests {
    private let scratch: ScratchDirectory
    private let layout: ImageLayout

    init() async throws {
        scratch = try ScratchDirectory()
        layout = try await ImageLayout(creating: scratch.appending("layout"))
    }

    private func verification(_ image: SampleImage) async throws -> Verification {
        try await Verification(of: image.manifest.descriptor, in: layout)
    }

    /// Changes one byte of a blob in its file.
    private func flip(_ blob: Blob, at offset: Int) throws {
        let file = layout.path.blob(blob.descriptor.digest)
        var bytes = try contents(of: file)
        bytes[offset] ^= 1
        try TemporaryFile.write(bytes, to: file)
    }

    @Test func `verifies everything in a valid image`() async throws {
        let image = try SampleImage("a")
        try await copy(.only, from: image, to: layout)
        let verification = try await verification(image)
        #expect(verification.findings.isEmpty)
        #expect(verification.verified.map(\.role) == ["manifest", "config", "layer"])
        #expect(verification.verifiedDiffIDs == 1)
    }

    /// A source that counts its reads.
    private actor CountingSource: ContentSource {
        private let source: FixedSource
        private(set) var reads: [Digest: Int] = [:]

        init(_ source: FixedSource) { self.source = source }

        func resolve(_ name: RefName) -> Descriptor { source.resolve(name) }

        func fetch(_ descriptor: Descriptor) throws(Failure) -> Blob {
            reads[descriptor.digest, default: 0] += 1
            return try source.fetch(descriptor)
        }
    }

    /// Verifies an image, or an index of it, and returns how often each digest was read.
    private func reads(of root: Blob, _ blobs: [Blob]) async throws -> (Verification, [Digest: Int]) {
        let source = CountingSource(FixedSource(root: root, blobs: blobs))
        let verification = try await Verification(of: root.descriptor, in: source)
        return (verification, await source.reads)
    }

    @Test func `reads each digest once, however often an image or an index lists it`() async throws {
        let image = try SampleImage("a")
        let config = Blob(
            try CanonicalJSON.encode(
                ImageConfig(
                    platform: Platform(os: "linux", architecture: "amd64"),
                    created: "1970-01-01T00:00:00Z",
                    config: .init(env: [], workingDir: "/", labels: [:]),
                    history: [],
                    rootfs: .init(diffIDs: Array(repeating: image.diffID, count: 200))
                )
            ),
            mediaType: .imageConfig
        )
        let layers = Array(repeating: image.layer.descriptor, count: 200)
        let document = Manifest(mediaType: .imageManifest, config: config.descriptor, layers: layers)
        let manifest = Blob(try CanonicalJSON.encode(document), mediaType: .imageManifest)
        let root = try index(of: Array(repeating: manifest, count: 50))
        let (verification, reads) = try await reads(of: root, [manifest, config, image.layer])
        #expect(verification.findings.isEmpty)
        #expect(verification.verified.count == 4)
        #expect(verification.verifiedDiffIDs == 200)
        #expect(reads.values.allSatisfy { $0 == 1 } && reads.count == 4, "\(reads)")
    }

    @Test func `reports a wrong size of a digest that it has read already`() async throws {
        let image = try SampleImage("a")
        let layer = image.layer.descriptor
        let wrong = Descriptor(mediaType: layer.mediaType, digest: layer.digest, size: layer.size + 1)
        let document = Manifest(mediaType: .imageManifest, config: image.config.descriptor, layers: [wrong])
        let manifest = Blob(try CanonicalJSON.encode(document), mediaType: .imageManifest)
        let root = try index(of: [image.manifest, manifest])
        let (verification, reads) = try await reads(of: root, image.blobs + [manifest])
        #expect(reads[layer.digest] == 1)
        #expect(verification.findings.map(\.failure.code) == [.digestMismatch])
    }

    @Test("finds a flipped bit anywhere in a layer", arguments: [0, 4, 20, -1])
    func flippedLayer(offset: Int) async throws {
        // Offset 4 is in the time of the gzip header, so only the digest reveals the change.
        let image = try SampleImage("a")
        try await copy(.only, from: image, to: layout)
        try flip(image.layer, at: offset < 0 ? image.layer.descriptor.size + offset : offset)
        let verification = try await verification(image)
        #expect(verification.findings.count == 1)
        #expect(verification.findings.first?.subject == "layer \(image.layer.descriptor.digest)")
        #expect(verification.verified.map(\.role) == ["manifest", "config"])
        #expect(verification.verifiedDiffIDs == 0)
    }

    @Test func `finds a layer that does not match its diffID although all digests match`()
        async throws
    {
        let image = try SampleImage("a", diffID: Digest(of: [1]))
        try await copy(.only, from: image, to: layout)
        let verification = try await verification(image)
        #expect(verification.findings.map(\.failure.code) == [.digestMismatch])
        #expect(verification.findings.first?.failure.message.contains("does not match its diffID") == true)
        #expect(verification.verified.count == 3)
    }

    @Test func `finds a layer that cannot be unpacked`() async throws {
        let image = try SampleImage("a", layer: Array("no gzip".utf8))
        try await copy(.only, from: image, to: layout)
        #expect(try await verification(image).findings.map(\.failure.code) == [.layerInvalid])
    }

    @Test func `finds a missing config and still checks the layer`() async throws {
        let image = try SampleImage("a")
        try await copy(.only, from: image, to: layout)
        try Directory.remove(file: layout.path.blob(image.config.descriptor.digest))
        let verification = try await verification(image)
        #expect(verification.findings.map(\.subject) == ["config \(image.config.descriptor.digest)"])
        #expect(verification.verified.map(\.role) == ["manifest", "layer"])
    }

    @Test func `lists all findings`() async throws {
        let image = try SampleImage("a")
        try await copy(.only, from: image, to: layout)
        try flip(image.config, at: 0)
        try flip(image.layer, at: 30)
        #expect(try await verification(image).findings.map { $0.subject.prefix(6) } == ["config", "layer "])
    }

    @Test func `reports a missing manifest as the only finding`() async throws {
        let image = try SampleImage("a")
        let verification = try await verification(image)
        #expect(verification.findings.map(\.subject) == ["manifest \(image.manifest.descriptor.digest)"])
        #expect(verification.verified.isEmpty)
    }

    @Test func `requires a diffID for each layer`() async throws {
        let image = try SampleImage("a")
        let manifest = Manifest(
            mediaType: .imageManifest,
            config: image.config.descriptor,
            layers: [image.layer.descriptor, image.layer.descriptor]
        )
        let root = Blob(try CanonicalJSON.encode(manifest), mediaType: .imageManifest)
        let verification = try await Verification(
            of: root.descriptor,
            in: FixedSource(root: root, blobs: image.blobs)
        )
        #expect(verification.findings.map(\.failure.code) == [.manifestInvalid])
        #expect(verification.findings.first?.failure.message.contains("1 diffIDs for 2 layers") == true)
    }

    @Test func `verifies every image of an index`() async throws {
        let (good, bad) = (try SampleImage("good"), try SampleImage("bad", diffID: Digest(of: [1])))
        let inner = try index(of: [good.manifest, bad.manifest])
        let outer = try index(of: [inner])
        let source = FixedSource(root: outer, blobs: good.blobs + bad.blobs + [inner])
        let verification = try await Verification(of: outer.descriptor, in: source)
        #expect(verification.findings.map(\.subject) == ["layer \(bad.layer.descriptor.digest)"])
        #expect(verification.verifiedDiffIDs == 1)
    }

    @Test func `reports an index that is nested too deeply and stops there`() async throws {
        let image = try SampleImage("a")
        var lists = [try index(of: [image.manifest])]
        for _ in 0..<3 { lists.append(try index(of: [lists[lists.count - 1]])) }
        let root = lists[lists.count - 1]
        let verification = try await Verification(
            of: root.descriptor,
            in: FixedSource(root: root, blobs: image.blobs + lists)
        )
        #expect(verification.findings.map(\.failure.code) == [.manifestInvalid])
    }

    @Test func `throws if the store cannot be reached`() async throws {
        struct Unreachable: ContentSource {
            func resolve(_ name: RefName) throws(Failure) -> Descriptor {
                throw Failure(.connectionLost, "gone")
            }
            func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
                throw Failure(.connectionLost, "gone")
            }
        }
        let failure = await #expect(throws: Failure.self) {
            try await Verification(of: SampleImage("a").manifest.descriptor, in: Unreachable())
        }
        #expect(failure?.code == .connectionLost)
    }
}
