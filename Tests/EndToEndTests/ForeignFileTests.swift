import Foundation
import TestSupport
import Testing

/// Files and layouts as other programs and users leave them.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct ForeignFileLongTests {
    private let work: Workspace
    private let digest: String

    init() async throws {
        work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let built = try await work.run("build", "plugin.wasm", "-t", "r.example/team/plugin:v1")
        #expect(built.status == 0, "\(built)")
        digest = String(built.outputText.trimmingCharacters(in: .newlines).suffix(71))
        #expect(try await work.run("copy", "plugin-oci", "ours.tar").status == 0)
    }

    private func shell(_ script: String) async throws {
        let run = try await work.other("sh", "-ec", script)
        #expect(run.status == 0, "\(run)")
    }

    static let archives: [(name: String, script: String, why: String)] = [
        ("result", "cp ours.tar result", "no extension, as Nix and Bazel name it"),
        ("image", "gzip -c ours.tar >image", "no extension, compressed"),
        ("x.tar.gzip", "gzip -c ours.tar >x.tar.gzip", "another extension"),
        ("X.TAR", "cp ours.tar X.TAR", "capital letters"),
        ("x.img", "zstd -q ours.tar -o x.img", "zstd"),
        ("odd.wasm", "cp ours.tar odd.wasm", "the name of a module"),
        (
            "v7.tar", "mkdir t; tar xf ours.tar -C t; tar --format=v7 -cf v7.tar -C t .",
            "a tar without the word ustar"
        ),
        ("v7", "mkdir t; tar xf ours.tar -C t; tar --format=v7 -cf v7 -C t .", "and without an extension"),
        (
            "docker", "skopeo --insecure-policy copy -q oci:plugin-oci:v1 docker-archive:docker:a/b:v1",
            "a docker archive"
        ),
    ]

    @Test(
        "recognizes an archive by its bytes, whatever its name",
        .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped),
        arguments: archives
    )
    func archive(name: String, script: String, why: String) async throws {
        try await shell(script)
        let verified = try await work.run("verify", name)
        #expect(verified.status == 0, "\(why): \(verified)")
        let copied = try await work.run("copy", name, "copied-oci")
        #expect(copied.status == 0, "\(why): \(copied)")
        #expect(copied.outputText.contains(digest) || name == "docker", "\(why): \(copied)")
    }

    static let others: [(name: String, script: String, command: String, phrase: String, why: String)] = [
        ("module.tar", "cp plugin.wasm module.tar", "check", "plugin.wasm  947 B", "a module named .tar"),
        ("x.wasm.gz", "gzip -c plugin.wasm >x.wasm.gz", "check", "run gunzip", "a compressed module"),
        (
            "x.tar.gz", "echo text | gzip >x.tar.gz", "verify", "is not a complete image archive",
            "no tar inside"
        ),
        ("x", "xz -c ours.tar >x", "verify", "is compressed with xz", "a compression that is not read"),
        ("empty.tar", ": >empty.tar", "verify", "archive", "only the name says something"),
    ]

    @Test("says what other files are", arguments: others)
    func other(name: String, script: String, command: String, phrase: String, why: String) async throws {
        try await shell(script)
        let run = try await work.run(command, name)
        let text = run.outputText + run.errorText
        #expect(text.contains(phrase.replacing("plugin.wasm", with: name)), "\(why): \(run)")
    }

    @Test func `names links among the blobs of a layout, and its advice works`() async throws {
        try await shell(
            "mkdir real; mv plugin-oci/blobs/sha256/* real; cp -rs \"$PWD\"/real/* plugin-oci/blobs/sha256/"
        )
        for command in [["verify", "plugin-oci"], ["copy", "plugin-oci", "new-oci"]] {
            let run = try await work.start(command).wait()
            #expect(run.status != 0, "\(run)")
            #expect((run.outputText + run.errorText).contains("is a symbolic link"), "\(run)")
        }
        let pushed = try await work.run("push", "127.0.0.1:1/a/b:v1", "plugin-oci:v1", "--plain-http")
        let advice = try #require(pushed.errorText.firstMatch(of: /try: (cp -rL .*)\n/))
        try await shell(String(advice.output.1))
        let verified = try await work.run("verify", "plugin-oci-files", "--expect", digest)
        #expect(verified.status == 0, "\(verified)")
    }

    @Test func `does not advise to build a layout that another program may have made`() async throws {
        try await shell("rm plugin-oci/index.json")
        let run = try await work.run("verify", "plugin-oci")
        #expect(run.errorText.contains("with the program that made it"), "\(run)")
        #expect(!run.errorText.contains("build"), "\(run)")
    }

    @Test func `writes the digest alone into the digest file`() async throws {
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/team/plugin:v1"
        for command in [
            ["build", "plugin.wasm"], ["push", reference, "plugin.wasm", "--plain-http"],
            ["pull", reference, "-o", "pulled.wasm", "--plain-http"],
            ["pull", reference, "--layout", "pulled-oci", "--plain-http"],
        ] {
            let run = try await work.start(command + ["--digest-file", "digest"]).wait()
            #expect(run.status == 0, "\(run)")
            #expect(try work.bytes(of: "digest") == Array(digest.utf8), "\(command)")
        }
    }
}
