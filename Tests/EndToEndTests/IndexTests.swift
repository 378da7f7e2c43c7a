import Foundation
import OCI
import TestSupport
import Testing

/// An index in a registry, as BuildKit and skopeo create it: proxies choose an image from it, and so does the program.
@Suite(.long, .timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct IndexLongTests {
    private struct Entry: Codable {
        struct Platform: Codable { let os, architecture: String }
        let mediaType, digest: String
        let size: Int
        var platform: Platform?
        var annotations: [String: String]?
    }

    private struct Index: Codable {
        var schemaVersion = 2
        var mediaType: String? = MediaType.imageIndex.name
        var manifests: [Entry]
    }

    /// An index of two images and an attestation, pushed to a real registry by skopeo.
    private struct Pushed {
        let work: Workspace
        let registry: RegistryPeer
        let access: RegistryPeer.Access
        let reference: String
        let index: Digest
        /// The image that proxies use, with the reference plugin.
        let image: String
        let bytes: [UInt8]

        var repository: String { String(reference.dropLast(3)) }

        func run(_ arguments: String...) async throws -> CommandLineRun {
            try await work.start(arguments + access.flags, input: access.input).wait()
        }
    }

    private static func pushed() async throws -> Pushed {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        try work.write(Modules.plugin, to: "plugin.wasm")
        try work.write(Modules.tiny, to: "tiny.wasm")
        for (module, tag) in [("tiny.wasm", "a"), ("plugin.wasm", "b"), ("tiny.wasm", "c")] {
            let built = try await work.run("build", module, "-t", "r.example/x:\(tag)", "--layout", "image")
            #expect(built.status == 0, "\(built)")
        }
        var entries = try JSONDecoder().decode(
            Index.self,
            from: Data(work.bytes(of: "image/index.json"))
        ).manifests
        for (number, architecture) in ["arm64", "amd64", "unknown"].enumerated() {
            let os = architecture == "unknown" ? "unknown" : "linux"
            entries[number].platform = Entry.Platform(os: os, architecture: architecture)
            entries[number].annotations = nil
        }
        let bytes = [UInt8](try JSONEncoder().encode(Index(manifests: entries)))
        let index = Digest(of: bytes)
        try work.write(bytes, to: "image/blobs/sha256/\(index.encoded)")
        let root = Entry(
            mediaType: MediaType.imageIndex.name,
            digest: index.description,
            size: bytes.count,
            annotations: ["org.opencontainers.image.ref.name": "v1"]
        )
        try work.write(JSONEncoder().encode(Index(manifests: [root])), to: "image/index.json")
        let access = try registry.access(work)
        let reference = "\(registry.name)/\(work.namespace)/multi/plugin:v1"
        let copied = try await work.skopeo(
            registry,
            ["copy", "--all", "--dest-cert-dir", access.folder, "oci:image:v1", "docker://\(reference)"]
        )
        #expect(copied.status == 0, "\(copied)")
        return Pushed(
            work: work,
            registry: registry,
            access: access,
            reference: reference,
            index: index,
            image: entries[1].digest,
            bytes: bytes
        )
    }

    @Test func `generate pins the image in an index, and rejects the digest of the index`() async throws {
        let pushed = try await Self.pushed()
        let run = try await pushed.run("generate", "wasmplugin", pushed.reference)
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("url: oci://\(pushed.repository)@\(pushed.image)  # v1\n"), "\(run)")
        #expect(!run.errorText.contains("warning"), "\(run)")
        let rejected = try await pushed.run("generate", "wasmplugin", "\(pushed.repository)@\(pushed.index)")
        #expect(rejected.status == 1, "\(rejected)")
        #expect(rejected.outputText.isEmpty)
        #expect(rejected.errorText.contains("is an index, not an image"), "\(rejected)")
        #expect(rejected.errorText.contains("try: \(pushed.repository)@\(pushed.image)"), "\(rejected)")
    }

    @Test func `lint finds the digest of an index, and --fix pins the image in it`() async throws {
        let pushed = try await Self.pushed()
        try pushed.work.write(
            LintTests.plugin("oci://\(pushed.repository)@\(pushed.index)  # v1"),
            to: "p.yaml"
        )
        let run = try await pushed.run("lint", "p.yaml")
        #expect(run.status == 1 && run.outputText.contains("[pin-of-index]"), "\(run)")
        let fixed = try await pushed.run("lint", "p.yaml", "--fix")
        #expect(fixed.status == 0, "\(fixed)")
        let text = String(decoding: try pushed.work.bytes(of: "p.yaml"), as: UTF8.self)
        #expect(text.contains("url: oci://\(pushed.repository)@\(pushed.image)  # v1\n"), "\(text)")
    }

    @Test func `documents that no proxy pulls by accept the digest of an index, and pin its image`()
        async throws
    {
        let pushed = try await Self.pushed()
        for kind in ["image-volume", "envoy"] {
            let run = try await pushed.run("generate", kind, "\(pushed.repository)@\(pushed.index)")
            #expect(run.status == 0, "\(run)")
            #expect(run.outputText.contains("\(pushed.repository)@\(pushed.image)"), "\(run)")
            let note = "is an index; the document names the image in it, sha256:"
            #expect(run.errorText.contains(note), "\(run)")
            let byTag = try await pushed.run("generate", kind, pushed.reference)
            #expect(!byTag.errorText.contains("is an index"), "\(byTag)")
        }
    }

    @Test func `pulls the image in an index that proxies use, and prints its digest`() async throws {
        let pushed = try await Self.pushed()
        let run = try await pushed.run("pull", pushed.reference, "-o", "out.wasm", "--digest-file", "digest")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText == "\(pushed.repository)@\(pushed.image)\n", "theirs to pin")
        #expect(run.errorText.contains("is an index, and proxies cannot pin an index"), "\(run)")
        #expect(run.errorText.contains("pin the image in it: \(pushed.image) (linux/amd64)"), "\(run)")
        #expect(try pushed.work.bytes(of: "out.wasm") == Modules.plugin)
        #expect(try pushed.work.bytes(of: "digest") == Array(pushed.image.utf8))

        let again = try await pushed.run(
            "pull",
            "\(pushed.repository)@\(pushed.index)",
            "-o",
            "x.wasm",
            "--json"
        )
        #expect(again.outputText.contains(#""digest":"\#(pushed.image)""#), "\(again)")
        #expect(again.outputText.contains(#""index":"\#(pushed.index)""#), "\(again)")
        let direct = try await pushed.run(
            "pull",
            "\(pushed.repository)@\(pushed.image)",
            "-o",
            "y.wasm",
            "--json"
        )
        #expect(direct.outputText.contains(#""index":null"#), "\(direct)")
        #expect(!direct.errorText.contains("is an index"), "\(direct)")
    }

    @Test func `a layout keeps the index unchanged, with everything that it lists`() async throws {
        let pushed = try await Self.pushed()
        let run = try await pushed.run("pull", pushed.reference, "--layout", "kept")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText == "\(pushed.repository)@\(pushed.image)\n", "\(run)")
        #expect(run.errorText.contains("pin the image in it: \(pushed.image)"), "\(run)")
        #expect(try pushed.work.bytes(of: "kept/blobs/sha256/\(pushed.index.encoded)") == pushed.bytes)
        let verified = try await pushed.work.run("verify", "kept", "--expect", "\(pushed.index)", "--json")
        #expect(verified.status == 0, "\(verified)")
        #expect(verified.outputText.contains(#""digest":"\#(pushed.index)""#), "\(verified)")
        #expect(verified.outputText.contains(pushed.image), "\(verified)")
    }

    @Test func `inspect shows the image in an index, and both digests`() async throws {
        let pushed = try await Self.pushed()
        let run = try await pushed.run("inspect", pushed.reference)
        #expect(run.outputText.contains("\(pushed.index)  (proxies cannot pin this one)"), "\(run)")
        #expect(run.outputText.contains("\ndigest   \(pushed.image)\n"), "\(run)")
        let document = try await pushed.run("inspect", pushed.reference, "--json")
        #expect(document.outputText.contains(#""index":"\#(pushed.index)""#), "\(document)")
        #expect(document.outputText.contains(#""digest":"\#(pushed.image)""#), "\(document)")
    }

    @Test func `the expected digest may be that of the index or of its image`() async throws {
        let pushed = try await Self.pushed()
        let sha512 = Digest(of: pushed.bytes, algorithm: .sha512)
        for expected in ["\(pushed.index)", pushed.image, "\(sha512)"] {
            let run = try await pushed.run("pull", pushed.reference, "-o", "out.wasm", "--expect", expected)
            #expect(run.status == 0, "\(run)")
            let verified = try await pushed.run("verify", pushed.reference, "--expect", expected)
            #expect(verified.status == 0, "\(verified)")
        }
        let other = "sha256:\(String(repeating: "0", count: 64))"
        let verified = try await pushed.run("verify", pushed.reference, "--expect", other)
        #expect(verified.status == 1, "\(verified)")
        let before = try pushed.work.names()
        for place in [["-o", "new.wasm"], ["--layout", "new"]] {
            let run = try await pushed.work.start(
                ["pull", pushed.reference, "--expect", other] + place + pushed.access.flags,
                input: pushed.access.input
            ).wait()
            #expect(run.status == 65, "\(run)")
            #expect(
                run.errorText.contains("error[digest-mismatch]: the image does not have the expected digest"),
                "\(run)"
            )
            #expect(
                run.errorText.contains(
                    "expected \(other), found \(pushed.index), an index that contains \(pushed.image)"
                ),
                "\(run)"
            )
        }
        #expect(try pushed.work.names() == before)
    }
}
