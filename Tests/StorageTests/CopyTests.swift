import Diagnostics
import OCI
import Storage
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5)))
struct CopyTests {
    /// A store that records its calls, and rejects configured content.
    private actor Recorder: ContentDestination {
        private(set) var pushed: [Digest] = []
        private(set) var tagged: [RefName] = []
        private var present: Set<Digest> = []
        private var rejected: Set<Digest> = []
        private var mountable: Set<Digest> = []
        private var names: [RefName: Descriptor] = [:]
        nonisolated let enforcesReferences: Bool

        init(enforcesReferences: Bool = false) { self.enforcesReferences = enforcesReferences }

        func reject(_ digest: Digest) { rejected.insert(digest) }

        func offer(_ digest: Digest) { mountable.insert(digest) }

        func current(_ name: RefName) -> Descriptor? { names[name] }

        func store(
            _ descriptor: Descriptor,
            orFetch fetch: @Sendable () async throws(Failure) -> Blob
        ) async throws(Failure) -> CopyReport.Status {
            guard mountable.contains(descriptor.digest) else {
                try await push(fetch())
                return .copied
            }
            present.insert(descriptor.digest)
            return .mounted
        }

        func contains(_ descriptor: Descriptor) -> Bool { present.contains(descriptor.digest) }

        func push(_ blob: Blob) throws(Failure) {
            let digest = blob.descriptor.digest
            guard !rejected.contains(digest) else { throw Failure(.serverFailed, "rejected") }
            // A manifest must not arrive before its content.
            if blob.descriptor.mediaType.isStoredAsManifest {
                let document = try ManifestDocument(
                    decoding: blob.bytes(limit: .max),
                    mediaType: blob.descriptor.mediaType
                )
                #expect(document.successors.allSatisfy { present.contains($0.digest) })
            }
            pushed.append(digest)
            present.insert(digest)
        }

        func tag(_ manifest: Blob, as name: RefName) throws(Failure) {
            try push(manifest)
            tagged.append(name)
            names[name] = manifest.descriptor
        }
    }

    private func name() throws -> RefName { try .named("registry.example/team/auth:v1") }

    @Test func `copies each digest once, however often an image or an index lists it`() async throws {
        let image = try SampleImage("a")
        let layers = Array(repeating: image.layer.descriptor, count: 40)
        let document = Manifest(mediaType: .imageManifest, config: image.config.descriptor, layers: layers)
        let manifest = Blob(try CanonicalJSON.encode(document), mediaType: .imageManifest)
        let root = try index(of: Array(repeating: manifest, count: 40))
        let recorder = Recorder()
        let source = FixedSource(root: root, blobs: [manifest, image.config, image.layer])
        try await copy(.named("v1"), from: source, to: recorder)
        let expected = [image.config, image.layer, manifest, root].map(\.descriptor.digest)
        #expect(await Set(recorder.pushed) == Set(expected))
        #expect(await recorder.pushed.count == 4)
    }

    @Test func `copies blobs before the manifest, and a second copy sends no blobs`() async throws {
        let image = try SampleImage("hello")
        let recorder = Recorder()
        let events = RecordingSink()
        let report = try await Storage.copy(name(), from: image, to: recorder, events: events)
        #expect(report.root == image.manifest.descriptor)
        #expect(report.previous == nil)
        #expect(report.parts.map(\.status) == [.copied, .copied])
        #expect(await recorder.pushed.last == image.manifest.descriptor.digest)
        #expect(await recorder.pushed.count == 3)
        #expect(events.events.count == 4)

        let again = try await copy(name(), from: image, to: recorder)
        #expect(again.previous == image.manifest.descriptor)
        #expect(again.parts.map(\.status) == [.exists, .exists])
        #expect(await recorder.pushed.filter { $0 != image.manifest.descriptor.digest }.count == 2)
    }

    @Test func `does not check blobs if the destination enforces references`() async throws {
        let recorder = Recorder(enforcesReferences: true)
        let image = try SampleImage("hello")
        try await copy(name(), from: image, to: recorder)
        let pushed = await recorder.pushed
        let again = try await copy(name(), from: image, to: recorder)
        #expect(again.parts.map(\.status) == [.exists, .exists])
        #expect(await recorder.pushed == pushed)
        #expect(await recorder.tagged.count == 1)
    }

