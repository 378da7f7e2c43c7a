import Foundation
import TestSupport
import Testing

/// `copy` between all kinds of sources and destinations, with the scripted registry.
@Suite(.timed, .timeLimit(.minutes(5))) struct CopyCommandTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
    }

    /// Builds an image with a name into a layout; returns its digest.
    private func build(_ reference: String, in layout: String = "plugin-oci") async throws -> String {
        let run = try await work.run("build", "plugin.wasm", "-t", reference, "--layout", layout)
        #expect(run.status == 0, "\(run)")
        return String(run.outputText.trimmingCharacters(in: .newlines).suffix(71))
    }

    @Test func `keeps digest and name across registries, layouts and archives`() async throws {
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/team/plugin:v1"
        let digest = try await build(reference)
        let ways = [
            ("plugin-oci", "a.tar"), ("a.tar", "b.tar"), ("b.tar", "layout-b"), ("layout-b", "layout-c"),
            ("layout-c:v1", reference), (reference, "\(registry.name)/other/plugin:v2"),
            ("\(registry.name)/other/plugin:v2", "d.tar"), ("d.tar", "\(registry.name)/third/plugin:v3"),
            ("\(registry.name)/third/plugin@\(digest)", "layout-e"), (reference, "f.tar"),
        ]
        for (from, to) in ways {
            let run = try await work.run("copy", from, to, "--plain-http")
            #expect(run.status == 0, "\(from) to \(to): \(run)")
            #expect(run.outputText.hasSuffix("@\(digest)\n"), "\(from) to \(to): \(run)")
            let verified = try await work.run("verify", to, "--plain-http", "--expect", digest)
            #expect(verified.status == 0, "\(to): \(verified)")
        }
        #expect(try work.bytes(of: "a.tar") == work.bytes(of: "b.tar"))
        #expect(try work.bytes(of: "a.tar") == work.bytes(of: "f.tar"))
        #expect(try work.bytes(of: "plugin-oci/index.json") == work.bytes(of: "layout-c/index.json"))
        let pulled = try await work.run("pull", "\(registry.name)/third/plugin:v3", "-o", "back.wasm")
        #expect(pulled.status == 0, "\(pulled)")
        #expect(try work.bytes(of: "back.wasm") == Modules.plugin)
    }

    @Test func `a second copy sends nothing`() async throws {
        let (one, two) = (try await ScriptedRegistry(), try await ScriptedRegistry())
        _ = try await build("\(one.name)/team/plugin:v1")
        let (from, to) = ("\(one.name)/team/plugin:v1", "\(two.name)/team/plugin:v1")
        #expect(try await work.run("push", from).status == 0)
        let first = try await work.run("copy", from, to)
        #expect(first.status == 0, "\(first)")
        let before = try await two.requests().count
        let again = try await work.run("copy", from, to, "--json")
        #expect(again.status == 0, "\(again)")
        #expect(
            again.outputText.contains(#""status":"exists""#) && !again.outputText.contains("copied")
        )
        let asked = try await two.requests().dropFirst(before)
        #expect(
            !asked.isEmpty && asked.allSatisfy { $0.hasPrefix("HEAD") || $0.hasPrefix("GET") },
            "\(asked)"
        )
    }

    @Test func `reuses existing blobs and adds only the name`() async throws {
        let registry = try await ScriptedRegistry()
        _ = try await build("\(registry.name)/team/plugin:v1")
        for tag in ["v1", "v2"] {
            let run = try await work.run("copy", "plugin-oci", "\(registry.name)/team/plugin:\(tag)")
            #expect(run.status == 0, "\(run)")
        }
        #expect(try await registry.requests().filter { $0.hasPrefix("POST") }.count == 2)
    }

    @Test func `copies by digest without a tag, and otherwise requires a tag`() async throws {
        let registry = try await ScriptedRegistry()
        let digest = try await build("r.example/team/plugin:v1")
        let bare = try await work.run("copy", "plugin-oci@\(digest)", "\(registry.name)/team/plugin")
        #expect(bare.status == 0, "\(bare)")
        #expect(try await registry.requests().contains("PUT /v2/team/plugin/manifests/\(digest)"))
        let count = try await registry.requests().count
        let untagged = try await work.run("copy", "plugin-oci", "\(registry.name)/team/plugin")
        #expect(untagged.status == 64, "\(untagged)")
        #expect(try await registry.requests().count == count)
    }

    @Test func `a copy within one registry shares its connections and warns once`() async throws {
        let registry = try await ScriptedRegistry()
        let (source, target) = ("\(registry.name)/team/plugin:v1", "\(registry.name)/team/copy:v1")
        #expect(try await work.run("push", source, "plugin.wasm").status == 0)
        var first = try await registry.requests().count
        let copied = try await work.run("copy", source, target, "--tls-skip-verify")
        #expect(copied.status == 0, "\(copied)")
        #expect(copied.errorText.components(separatedBy: "is not verified").count == 2, "\(copied)")
        // The tag, the config and the layer are requested in parallel.
        #expect(try await registry.connectionCount(after: first) <= 3)
        first = try await registry.requests().count
        let again = try await work.run("copy", source, target)
        #expect(again.status == 0, "\(again)")
        #expect(try await registry.requests().count > first + 1)
        #expect(try await registry.connectionCount(after: first) <= 3)
        var (read, asked) = try await connections(to: registry, after: first)
        #expect(!read.isDisjoint(with: asked))
        // Sides with different connection options do not share a connection.
        first = try await registry.requests().count
        let apart = try await work.run("copy", source, target, "--to-plain-http")
        #expect(apart.status == 0, "\(apart)")
        (read, asked) = try await connections(to: registry, after: first)
        #expect(read.isDisjoint(with: asked))
    }

    /// Returns the connections that read the source, and those that asked the destination.
    private func connections(to registry: ScriptedRegistry, after first: Int) async throws -> (
        Set<Int>, Set<Int>
    ) {
        let record = try await registry.record().dropFirst(first)
        return (
            Set(record.filter { $0.method == "GET" }.map(\.connection)),
            Set(record.filter { $0.method == "HEAD" }.map(\.connection))
        )
    }

    static let rejections: [(arguments: [String], status: Int32, phrase: String, why: String)] = [
        (["plugin.wasm", "r.example/a/b:v1"], 64, "wasmpack push r.example/a/b:v1 plugin.wasm", "a module"),
        (["plugin.wasm", "x.tar"], 64, "wasmpack build plugin.wasm", "a module into an archive"),
        (["r.example/a/b:v1", "x.wasm"], 64, "wasmpack pull r.example/a/b:v1 -o x.wasm", "into a module"),
        (["nowhere", "plugin-oci"], 64, "wasmpack copy plugin-oci nowhere", "swapped arguments"),
        (["nowhere", "elsewhere"], 66, "no such file", "nothing there"),
        (["plugin-oci", "plugin.tgz"], 64, "plugin.tar", "a packed archive"),
        (["plugin-oci", "no/such/folder"], 66, "docker.io/no/such/folder", "neither a host nor a folder"),
        (["plugin-oci", "x.tar", "--to-plain-http"], 64, "TO is not a registry", "a flag for a registry"),
        (["plugin-oci", "x.tar", "--from-authfile", "a"], 64, "FROM is not a registry", "the other side"),
        (["plugin-oci", "-"], 64, "-o -", "standard output"),
        (["plugin-oci", "other:v1+2"], 64, "tag-invalid", "no tag"),
        (["plugin-oci", "other:"], 64, "tag", "an empty tag"),
        (["plugin-oci", "other@sha256:12"], 64, "digest-invalid", "no digest"),
        (["plugin-oci", "ghcr.io"], 64, "the repository is missing", "a host alone"),
        (
            ["plugin-oci", "r.example/a/b:v1", "--to-plain-http", "--tls-skip-verify"], 64,
            "--to-plain-http and --tls-skip-verify", "nothing to verify"
        ),
        (["plugin-oci:v9", "x.tar"], 66, "r.example/team/plugin:v1", "a tag that is not there"),
        (
            ["plugin-oci", "x.tar@sha256:\(String(repeating: "0", count: 64))"], 65, "digest-mismatch",
            "another"
        ),
        (
            ["r.example/a/b:v1", "q.example/a/b:v1", "--client-cert", "c.pem"], 64, "copy to a layout",
            "a certificate for two"
        ),
    ]

    @Test("rejects an invalid copy and suggests a valid command", arguments: rejections)
    func rejected(arguments: [String], status: Int32, phrase: String, why: String) async throws {
        _ = try await build("r.example/team/plugin:v1")
        let before = try work.names()
        let run = try await work.start(["copy"] + arguments).wait()
        #expect(run.status == status, "\(why): \(run)")
        #expect(run.errorText.contains(phrase), "\(why): \(run)")
        #expect(try work.names() == before, "\(why)")
    }

    @Test func `warns of a second image with the same tag, and a digest removes no name`() async throws {
        let digest = try await build("r.example/team/plugin:v1")
        #expect(try await work.run("copy", "plugin-oci", "other").status == 0)
        try work.write(Modules.tiny, to: "b.wasm")
        #expect(
            try await work.run("build", "b.wasm", "-t", "r.example/b:v1", "--layout", "b-oci").status == 0
        )
        let run = try await work.run("copy", "b-oci", "other")
        #expect(run.status == 0, "\(run)")
        #expect(
            run.errorText.contains("another image with the tag v1: r.example/team/plugin:v1; skopeo"),
            "\(run)"
        )
        let named = try await work.run("copy", "plugin-oci", "third@\(digest)")
        #expect(named.outputText == "r.example/team/plugin@\(digest)\n", "\(named)")
    }

    @Test func `does not copy an image onto itself`() async throws {
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/team/plugin:v1"
        _ = try await build(reference)
        for (from, to) in [("plugin-oci", reference), ("plugin-oci", "x.tar")] {
            #expect(try await work.run("copy", from, to).status == 0)
        }
        let before = try await registry.requests().count
        for (from, to) in [
            (reference, reference), ("plugin-oci", "./plugin-oci"), ("plugin-oci", "plugin-oci"),
            ("x.tar", "./x.tar"), ("plugin-oci:v1", "plugin-oci:v1"), ("x.tar:v1", "x.tar:v1"),
        ] {
            let run = try await work.run("copy", from, to)
            #expect(run.status == 0, "\(run)")
            #expect(run.errorText.contains("the same image: nothing to do"), "\(run)")
        }
        #expect(try await registry.requests().dropFirst(before).allSatisfy { $0.hasPrefix("GET") })
    }

    @Test func `does not replace an archive, and accepts one with the same content`() async throws {
        _ = try await build("r.example/team/plugin:v1")
        #expect(try await work.run("copy", "plugin-oci", "x.tar").status == 0)
        let bytes = try work.bytes(of: "x.tar")
        #expect(try await work.run("copy", "plugin-oci", "x.tar").status == 0)
        try work.write(Modules.tiny, to: "plugin.wasm")
        _ = try await build("r.example/team/plugin:v1", in: "other")
        let rejected = try await work.run("copy", "other", "x.tar")
        #expect(rejected.status == 1, "\(rejected)")
        #expect(rejected.errorText.contains("error[file-exists]"), "\(rejected)")
        #expect(try work.bytes(of: "x.tar") == bytes)
    }

    @Test func `pushes, inspects and verifies an archive`() async throws {
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/team/plugin:v1"
        let digest = try await build(reference)
        #expect(try await work.run("copy", "plugin-oci", "x.tar").status == 0)
        #expect(try await work.run("inspect", "x.tar").outputText.contains(digest))
        #expect(try await work.run("verify", "x.tar:v1", "--expect", digest).status == 0)
        let pushed = try await work.run("push", reference, "x.tar")
        #expect(pushed.outputText.hasSuffix("@\(digest)\n"), "\(pushed)")
        var bytes = try work.bytes(of: "x.tar")
        bytes[bytes.count - 1500] ^= 1
        try work.write(bytes, to: "flipped.tar")
        let flipped = try await work.run("copy", "flipped.tar", "\(registry.name)/team/plugin:v2")
        #expect(flipped.status == 65, "\(flipped)")
        #expect(flipped.errorText.contains("error[archive-invalid]"), "\(flipped)")
        try work.write(bytes.prefix(bytes.count / 2), to: "cut.tar")
        let cut = try await work.run("copy", "cut.tar", "\(registry.name)/team/plugin:v2")
        #expect(cut.status == 65, "\(cut)")
    }
}
