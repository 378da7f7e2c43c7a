import Diagnostics
import OCI
import Storage
import SystemPackage
import TestSupport
import Testing

/// The contract of every store; add new kinds of stores to this table.
@Suite(.timed, .timeLimit(.minutes(5)))
struct StoreTests {
    typealias Store = ContentSource & ContentDestination

    enum Kind: String, CaseIterable {
        case memory
        case layout
    }

    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func store(_ kind: Kind) async throws -> any Store {
        switch kind {
        case .memory: InMemoryStore()
        case .layout: try await ImageLayout(creating: scratch.appending("layout"))
        }
    }

    @Test("returns pushed content unchanged and verified", arguments: Kind.allCases)
    func roundTrip(kind: Kind) async throws {
        let store = try await store(kind)
        let image = try SampleImage("hello")
        for blob in [image.config, image.layer] {
            #expect(try await !store.contains(blob.descriptor))
            try await store.push(blob)
            try await store.push(blob)
            #expect(try await store.contains(blob.descriptor))
        }
        let name = try RefName.named("registry.example/team/auth:v1")
        #expect(try await store.current(name) == nil)
        try await store.tag(image.manifest, as: name)
        let root = try await store.resolve(name)
        #expect(root == image.manifest.descriptor)
        #expect(try await store.current(name) == root)
        for blob in image.blobs {
            let fetched = try await store.fetch(blob.descriptor)
            #expect(fetched.descriptor == blob.descriptor)
            #expect(try fetched.bytes(limit: .max) == blob.bytes(limit: .max))
        }
        for other in [RefName.only, .digest(root.digest)] {
            #expect(try await store.resolve(other) == root, "\(other)")
        }
    }

    @Test("fails with notFound for missing content", arguments: Kind.allCases)
    func missing(kind: Kind) async throws {
        let store = try await store(kind)
        let image = try SampleImage("hello")
        for name in [RefName.only, try .named("v1"), try .named("e.com/a/b:v1"), .digest(Digest(of: []))] {
            let failure = await #expect(throws: Failure.self) { try await store.resolve(name) }
            #expect(failure?.code == .notFound, "\(name)")
            #expect(try await store.current(name) == nil)
        }
        let failure = await #expect(throws: Failure.self) {
            try await store.fetch(image.layer.descriptor)
        }
        #expect(failure?.code.exitStatus == (kind == .memory ? .notFound : .badData))
    }

    @Test("rejects a descriptor with a different size", arguments: Kind.allCases)
    func size(kind: Kind) async throws {
        let store = try await store(kind)
        let blob = try SampleImage("hello").layer
        try await store.push(blob)
        for size in [0, blob.descriptor.size - 1, blob.descriptor.size + 1, .max] {
            let claim = Descriptor(mediaType: .layerTarGzip, digest: blob.descriptor.digest, size: size)
            #expect(try await !store.contains(claim))
            let failure = await #expect(throws: Failure.self) { try await store.fetch(claim) }
            #expect(failure?.code.exitStatus == .badData)
        }
    }

    @Test("resolves a name to the last tagged image", arguments: Kind.allCases)
    func retagging(kind: Kind) async throws {
        let store = try await store(kind)
        let (first, second) = (try SampleImage("one"), try SampleImage("two"))
        let name = try RefName.named("registry.example/team/auth:v1")
        let other = try RefName.named("registry.example/team/auth:v2")
        for (image, name) in [(first, name), (first, other), (second, name)] {
            try await copy(name, from: image, to: store)
        }
        #expect(try await store.resolve(name) == second.manifest.descriptor)
        #expect(try await store.resolve(other) == first.manifest.descriptor)
        #expect(try await store.fetch(first.layer.descriptor).descriptor == first.layer.descriptor)
    }

    @Test("keeps all digests in a copy of a copy", arguments: Kind.allCases)
    func copies(kind: Kind) async throws {
        let store = try await store(kind)
        let memory = InMemoryStore()
        let image = try SampleImage("hello")
        let name = try RefName.named("registry.example/team/auth:v1")
        try await copy(name, from: image, to: store)
        try await copy(name, from: store, to: memory)
        for blob in image.blobs {
            #expect(try await memory.fetch(blob.descriptor).bytes(limit: .max) == blob.bytes(limit: .max))
        }
        #expect(try await Verification(of: memory.resolve(name), in: memory).findings.isEmpty)
    }
}
