import Diagnostics
import OCI
import Packing
import Storage
import Testing

@Suite struct ImageChoiceTests {
    private let store = InMemoryStore()

    private func descriptor(_ blob: Blob, _ platform: Platform? = nil) -> Descriptor {
        let it = blob.descriptor
        return Descriptor(mediaType: it.mediaType, digest: it.digest, size: it.size, platform: platform)
    }

    private func image(_ name: String) async throws -> Blob {
        let config = Blob(Array(name.utf8), mediaType: .imageConfig)
        let manifest = Manifest(mediaType: .imageManifest, config: config.descriptor, layers: [])
        let blob = Blob(try CanonicalJSON.encode(manifest), mediaType: .imageManifest)
        await store.push(blob)
        return blob
    }

    private func index(_ manifests: [Descriptor]) async throws -> Blob {
        let blob = Blob(try CanonicalJSON.encode(Index(manifests: manifests)), mediaType: .imageIndex)
        await store.push(blob)
        return blob
    }

    @Test func `selects an image itself, without a note`() async throws {
        let image = try await image("a")
        let choice = try await ImageChoice(of: image.descriptor, in: store)
        #expect(choice.image == image.descriptor)
        #expect(!choice.isFromIndex)
        #expect(choice.note == nil)
    }

    @Test func `finds the image in a nested index and names its digest`() async throws {
        let image = try await image("a")
        let inner = try await index([descriptor(image, Platform(os: "wasip1", architecture: "wasm"))])
        let outer = try await index([descriptor(inner)])
        let choice = try await ImageChoice(of: outer.descriptor, in: store)
        #expect(choice.image.digest == image.descriptor.digest)
        #expect(choice.root == outer.descriptor)
        #expect(
            choice.note?.contains("pin the image in it: \(image.descriptor.digest) (wasip1/wasm)") == true
        )
    }

    @Test func `rejects a third level of indexes`() async throws {
        var next = try await image("a")
        for _ in 0..<3 { next = try await index([descriptor(next)]) }
        let failure = await #expect(throws: Failure.self) {
            try await ImageChoice(of: next.descriptor, in: store)
        }
        #expect(failure?.code == .manifestInvalid)
        #expect(failure?.message.contains("too deep") == true)
    }

    @Test func `rejects an ambiguous index and lists its digests`() async throws {
        let images = [try await image("a"), try await image("b")]
        let entries = zip(images, ["arm64", "s390x"]).map { image, architecture in
            descriptor(image, Platform(os: "linux", architecture: architecture))
        }
        let root = try await index(entries).descriptor
        let failure = await #expect(throws: Failure.self) { try await ImageChoice(of: root, in: store) }
        #expect(failure?.code == .manifestUnsupported)
        #expect(failure?.why == "it lists linux/arm64 \(entries[0].digest), linux/s390x \(entries[1].digest)")
        #expect(failure?.hints == entries.map { "REPOSITORY@\($0.digest)" })
        #expect(try await ImageChoice.ifPossible(of: root, in: store) == nil)
    }

    @Test func `matches a manifest's digest of either algorithm`() async throws {
        let image = try await image("a")
        let bytes = try image.bytes(limit: .max)
        let manifests = [image.descriptor]
        for algorithm in Digest.Algorithm.allCases {
            let right = Digest(of: bytes, algorithm: algorithm)
            #expect(try await right.matches(anyOf: manifests, from: store))
            let wrong = Digest(of: bytes + [0], algorithm: algorithm)
            #expect(try await !wrong.matches(anyOf: manifests, from: store))
        }
    }
}
