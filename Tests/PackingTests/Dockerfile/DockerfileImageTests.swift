import Diagnostics
import OCI
import Packing
import Storage
import SystemPackage
import TestSupport
import Testing

/// Tests images built from Dockerfiles, down to the bytes of the layers.
@Suite(.timed, .timeLimit(.minutes(5)))
struct DockerfileImageTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        try scratch.write(Fixtures.bytes("wasm/tiny/abi-0.2.1.wasm"), to: "context/plugin.wasm")
    }

    private func build(_ lines: String) async throws -> BuiltImage {
        let file = try scratch.write(Array("FROM scratch\n\(lines)\n".utf8), to: "context/Dockerfile")
        let contents = try BuildInput(locating: file)
            .contents(labels: [:], arguments: [:], apartFrom: [], events: SilentSink())
        return try await ImageBuilder(ImageOptions(), processorCount: 2).build(
            contents,
            spoolingIn: scratch.path
        )
    }

    private func config(_ image: BuiltImage) throws -> String {
        String(decoding: try image.config.bytes(limit: .max), as: UTF8.self)
    }

    @Test func `the tutorial's Dockerfile gives the same image as the bare module`() async throws {
        let bare = try await ImageBuilder(ImageOptions(), processorCount: 2)
            .build(scratch.appending("context/plugin.wasm"), spoolingIn: scratch.path)
        let image = try await build("ADD ./plugin.wasm ./plugin.wasm")
        #expect(image.manifest.descriptor == bare.manifest.descriptor)
        let copied = try await build("COPY plugin.wasm /")
        #expect(copied.manifest.descriptor == bare.manifest.descriptor)
    }

    @Test func `writes the Dockerfile's settings to the config`() async throws {
        let image = try await build(
            #"""
            MAINTAINER me
            ARG V=1
            LABEL v=$V
            WORKDIR /w
            EXPOSE 80
            CMD ["a"]
            COPY plugin.wasm .
            """#
        )
        try expectGolden(image.config.bytes(limit: .max).map { $0 }, "oci/config-dockerfile.json")
        #expect(image.layers.count == 2)
        #expect(image.module.size == 37)
    }

    @Test func `GNU tar lists the expected files, folders and modes`() async throws {
        try scratch.write([1, 2], to: "context/d/é/file")
        let image = try await build("COPY --chmod=700 d /x/y\nCOPY plugin.wasm /")
        let layer = try scratch.write(image.layers[0].bytes(limit: .max), to: "layer.tar.gz")
        let listed = try Tool.run(
            "tar",
            ["--numeric-owner", "--utc", "--quoting-style=literal", "-tvzf", layer.string]
        )
        #expect(listed.errors.isEmpty)
        let lines = listed.output.split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        #expect(
            lines == [
                "drwx------ 0/0 0 1970-01-01 00:00 x/", "drwx------ 0/0 0 1970-01-01 00:00 x/y/",
                "drwx------ 0/0 0 1970-01-01 00:00 x/y/é/", "-rwx------ 0/0 2 1970-01-01 00:00 x/y/é/file",
            ]
        )
    }

    @Test func `only plugin.wasm must be a module`() async throws {
        try scratch.write(Array("text".utf8), to: "context/readme.wasm")
        #expect(try await build("COPY readme.wasm /\nCOPY plugin.wasm /").layers.count == 2)
        try scratch.write(Array("text".utf8), to: "context/x/plugin.wasm")
        let failure = await #expect(throws: Failure.self) { try await build("COPY x/plugin.wasm /") }
        #expect(failure?.code == .notWasm)
    }

    @Test func `an image with several layers and a large file beside the module verifies`()
        async throws
    {
        try scratch.write(SampleModule.noise(size: 1_000_000), to: "context/big")
        let image = try await build("COPY big /a/b/c/\nCOPY . /all/\nCOPY plugin.wasm /")
        #expect(try await Verification(of: image.resolve(.only), in: image).findings.isEmpty)
        #expect(image.diffIDs.count == 3)
    }
}
