import Foundation
import TestSupport
import Testing

/// `build --format`, `--config` and `--archive`.
@Suite(.timed, .timeLimit(.minutes(5))) struct BuildFormatTests {
    private let work: Workspace
    private let reference = "registry.example.com/test-oci/header-authorization:v0.0.1"

    init() throws {
        work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
    }

    private func expectGolden(_ document: String, of format: String) async throws {
        let built = try await work.run("build", "-t", reference, "--format", format)
        #expect(built.status == 0, "\(built)")
        let run = try await work.run("inspect", "plugin-oci", "--raw", document)
        try TestSupport.expectGolden([UInt8](run.outputBytes), "cli/build-\(format)-\(document).json")
    }

    @Test("the documents of a bare module equal the golden files", arguments: ["artifact", "wasm"])
    func bare(format: String) async throws {
        try await expectGolden("manifest", of: format)
        try await expectGolden("config", of: format)
    }

    /// The compressed bytes, and thus the manifest, depend on the zlib version, which CI must have.
    @Test(
        .enabled("the golden manifest requires zlib 1.2.13") {
            if Workspace.isCI { return true }
            return try await Workspace().run("--version").outputText.contains("zlib 1.2.13)")
        }
    )
    func `Docker's manifest equals the golden file`() async throws {
        try await expectGolden("manifest", of: "docker")
    }

    @Test func `JSON reports the format, and the archive in place of the layout`() async throws {
        let built = try await work.run("build", "--format", "artifact", "--archive", "a.tar", "--json")
        #expect(built.status == 0, "\(built)")
        for member in [
            #""format":"artifact""#, #""archive":"a.tar""#, #""layout":null"#, #""diffID":null"#,
        ] { #expect(built.outputText.contains(member), "\(member): \(built)") }
        #expect(!work.exists("plugin-oci"))
    }

    @Test func `writes the same archive as copy, and does not replace an existing one`() async throws {
        let built = try await work.run("build", "-t", reference, "--archive", "built.tar")
        #expect(built.status == 0, "\(built)")
        #expect(try await work.run("build", "-t", reference).outputText == built.outputText)
        #expect(try await work.run("copy", "plugin-oci", "copied.tar").status == 0)
        let bytes = try work.bytes(of: "built.tar")
        #expect(try bytes == work.bytes(of: "copied.tar"))
        #expect(
            try await work.run("build", "-t", reference, "--archive", "built.tar").status == 0,
            "the same"
        )
        try work.write(Modules.tiny, to: "tiny.wasm")
        let other = try await work.run("build", "tiny.wasm", "-t", reference, "--archive", "built.tar")
        #expect(other.status == 1, "\(other)")
        #expect(other.errorText.contains("error[file-exists]"), "\(other)")
        #expect(try work.bytes(of: "built.tar") == bytes)
    }

    static let rejections: [(arguments: [String], status: Int32, phrase: String)] = [
        (["--archive", "x.tgz"], 64, "x.tar"),
        (["--archive", "x.img"], 64, "x.tar"),
        (["--archive", ""], 64, "is not a valid name for an archive"),
        (["--archive", "x.tar", "--layout", "l"], 64, "--archive and --layout cannot be used together"),
        (["--archive", "no/such/folder/x.tar"], 74, "does not exist"),
        (["--archive", "x.tar", "--digest-file", "x.tar"], 64, "digest"),
        (["--format", "oci"], 64, "format"),
        (["--format", "docker", "--annotation", "a=b"], 64, "does not support annotations"),
        (["--format", "wasm", "--label", "a=b"], 64, "does not support labels"),
        (["--config", "plugin.wasm"], 78, "config-invalid"),
        (["--config", "none.json", "--format", "artifact"], 66, "none.json"),
    ]

    @Test("rejects contradictory options, and leaves no files behind", arguments: rejections)
    func rejection(arguments: [String], status: Int32, phrase: String) async throws {
        let before = try work.names()
        let run = try await work.start(["build"] + arguments).wait()
        #expect(run.status == status, "\(run)")
        #expect(run.errorText.contains(phrase), "\(run)")
        #expect(try work.names() == before)
    }

    @Test func `writes a given runtime config to an artifact`() async throws {
        try work.write(Array(#"{"type":"mine"}"#.utf8), to: "rc.json")
        let built = try await work.run("build", "--format", "artifact", "--config", "rc.json")
        #expect(built.status == 0, "\(built)")
        #expect(
            try await work.run("inspect", "plugin-oci", "--raw", "config").outputText == #"{"type":"mine"}"#
        )
        let misplaced = try await work.run("build", "--config", "rc.json", "--layout", "other")
        #expect(misplaced.status == 64, "\(misplaced)")
        #expect(misplaced.errorText.contains("--format artifact"), "\(misplaced)")
        #expect(!work.exists("other"))
    }

    @Test func `warns of Docker types where skopeo does not support them`() async throws {
        let layout = try await work.run("build", "--format", "docker")
        #expect(layout.errorText.contains("skopeo does not find it in a layout"), "\(layout)")
        let archive = try await work.run("build", "--format", "docker", "--archive", "x.tar")
        #expect(archive.errorText.contains("only as docker-archive:"), "\(archive)")
    }
}
