import Foundation
import TestSupport
import Testing

/// Images of every shape found in registries: `check` predicts Istio's messages, and readable modules are extracted.
///
/// `Tests/Support/images.py` writes them.
@Suite(.long, .timed, .timeLimit(.minutes(15))) struct PushedShapeLongTests {
    private static let ociGzip = "application/vnd.oci.image.layer.v1.tar+gzip"
    private static let dockerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip"

    /// Istio's messages (pkg/wasm/imagefetcher.go, cache.go), by shape.
    static let rejected: [(shape: String, sentences: [String])] = [
        (
            "wasm-to-oci",
            [
                "invalid media type application/vnd.wasm.content.layer.v1+wasm (expect \(ociGzip))",
                "number of layers must be 2 but got 1",
            ]
        ),
        (
            "wasm",
            [
                "invalid media type application/wasm (expect \(ociGzip))",
                "number of layers must be 2 but got 1",
            ]
        ),
        ("artifact-one-layer", ["number of layers must be 2 but got 1"]),
        ("artifact-three-layers", ["number of layers must be 2 but got 3"]),
        ("artifact-four-layers", ["number of layers must be 2 but got 4"]),
        ("oras-raw", ["invalid media type application/vnd.oci.image.layer.v1.tar (expect \(ociGzip))"]),
        ("layer-tar", ["invalid media type application/vnd.oci.image.layer.v1.tar (expect \(ociGzip))"]),
        (
            "layer-zstd",
            ["invalid media type application/vnd.oci.image.layer.v1.tar+zstd (expect \(ociGzip))"]
        ),
        ("docker-with-oci-layers", ["invalid media type \(ociGzip) (expect \(dockerGzip))"]),
        ("oci-with-docker-layers", ["invalid media type \(dockerGzip) (expect \(ociGzip))"]),
        ("lower-layer", ["plugin.wasm not found in the archive"]),
        ("lower-layer-whited-out", ["plugin.wasm not found in the archive"]),
        ("other-name", ["plugin.wasm not found in the archive"]),
        ("two-other-names", ["plugin.wasm not found in the archive"]),
        ("upper-case-name", ["plugin.wasm not found in the archive"]),
        ("nothing-in-it", ["plugin.wasm not found in the archive"]),
        ("no-layers", ["number of layers must be greater than zero"]),
        ("says-gzip-is-tar", ["failed to parse layer as tar.gz"]),
        ("says-gzip-is-zstd", ["failed to parse layer as tar.gz"]),
        ("says-gzip-is-module", ["failed to parse layer as tar.gz"]),
        ("symbolic-link", ["is invalid"]),
        ("hard-link", ["is invalid"]),
        ("link-first", ["is invalid"]),
        ("folder-of-that-name", ["is invalid"]),
        ("module-is-text", ["is invalid"]),
        ("module-is-empty", ["is invalid"]),
        ("module-misses-an-import", ["Failed to load Wasm module due to a missing import: env.nope"]),
        ("module-is-a-component", ["Missing or unknown Proxy-Wasm ABI version"]),
    ]

    /// The shapes that Istio accepts, with or without a warning.
    static let taken = [
        "image", "docker", "artifact", "higress-layers", "empty-config", "two-layers", "in-a-folder",
        "with-a-dot", "twice",
        "without-end-mark", "two-members", "index", "index-attestation-first", "index-without-platform",
        "index-several",
        "docker-list",
    ]

    /// The shapes from which `pull` extracts the module, although some proxies reject them.
    static let readable =
        taken + [
            "wasm", "wasm-to-oci", "artifact-three-layers", "artifact-one-layer", "oras-raw", "lower-layer",
            "other-name",
            "layer-tar", "layer-zstd", "says-tar-is-gzip", "index-arm64-only", "index-wasm",
        ]

    private struct Answer: Decodable {
        struct Consumer: Decodable {
            let name: String
            let verdict: String
        }

        let consumers: [Consumer]
    }

    /// Of these, one for each way to find the module.
    static let sample = [
        "image", "docker", "artifact", "wasm", "wasm-to-oci", "oras-raw", "lower-layer", "layer-zstd",
        "says-tar-is-gzip", "index-several",
    ]

    static func written() async throws -> Workspace {
        let work = try Workspace()
        try await PeerProcess.run("images.py", [work.path("images")])
        return work
    }

    @Test func `rejects the images that Istio rejects, with Istio's message`() async throws {
        let work = try await Self.written()
        for (shape, sentences) in Self.rejected {
            let run = try await work.run("check", "images/\(shape)", "--for", "istio")
            #expect(run.status == 1, "\(shape): \(run)")
            for sentence in sentences { #expect(run.outputText.contains(sentence), "\(shape): \(run)") }
        }
    }

    @Test func `accepts the images that Istio accepts`() async throws {
        let work = try await Self.written()
        for shape in Self.taken {
            let run = try await work.run("check", "images/\(shape)", "--for", "istio", "--json")
            #expect(run.status == 0, "\(shape): \(run)")
            let answer = try JSONDecoder().decode(Answer.self, from: run.outputBytes)
            #expect(answer.consumers.map(\.name) == ["istio"])
            #expect(answer.consumers.allSatisfy { $0.verdict != "error" }, "\(shape): \(run)")
        }
    }

    @Test func `repairs the image in an index, in layouts and archives`() async throws {
        try await Self.expectRepairs(["index-several", "docker-list"])
    }

    static func expectRepairs(_ shapes: [String]) async throws {
        let work = try await written()
        for shape in shapes {
            let layout = try await work.run("copy", "--format", "image", "images/\(shape)", "\(shape)-oci")
            #expect(layout.status == 0, "\(shape): \(layout)")
            let archive = try await work.run(
                "copy",
                "--format",
                "image",
                "images/\(shape):v1",
                "\(shape).tar"
            )
            #expect(archive.status == 0, "\(shape): \(archive)")
            let again = try await work.run("copy", "--format", "image", "images/\(shape)", "images/\(shape)")
            #expect(again.status == 0, "\(shape): \(again)")
            for place in ["\(shape)-oci", "\(shape).tar", "images/\(shape):v1"] {
                #expect(try await work.run("verify", place).status == 0, "\(place)")
                let run = try await work.run("check", place, "--for", "istio", "--strict")
                #expect(run.status == 0, "\(place): \(run)")
            }
        }
    }

    @Test func `reports a damaged layer only as unreadable`() async throws {
        let work = try await Self.written()
        for shape in ["cut-gzip", "cut-tar"] {
            let run = try await work.run("check", "images/\(shape)", "--for", "istio")
            #expect(run.status == 1, "\(shape): \(run)")
            #expect(run.outputText.contains("FAIL     the layer is not"), "\(shape): \(run)")
            #expect(!run.outputText.contains("warning"), "\(shape): \(run)")
        }
    }

    @Test func `suggests a repair only if the image has a module`() async throws {
        let work = try await Self.written()
        let hopeless = [
            "folder-of-that-name", "nothing-in-it", "two-other-names", "module-is-text", "cut-tar",
            "no-layers",
            "layer-unknown", "component-layer",
        ]
        for (shapes, repairable) in [(hopeless, false), (["other-name", "artifact-one-layer"], true)] {
            for shape in shapes {
                let run = try await work.run("check", "images/\(shape)", "--for", "istio")
                #expect(run.outputText.contains("copy --format image") == repairable, "\(shape): \(run)")
                #expect(run.outputText.contains("build the image again") != repairable, "\(shape): \(run)")
            }
        }
    }

    /// The archive contains more than consumers read.
    static let largest = "more-than-256-MiB"

    static func expectDocument(_ command: String, _ shape: String, _ work: Workspace) async throws {
        let run = try await work.run(command, "images/\(shape)", "--json")
        #expect([0, 1, 65, 66].contains(run.status), "\(command) \(shape): \(run)")
        #expect(
            (try? JSONSerialization.jsonObject(with: run.outputBytes)) != nil,
            "\(command) \(shape): \(run)"
        )
    }

    @Test(.enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
    func `extracts the module from each readable shape`() async throws {
        try await Self.expectExtraction(Self.sample)
    }

    static func expectExtraction(_ shapes: [String]) async throws {
        let work = try await written()
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        let module = try work.bytes(of: "images/module.wasm")
        for shape in shapes {
            let reference = "\(registry.name)/\(work.namespace)/shapes/\(shape):v1"
            let copied = try await work.start(["copy", "images/\(shape):v1", reference] + access.trust).wait()
            #expect(copied.status == 0, "\(shape): \(copied)")
            let pulled = try await work.start(["pull", reference, "-o", "\(shape).wasm"] + access.trust)
                .wait()
            #expect(pulled.status == 0, "\(shape): \(pulled)")
            #expect((try? work.bytes(of: "\(shape).wasm")) == module, "\(shape)")
        }
    }
}

/// Every command on every shape, and the shape of 257 MiB.
extension PushedShapeLongTests {
    @Test func `every command ends with a documented exit status for every image shape`() async throws {
        let work = try Workspace()
        try await PeerProcess.run("images.py", [work.path("images")])
        let shapes = try work.names(in: "images")
        #expect(shapes.count > 60)
        for shape in shapes where shape != "module.wasm" {
            // Each command needs a minute for the largest shape on a busy machine, and all read it the same way.
            let commands = shape == PushedShapeLongTests.largest ? ["check"] : ["check", "inspect", "verify"]
            for command in commands { try await PushedShapeLongTests.expectDocument(command, shape, work) }
        }
    }

    @Test func `repairs the image in every index`() async throws {
        let shapes = ["index", "index-several", "index-of-index", "index-arm64-only", "docker-list"]
        try await PushedShapeLongTests.expectRepairs(shapes)
    }

    @Test(.enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
    func `extracts the module from every readable shape`() async throws {
        try await PushedShapeLongTests.expectExtraction(PushedShapeLongTests.readable)
    }
}