    @Test("sets no name if a blob cannot be stored", arguments: ["config", "layer"])
    func failingChild(role: String) async throws {
        let image = try SampleImage("hello")
        let recorder = Recorder()
        let child = try #require(image.blobs.first { $0.descriptor.role == role })
        await recorder.reject(child.descriptor.digest)
        let failure = await #expect(throws: Failure.self) {
            try await copy(name(), from: image, to: recorder)
        }
        #expect(failure?.code == .serverFailed)
        #expect(await recorder.tagged.isEmpty)
        #expect(await !recorder.pushed.contains(image.manifest.descriptor.digest))
    }

    @Test func `sets no name if a blob is missing in the source`() async throws {
        let image = try SampleImage("hello")
        let recorder = Recorder()
        let source = FixedSource(root: image.manifest, blobs: [image.config])
        let failure = await #expect(throws: Failure.self) {
            try await copy(name(), from: source, to: recorder)
        }
        #expect(failure?.code == .notFound)
        #expect(await recorder.tagged.isEmpty)
    }

    @Test func `rejects a new name with another digest`() async throws {
        let image = try SampleImage("hello")
        let other = Digest(of: [1])
        for name in [
            RefName.digest(other), try .named("e.com/a/b:v1@\(other)"), try .named("e.com/a/b@\(other)"),
        ] {
            let recorder = Recorder()
            let failure = await #expect(throws: Failure.self) {
                try await copy(name, from: image, to: recorder)
            }
            #expect(failure?.code == .digestMismatch, "\(name)")
            #expect(await recorder.pushed.isEmpty, "\(name)")
        }
        let right = try RefName.named("e.com/a/b:v1@\(image.manifest.descriptor.digest)")
        #expect(try await copy(right, from: image, to: Recorder()).root == image.manifest.descriptor)
    }

    @Test func `neither fetches nor pushes a mounted blob`() async throws {
        let image = try SampleImage("hello")
        let recorder = Recorder()
        await recorder.offer(image.layer.descriptor.digest)
        let source = FixedSource(root: image.manifest, blobs: [image.config])
        let report = try await copy(name(), from: source, to: recorder)
        #expect(report.parts.map(\.status) == [.copied, .mounted])
        #expect(await !recorder.pushed.contains(image.layer.descriptor.digest))
    }

    @Test func `copies an index after its images, and a second copy sends none of them`() async throws {
        let images = [try SampleImage("one"), try SampleImage("two")]
        let list = try index(of: images.map(\.manifest))
        let source = FixedSource(root: list, blobs: images.flatMap(\.blobs))
        let recorder = Recorder()
        let report = try await copy(name(), from: source, to: recorder)
        #expect(report.parts.count == 6)
        #expect(report.parts.allSatisfy { $0.status == .copied })
        #expect(await recorder.pushed.last == list.descriptor.digest)
        let again = try await copy(name(), from: source, to: recorder)
        #expect(again.parts.allSatisfy { $0.status == .exists })
        #expect(await recorder.pushed.count == 8, "only the index itself is stored again, with its name")
    }

    @Test func `copies an index within an index, and rejects deeper nesting`() async throws {
        let image = try SampleImage("one")
        let inner = try index(of: [image.manifest])
        let middle = try index(of: [inner])
        let outer = try index(of: [middle])
        let blobs = image.blobs + [inner, middle, outer]
        let recorder = Recorder()
        try await copy(name(), from: FixedSource(root: middle, blobs: blobs), to: recorder)
        #expect(await recorder.tagged.count == 1)
        let failure = await #expect(throws: Failure.self) {
            try await copy(name(), from: FixedSource(root: outer, blobs: blobs), to: recorder)
        }
        #expect(failure?.code == .manifestInvalid)
        #expect(await recorder.tagged.count == 1)
    }

    @Test func `rejects huge sizes without overflow`() async throws {
        let layers = (0..<3).map {
            Descriptor(mediaType: .layerTarGzip, digest: Digest(of: [$0]), size: .max)
        }
        let config = Descriptor(mediaType: .imageConfig, digest: Digest(of: []), size: .max)
        let manifest = Blob(
            try CanonicalJSON.encode(Manifest(mediaType: .imageManifest, config: config, layers: layers)),
            mediaType: .imageManifest
        )
        let source = FixedSource(root: manifest, blobs: [])
        let failure = await #expect(throws: Failure.self) {
            try await copy(name(), from: source, to: InMemoryStore())
        }
        #expect(failure?.code == .manifestInvalid)
        let verification = try await Verification(of: manifest.descriptor, in: source)
        #expect(verification.findings.count == 4)
    }

    @Test(
        "does not request content whose size in the manifest is over the limit",
        arguments: [(4 << 20, 8 << 30, true), ((4 << 20) + 1, 1, false), (1, (8 << 30) + 1, false)]
    )
    func limits(config: Int, layer: Int, isAsked: Bool) async throws {
        let image = Manifest(
            mediaType: .imageManifest,
            config: Descriptor(mediaType: .imageConfig, digest: Digest(of: []), size: config),
            layers: [Descriptor(mediaType: .layerTarGzip, digest: Digest(of: [1]), size: layer)]
        )
        let manifest = Blob(try CanonicalJSON.encode(image), mediaType: .imageManifest)
        let failure = await #expect(throws: Failure.self) {
            try await copy(name(), from: FixedSource(root: manifest, blobs: []), to: InMemoryStore())
        }
        #expect(failure?.code == (isAsked ? .notFound : .manifestInvalid))
    }
}
