import Foundation
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5))) struct BuildTests {
    private let reference = "registry.example.com/test-oci/header-authorization:v0.0.1"

    @Test func `writes a layout and prints one line`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "any-name.wasm")
        let run = try await work.run("build", "any-name.wasm", "-t", reference)
        #expect(run.status == 0, "\(run)")
        let repository = "registry.example.com/test-oci/header-authorization@sha256:"
        #expect(run.outputText.hasPrefix(repository))
        #expect(run.outputText.utf8.count == repository.utf8.count + 65)
        #expect(try work.names(in: "plugin-oci") == ["blobs", "index.json", "oci-layout"])
        #expect(try work.names(in: "plugin-oci/blobs") == ["sha256"])
        #expect(try work.names(in: "plugin-oci/blobs/sha256").count == 3)
        #expect(!run.errorText.contains("\u{1B}"))
        #expect(!run.errorText.contains("\r"))
    }

    @Test func `an untagged build prints the digest and replaces the untagged image`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let first = try await work.run("build")
        #expect(first.outputText.hasPrefix("sha256:"))
        #expect(first.outputText.utf8.count == 72)
        try work.write(Modules.tiny, to: "plugin.wasm")
        let second = try await work.run("build", ".")
        #expect(second.outputText != first.outputText)
        #expect(try work.names(in: "plugin-oci/blobs/sha256").count == 3)
        let verified = try await work.run("verify", "plugin-oci")
        #expect(verified.outputText.contains(second.outputText.trimmingCharacters(in: .newlines)))
    }

    @Test func `the digest depends only on the content`() async throws {
        let work = try Workspace()
        try work.write(Modules.large(3_000_000), to: "a/plugin.wasm")
        try work.write(Modules.large(3_000_000), to: "b/other-name.wasm")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600, .modificationDate: Date(timeIntervalSince1970: 1_234_567)],
            ofItemAtPath: work.path("b/other-name.wasm")
        )
        let plain = try await work.run("build", "a", "--layout", "l1")
        let named = try await work.run("build", "b/other-name.wasm", "--layout", "l2")
        let singleCore = try await work.other(
            "taskset",
            "-c",
            "0",
            Workspace.program,
            "build",
            "a",
            "--layout",
            "l3"
        )
        let masked = try await work.other(
            "sh",
            "-c",
            "umask 077; exec \(Workspace.program) build a --layout l4"
        )
        for run in [plain, named, singleCore, masked] {
            #expect(run.status == 0, "\(run)")
            #expect(run.outputText == plain.outputText)
        }
        let later = try await work.run("build", "a", "--layout", "l5", adding: ["SOURCE_DATE_EPOCH": "86400"])
        #expect(later.outputText != plain.outputText)
        let inspected = try await work.run("inspect", "l5", "--json")
        #expect(inspected.outputText.contains(#""created":"1970-01-02T00:00:00Z""#))
        let again = try await work.run("build", "a", "--layout", "l6", "--created", "1970-01-02T00:00:00Z")
        #expect(again.outputText == later.outputText)
    }

    @Test func `one layout holds several references, and a moved tag leaves no files behind`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "one.wasm")
        try work.write(Modules.tiny, to: "two.wasm")
        _ = try await work.run("build", "one.wasm", "-t", "example.com/a:v1", "-t", "example.com/a:v2")
        let second = try await work.run("build", "two.wasm", "-t", "example.com/a:v2")
        #expect(second.status == 0)
        #expect(try work.names(in: "plugin-oci/blobs/sha256").count == 6)
        let third = try await work.run("build", "two.wasm", "-t", "example.com/a:v1")
        #expect(third.outputText == second.outputText)
        #expect(try work.names(in: "plugin-oci/blobs/sha256").count == 3)
        let other = try await work.run("build", "one.wasm", "-t", "example.org/b:v1")
        #expect(other.errorText.contains("  warning  plugin-oci has another image with the tag v1"))
        let ambiguous = try await work.run("inspect", "plugin-oci:v1")
        #expect(ambiguous.status == 64)
        #expect(ambiguous.errorText.contains("example.com/a:v1"))
        #expect(ambiguous.errorText.contains("example.org/b:v1"))
    }

    @Test func `concurrent builds into one layout all succeed`() async throws {
        let work = try Workspace()
        let runs = try (0..<6).map { number in
            try work.write(Modules.large(200_000 + number, seed: UInt64(number)), to: "\(number).wasm")
            return try work.start([
                "build", "\(number).wasm", "-t", "example.com/many:v\(number)", "--no-check",
            ])
        }
        for run in runs { #expect(try await run.wait().status == 0) }
        let verified = try await work.run("verify", "plugin-oci", "--json")
        #expect(verified.status == 0, "\(verified)")
        for number in 0..<6 { #expect(verified.outputText.contains("example.com/many:v\(number)")) }
        _ = try await work.run("build", "0.wasm", "-t", "example.com/many:v0", "--no-check")
        #expect(try work.names(in: "plugin-oci/blobs/sha256").count == 18)
        #expect(try work.names(in: "plugin-oci/blobs") == ["sha256"])
    }

    @Test func `writes annotations to the manifest and labels to the config`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let run = try await work.run(
            "build",
            "--annotation",
            "org.opencontainers.image.version=1.0=final",
            "--label",
            "team=mesh",
            "--digest-file",
            "digest.txt"
        )
        #expect(run.status == 0, "\(run)")
        #expect(String(decoding: try work.bytes(of: "digest.txt"), as: UTF8.self) + "\n" == run.outputText)
        let manifest = try await work.run("inspect", "plugin-oci", "--raw", "manifest")
        #expect(manifest.outputText.contains(#""org.opencontainers.image.version":"1.0=final""#))
        let config = try await work.run("inspect", "plugin-oci", "--raw", "config")
        #expect(config.outputText.contains(#""Labels":{"team":"mesh"}"#))
    }

    @Test func `the config equals the golden file`() async throws { try await expectGolden("config") }

    /// The compressed bytes, and thus the manifest, depend on the zlib version, which CI must have.
    @Test(
        .enabled("the golden manifest requires zlib 1.2.13") {
            if Workspace.isCI { return true }
            return try await Workspace().run("--version").outputText.contains("zlib 1.2.13)")
        }
    )
    func `the manifest equals the golden file`() async throws { try await expectGolden("manifest") }

    private func expectGolden(_ document: String) async throws {
        let work = try Workspace()
        // The example of docs/reference/formats.md, which can be packed but is not a valid module for an engine.
        try work.write(Fixtures.bytes("wasm/tiny/abi-0.2.1.wasm"), to: "plugin.wasm")
        _ = try await work.run("build", "--no-check", "-t", reference)
        let run = try await work.run("inspect", "plugin-oci", "--raw", document)
        try TestSupport.expectGolden([UInt8](run.outputBytes), "cli/build-\(document).json")
    }

    @Test func `packs the largest module that proxies load, and rejects one byte more`() async throws {
        let work = try Workspace()
        let limit = 268_433_920
        // A sparse file whose custom section contains only zeros.
        for (name, size) in [("largest.wasm", limit), ("larger.wasm", limit + 1)] {
            try work.write(SampleModule.outline(of: size), to: name)
            let file = try FileHandle(forWritingTo: URL(filePath: work.path(name)))
            try file.truncate(atOffset: UInt64(size))
            try file.close()
        }
        let larger = try await work.run("build", "larger.wasm")
        #expect(larger.status == 65)
        #expect(larger.errorText.contains("error[module-too-large]"))
        #expect(try work.files(below: "plugin-oci/blobs").isEmpty)
        let packed = try await work.run("build", "largest.wasm", "--compression-level", "1")
        #expect(packed.status == 0, "\(packed)")
        let verified = try await work.run("verify", "plugin-oci")
        #expect(verified.status == 0, "\(verified)")
    }
}
