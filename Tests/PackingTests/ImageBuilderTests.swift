import Archive
import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite(.timed, .timeLimit(.minutes(5)))
struct ImageBuilderTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func build(
        _ module: [UInt8],
        _ options: ImageOptions = ImageOptions(),
        name: String = "module.wasm",
        processorCount: Int = 2
    ) async throws -> BuiltImage {
        let file = try scratch.write(module, to: name)
        return try await ImageBuilder(options, processorCount: processorCount)
            .build(file, spoolingIn: scratch.path)
    }

    private func tiny() throws -> [UInt8] { try Fixtures.bytes("wasm/tiny/abi-0.2.1.wasm") }

    private func text(_ blob: Blob) throws -> String {
        String(decoding: try blob.bytes(limit: Manifest.sizeLimit), as: UTF8.self)
    }

    @Test func `keeps the bytes of the smallest module's config`() async throws {
        let image = try await build(tiny())
        try expectGolden(image.config.bytes(limit: .max), "oci/config.json")
        #expect(
            image.diffIDs[0].description
                == "sha256:1b54002b20112d0ff56d67c6733e1f06ba1550ddc391299367d6330368feddf5"
        )
        #expect(
            image.module.digest.description
                == "sha256:5818d8d7606ad3a2d41dc950b681dcb2e4da01596c90a3a71aa9febbefe2e581"
        )
        #expect(image.module.size == 37)
    }

    @Test func `the manifest equals the golden file except for digests and sizes`() async throws {
        let image = try await build(tiny())
        let golden = Manifest(
            mediaType: .imageManifest,
            config: image.config.descriptor,
            layers: image.layers.map(\.descriptor),
            annotations: [AnnotationKey.wasmVariant: "compat"]
        )
        #expect(try image.manifest.bytes(limit: .max) == CanonicalJSON.encode(golden))
        // The fixture lists other blobs, so their digests and sizes are replaced.
        var expected = String(decoding: try Fixtures.bytes("oci/manifest-image.json"), as: UTF8.self)
        for (word, blob) in [("config", image.config), ("layer", image.layers[0])] {
            let stands = Descriptor(
                mediaType: blob.descriptor.mediaType,
                digest: Digest(of: Array(word.utf8)),
                size: word.utf8.count
            )
            expected = try expected.replacing(
                String(decoding: CanonicalJSON.encode(stands), as: UTF8.self),
                with: String(decoding: CanonicalJSON.encode(blob.descriptor), as: UTF8.self)
            )
        }
        #expect(try text(image.manifest) == expected)
    }

    @Test func `writes labels to the config and annotations to the manifest`() async throws {
        let image = try await build(
            tiny(),
            ImageOptions(annotations: ["a": "b/c"], labels: ["b": "2", "a": "1/2"])
        )
        try expectGolden(image.config.bytes(limit: .max), "oci/config-labels.json")
        let annotations = #""annotations":{"a":"b/c","module.wasm.image/variant":"compat"}"#
        #expect(try text(image.manifest).contains(annotations))
    }

    @Test func `a given annotation overrides the default`() async throws {
        let image = try await build(tiny(), ImageOptions(annotations: [AnnotationKey.wasmVariant: "other"]))
        #expect(try text(image.manifest).contains(#""annotations":{"module.wasm.image/variant":"other"}"#))
    }

    @Test func `writes the creation time to the tar, the config and the history`() async throws {
        let created = try Timestamp(parsing: "1700000000", from: "here")
        let image = try await build(tiny(), ImageOptions(created: created))
        #expect(try text(image.config).components(of: #""created":"2023-11-14T22:13:20Z""#) == 2)
        let plain = try await build(tiny())
        #expect(image.diffIDs != plain.diffIDs)
        #expect(image.module == plain.module)
    }

    @Test
    func `the digest does not depend on the file's name, time and permissions, or the number of processors`()
        async throws
    {
        let module = SampleModule.bytes(size: 400_000)
        let first = try await build(module).manifest.descriptor.digest
        let file = try scratch.write(module, to: "a folder/another näme")
        #expect(chmod(file.string, 0o640) == 0)
        #expect(utimes(file.string, [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)]) == 0)
        for processorCount in [1, 3, 8] {
            let image = try await ImageBuilder(ImageOptions(), processorCount: processorCount)
                .build(file, spoolingIn: scratch.path)
            #expect(image.manifest.descriptor.digest == first)
        }
    }

    @Test func `another compression level gives another layer with the same diffID`() async throws {
        let module = SampleModule.bytes(size: 400_000)
        let small = try await build(module, ImageOptions(compressionLevel: 9))
        let fast = try await build(module, ImageOptions(compressionLevel: 1))
        #expect(small.diffIDs == fast.diffIDs)
        #expect(small.config.descriptor == fast.config.descriptor)
        #expect(small.layers[0].descriptor.size < fast.layers[0].descriptor.size)
    }

    @Test func `a built image verifies, and its module can be extracted`() async throws {
        let module = SampleModule.bytes(size: 700_000)
        let image = try await build(module)
        #expect(try await Verification(of: image.resolve(.only), in: image).findings.isEmpty)
        let extractor = PluginExtractor(image)
        var bytes: [UInt8] = []
        let manifest = try await ImageChoice(of: image.manifest.descriptor, in: image).manifest
        let config = try await extractor.config(of: manifest)
        let plugin = try await extractor.extract(manifest, config: config) { bytes += $0 }
        #expect(bytes == module)
        #expect(plugin.module == image.module)
        #expect(plugin.warnings.isEmpty)
    }

    @Test func `writes an image to two layouts in sequence`() async throws {
        let layouts = [
            try await ImageLayout(creating: scratch.appending("one")),
            try await ImageLayout(creating: scratch.appending("two")),
        ]
        let file = try scratch.write(tiny(), to: "plugin.wasm")
        let image = try await ImageBuilder(ImageOptions(), processorCount: 1)
            .build(file, spoolingIn: layouts[0].spoolDirectory)
        for layout in layouts {
            let report = try await Storage.copy(.only, from: image, to: layout, events: SilentSink())
            #expect(try await Verification(of: report.root, in: layout).findings.isEmpty)
        }
        #expect(try tree(scratch.path).allSatisfy { !$0.contains(".wasmpack-") })
    }

    static let rejected: [(file: String, code: Failure.Code)] = [
        ("wasm/tiny/component.wasm", .wasmComponent),
        ("wasm/tiny/truncated.wasm", .wasmMalformed),
        ("wasm/tiny/git-lfs-pointer/plugin.wasm", .notWasm),
        ("oci/config.json", .notWasm),
        ("no-such-file", .fileMissing),
        ("wasm", .fileUnreadable),
    ]

    @Test("rejects a file that is not a module, and leaves no files behind", arguments: rejected)
    func rejection(file: String, code: Failure.Code) async throws {
        let failure = await #expect(throws: Failure.self) {
            try await ImageBuilder(ImageOptions(), processorCount: 1)
                .build(FilePath(Fixtures.path(file)), spoolingIn: scratch.path)
        }
        #expect(failure?.code == code)
        #expect(try tree(scratch.path) == [])
    }

    @Test func `names a missing folder for the layer`() async throws {
        let file = try scratch.write(tiny(), to: "plugin.wasm")
        let failure = await #expect(throws: Failure.self) {
            try await ImageBuilder(ImageOptions(), processorCount: 1)
                .build(file, spoolingIn: scratch.appending("missing"))
        }
        #expect(failure?.code == .fileUnwritable)
    }
}

extension String {
    /// Counts the occurrences of another text.
    fileprivate func components(of other: String) -> Int { ranges(of: other).count }
}
