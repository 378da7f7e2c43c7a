import Diagnostics
import HostSystem
import OCI
import Storage
import SystemPackage
import TestSupport
import Testing

@Suite struct VerifiedImageTests {
    /// A source that counts how often each content is asked for.
    private actor CountingSource: ContentSource {
        private let base: any ContentSource
        private(set) var counts: [Digest: Int] = [:]

        init(_ base: any ContentSource) { self.base = base }

        func resolve(_ name: RefName) async throws(Failure) -> Descriptor { try await base.resolve(name) }

        func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
            counts[descriptor.digest, default: 0] += 1
            return try await base.fetch(descriptor)
        }
    }

    private let scratch: ScratchDirectory
    private let layout: ImageLayout

    init() async throws {
        scratch = try ScratchDirectory()
        layout = try await ImageLayout(creating: scratch.appending("layout"))
    }

    @Test func `reads each content only once`() async throws {
        let images = [try SampleImage("one"), try SampleImage("two")]
        let list = try index(of: images.map(\.manifest) + [images[0].manifest])
        let source = CountingSource(FixedSource(root: list, blobs: images.flatMap(\.blobs)))
        let verified = try await source.verify(list.descriptor)
        #expect(await source.counts.count == 7)
        #expect(await source.counts.values.allSatisfy { $0 == 1 })
        let store = InMemoryStore()
        let report = try await copy(.named("v1"), from: verified, to: store)
        #expect(report.root == list.descriptor)
        #expect(try await Verification(of: list.descriptor, in: store).findings.isEmpty)
        #expect(await source.counts.values.allSatisfy { $0 == 1 })
    }

    @Test func `finds invalid and missing content before anything is sent`() async throws {
        let image = try SampleImage("one")
        try await copy(.named("v1"), from: image, to: layout)
        let layer = layout.path.blob(image.layer.descriptor.digest)
        try TemporaryFile.write(Array(contents(of: layer).dropLast()) + [0xAA], to: layer)
        let broken = await #expect(throws: Failure.self) {
            try await layout.verify(image.manifest.descriptor)
        }
        #expect(broken?.code == .layoutCorrupt)
        let lacking = FixedSource(root: image.manifest, blobs: [image.config])
        let missing = await #expect(throws: Failure.self) {
            try await lacking.verify(image.manifest.descriptor)
        }
        #expect(missing?.code == .notFound)
    }

    @Test func `does not copy a blob that changed after verification, and copies the verified manifest`()
        async throws
    {
        let image = try SampleImage("one")
        try await copy(.named("v1"), from: image, to: layout)
        let verified = try await layout.verify(image.manifest.descriptor)
        let manifest = layout.path.blob(image.manifest.descriptor.digest)
        try TemporaryFile.write(Array("{}".utf8), to: manifest)
        let bytes = try await verified.fetch(verified.root).bytes(limit: Manifest.sizeLimit)
        #expect(Digest(of: bytes) == image.manifest.descriptor.digest)
        let layer = layout.path.blob(image.layer.descriptor.digest)
        try TemporaryFile.write(Array(contents(of: layer).dropLast()) + [0xAA], to: layer)
        let target = try await ImageLayout(creating: scratch.appending("target"))
        let failure = await #expect(throws: Failure.self) {
            try await copy(.named("v1"), from: verified, to: target)
        }
        #expect(failure?.code == .digestMismatch)
        #expect(try target.index().manifests.isEmpty)
    }

    @Test func `has no other content, and none with a different size`() async throws {
        let image = try SampleImage("one")
        let verified = try await image.verify(image.manifest.descriptor)
        let other = try SampleImage("two").layer.descriptor
        let longer = Descriptor(
            mediaType: .layerTarGzip,
            digest: image.layer.descriptor.digest,
            size: image.layer.descriptor.size + 1
        )
        for descriptor in [other, longer] {
            let failure = await #expect(throws: Failure.self) { try await verified.fetch(descriptor) }
            #expect(failure?.code == .notFound)
        }
    }
}
