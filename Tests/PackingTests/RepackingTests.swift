import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage
import TestSupport
import Testing

/// Tests the conversion of images.
@Suite(.timed, .timeLimit(.minutes(5)))
struct RepackingTests {
    private let scratch: ScratchDirectory
    private let module: FilePath

    init() throws {
        scratch = try ScratchDirectory()
        module = FilePath(Fixtures.path("wasm/header-authorization/plugin.wasm"))
    }

    private func build(_ options: ImageOptions = ImageOptions()) async throws -> BuiltImage {
        try await ImageBuilder(options, processorCount: 1).build(module, spoolingIn: scratch.path)
    }

    private func repack(_ root: Descriptor, _ source: some ContentSource, as format: ImageFormat) async throws
        -> Repacking
    {
        try await Repacking(of: root, in: source, as: format, spoolingIn: scratch.path, processorCount: 1)
    }

    private func repack(_ image: BuiltImage, as format: ImageFormat) async throws -> Repacking {
        try await repack(image.manifest.descriptor, image, as: format)
    }

    static let ways = ImageFormat.allCases.flatMap { from in
        ImageFormat.allCases.filter { $0 != from }.map { (from, $0) }
    }

    @Test("converts any format to any other, with the same result as a build", arguments: ways)
    func anyway(from: ImageFormat, to: ImageFormat) async throws {
        let repacking = try await repack(build(ImageOptions(format: from)), as: to)
        let expected = try await build(ImageOptions(format: to))
        #expect(repacking.image?.manifest.descriptor == expected.manifest.descriptor)
        // The CNCF's artifact gives a warning that proxies reject it.
        #expect(repacking.warnings.isEmpty == (from != .wasm))
    }

    @Test(arguments: ImageFormat.allCases)
    func `does not change an image that already has the format`(format: ImageFormat) async throws {
        // The options differ from those of a new build.
        let image = try await build(ImageOptions(format: format, compressionLevel: 9))
        let repacking = try await repack(image, as: format)
        #expect(repacking.image == nil)
        #expect(repacking.choice.image == image.manifest.descriptor)
    }

    /// A source that counts how often each digest is fetched.
    private actor CountingSource: ContentSource {
        private let image: BuiltImage
        private(set) var fetches: [Digest: Int] = [:]

        init(_ image: BuiltImage) { self.image = image }

        func resolve(_ name: RefName) async throws(Failure) -> Descriptor { image.manifest.descriptor }

        func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
            fetches[descriptor.digest, default: 0] += 1
            return try await image.fetch(descriptor)
        }
    }

    @Test(arguments: [ImageFormat.artifact, .wasm])
    func `reads only the manifest of a bare module that already has the format`(format: ImageFormat)
        async throws
    {
        let source = try await CountingSource(build(ImageOptions(format: format)))
        let repacking = try await Repacking(
            of: source.resolve(.only),
            in: source,
            as: format,
            spoolingIn: try { () throws(Failure) in throw Failure(.diskFull, "the folder is not needed") }(),
            processorCount: 1
        )
        #expect(repacking.image == nil)
        let root = try await source.resolve(.only)
        #expect(await source.fetches == [root.digest: 1])
    }

    @Test(arguments: [ImageFormat.image, .docker])
    func `fetches a tar only once, also to copy it unchanged`(format: ImageFormat) async throws {
        let source = try await CountingSource(build(ImageOptions(format: format)))
        let copying = ImageCopy(as: format, spoolingIn: LazyTemporaryDirectory(), processorCount: 1)
        let prepared = try await copying.prepare(source.resolve(.only), in: source)
        let store = InMemoryStore()
        _ = try await copy(
            .digest(prepared.root.digest),
            from: prepared.content,
            to: store,
            events: SilentSink()
        )
        #expect(await source.fetches.values.allSatisfy { $0 == 1 })
        #expect(await source.fetches.count == 3)
    }

    @Test func `a copy into a layout spools there, except if it may be packed again`() throws {
        let folder = LazyTemporaryDirectory()
        let layout = scratch.appending("layout")
        let whole = ImageCopy(as: nil, spoolingIn: folder, processorCount: 1)
        #expect(try whole.spool(toLayout: layout).path() == layout.appending("blobs"))
        let repacked = ImageCopy(as: .image, spoolingIn: folder, processorCount: 1)
        #expect(try repacked.spool(toLayout: layout).path() == folder.path())
        #expect(try whole.spool(toLayout: nil).path() == folder.path())
    }

    @Test func `keeps annotations, labels and the time, but not the variant annotation`()
        async throws
    {
        let created = try Timestamp(parsing: "2024-05-06T07:08:09Z", from: "here")
        let old = ImageOptions(
            format: .image,
            annotations: ["a": "1", AnnotationKey.wasmVariant: "other"],
            labels: ["l": "2"],
            created: created
        )
        let docker = try await repack(build(old), as: .docker)
        let expected = try await build(ImageOptions(format: .docker, labels: ["l": "2"], created: created))
        #expect(docker.image?.manifest.descriptor == expected.manifest.descriptor)
        #expect(
            docker.warnings.count == 1
                && docker.warnings[0].hasSuffix("annotations; omitted: a")
        )
        let artifact = try await repack(build(old), as: .artifact)
        let other = try await build(ImageOptions(format: .artifact, annotations: ["a": "1"]))
        #expect(artifact.image?.manifest.descriptor == other.manifest.descriptor)
        #expect(
            artifact.warnings.count == 1 && artifact.warnings[0].hasSuffix("labels; omitted: l")
        )
    }

    /// An image in memory with an uncompressed tar, which needs repair.
    private func plain(_ config: String, module: [UInt8]? = nil, in store: InMemoryStore) async throws
        -> Descriptor
    {
        let module = try module ?? Fixtures.bytes("wasm/header-authorization/plugin.wasm")
        let layer = Blob(Tar.entry("plugin.wasm", module) + Tar.end, mediaType: .layerTar)
        let text = #"{"rootfs":{"diff_ids":["\#(layer.descriptor.digest)"],"type":"layers"}\#(config)}"#
        let config = Blob(Array(text.utf8), mediaType: .imageConfig)
        let document = Manifest(
            mediaType: .imageManifest,
            config: config.descriptor,
            layers: [layer.descriptor]
        )
        let manifest = Blob(try CanonicalJSON.encode(document), mediaType: .imageManifest)
        for blob in [layer, config] { await store.push(blob) }
        await store.tag(manifest, as: .tag(.latest))
        return manifest.descriptor
    }

    static let times: [(created: String, expected: String, why: String)] = [
        ("2024-05-06T07:08:09.123456789Z", "2024-05-06T07:08:09Z", "Go's nanoseconds"),
        ("2024-05-06T07:08:09+02:00", "2024-05-06T05:08:09Z", "another zone"),
        ("2024-05-06T07:08:09.5+02:00", "2024-05-06T05:08:09Z", "both"),
        ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "Go's zero"),
        ("yesterday", "1970-01-01T00:00:00Z", "no time"),
    ]

    @Test("keeps the time to the second if a tar can hold it", arguments: times)
    func time(created: String, expected: String, why: String) async throws {
        let store = InMemoryStore()
        let root = try await plain(#","created":"\#(created)""#, in: store)
        let repacking = try await repack(root, store, as: .image)
        let same = try await build(ImageOptions(created: Timestamp(parsing: expected, from: "here")))
        #expect(repacking.image?.manifest.descriptor == same.manifest.descriptor, "\(why)")
        #expect(!repacking.warnings.isEmpty, "warnings describe the original image")
    }

    @Test func `converts the image that proxies select from an index`() async throws {
        let store = InMemoryStore()
        let image = try await plain("", in: store)
        let index = Blob(try CanonicalJSON.encode(Index(manifests: [image])), mediaType: .imageIndex)
        await store.push(index)
        let repacking = try await repack(index.descriptor, store, as: .image)
        #expect(repacking.choice.image.digest == image.digest)
        #expect(try await repacking.image?.manifest.descriptor == build().manifest.descriptor)
    }

    @Test func `rejects an image without a valid module, and leaves no files behind`() async throws {
        let store = InMemoryStore()
        let root = try await plain("", module: Array("no module".utf8), in: store)
        let failure = await #expect(throws: Failure.self) { try await repack(root, store, as: .image) }
        #expect(failure?.code == .notWasm)
        #expect(failure?.description.contains(scratch.path.string) == false, "no file of ours is named")
        #expect(try tree(scratch.path).isEmpty)
    }
}
