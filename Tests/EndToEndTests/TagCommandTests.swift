import Foundation
import TestSupport
import Testing

/// `tags`, `tag` and `delete`, as users run them.
@Suite(.timed, .timeLimit(.minutes(5))) struct TagCommandTests {
    /// A registry with one image under the tags v1 and v2, for the lifetime of this value.
    private final class Pushed: Sendable {
        let registry: ScriptedRegistry
        let name: String
        let digest: String

        init(_ work: Workspace) async throws {
            registry = try await ScriptedRegistry()
            name = "\(registry.name)/team/plugin"
            try work.write(Modules.tiny, to: "a.wasm")
            let run = try await work.run("push", "\(name):v1", "a.wasm", "--plain-http", "--also-tag", "v2")
            try #require(run.status == 0, "\(run)")
            digest = run.outputText.split(whereSeparator: { "@\n".contains($0) }).last.map(String.init) ?? ""
        }
    }

    // MARK: tags

    @Test func `lists one tag per line, or one document`() async throws {
        let work = try Workspace()
        let image = try await Pushed(work)
        let text = try await work.run("tags", image.name, "--plain-http")
        #expect(text.outputText == "v1\nv2\n", "\(text)")
        let first = try await work.run(
            "tags",
            image.name,
            "--plain-http",
            "--limit",
            "1",
            "--digests",
            "--json"
        )
        let document = try JSONSerialization.jsonObject(with: first.outputBytes) as? [String: Any]
        #expect(document?["tags"] as? [String] == ["v1"], "\(first)")
        #expect(document?["digests"] as? [String: String] == ["v1": image.digest], "\(first)")
        #expect(document?["complete"] as? Bool == false, "\(first)")
    }

    @Test func `a closed pipe is not an error`() async throws {
        let work = try Workspace()
        let image = try await Pushed(work)
        let tags = (0..<40_000).map { "\"tag-\($0)\"" }.joined(separator: ",")
        let rule = #"[{"path": "tags/list", "status": 200, "body": {"tags": [\#(tags)]}}]"#
        try await image.registry.order(rule)
        let line = "set -o pipefail; \(Workspace.program) tags \(image.name) --plain-http | head -n 1"
        let run = try await work.run(by: "bash", "-c", line)
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText == "tag-0\n")
        #expect(run.errorText.isEmpty, "\(run)")
    }

    static let usage: [(arguments: [String], status: Int32, phrase: String, why: String)] = [
        (["tags", "r.example/a/b:v1"], 64, "try: wasmpack tags r.example/a/b", "a tag"),
        (
            ["tags", "r.example/a/b@sha256:\(String(repeating: "0", count: 64))"], 64, "contains a digest",
            "a digest"
        ),
        (["tags", "r.example/a/b", "--limit", "0"], 64, "at least 1", "none at all"),
        (["tag", "r.example/a/b:v1"], 64, "tag needs a new tag", "no new tag"),
        (["tag", "r.example/a/b:v1", "v1+2"], 64, "try: v1-2", "no tag"),
        (
            ["tag", "r.example/a/b:v1", "r.example/a/b:v2"], 64, "try: wasmpack tag r.example/a/b:v1 v2",
            "as docker has it"
        ),
        (["tag", "r.example/a/b:v1", "r.example/c:v2"], 64, "wasmpack copy", "another repository"),
        (["delete", "r.example/a/b", "--yes"], 64, "has no tag", "everything?"),
        (
            ["delete", "r.example/a/b:v1@sha256:\(String(repeating: "0", count: 64))", "--yes"], 64,
            "a tag deletes only that tag", "which of the two?"
        ),
        (["delete", "r.example/a/b:v1"], 64, "try: wasmpack delete r.example/a/b:v1 --yes", "no terminal"),
        (
            ["delete", "plugin-oci:v1"], 64, "a local layout or directory; delete works only on registries",
            "a layout"
        ),
        (
            ["delete", "x.tar"], 64, "a path, not a reference; delete works only on registries",
            "an archive that is not there"
        ),
        (["tag", "plugin-oci:v1", "v2"], 64, "wasmpack copy plugin-oci:v1 DIR:v2", "a layout"),
        (["pull", "plugin-oci"], 64, "try: wasmpack inspect plugin-oci", "a layout"),
        (["pull", "plugin-oci", "--layout", "b"], 64, "try: wasmpack copy plugin-oci b", "into a layout"),
        (["tags", "plugin-oci"], 64, "try: wasmpack ls plugin-oci", "a layout"),
        (["tags", "127.0.0.1:7004"], 64, "try: wasmpack tags 127.0.0.1:7004/REPOSITORY", "a host alone"),
        (["images", "r.example/a/b"], 64, "wasmpack tags", "as docker has it"),
    ]

    @Test("rejects invalid arguments with the correct command, before any request", arguments: usage)
    func rejection(arguments: [String], status: Int32, phrase: String, why: String) async throws {
        let work = try Workspace()
        try work.write([], to: "plugin-oci/index.json")
        let run = try await work.start(arguments).wait()
        #expect(run.status == status, "\(why): \(run)")
        #expect(run.errorText.contains(phrase), "\(why): \(run)")
    }

    // MARK: tag

    @Test func `tags an index byte for byte and sends nothing else`() async throws {
        let work = try Workspace()
        let image = try await Pushed(work)
        let index =
            #"{"schemaVersion":2, "mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"#
            + #""mediaType":"application/vnd.oci.image.manifest.v1+json","size":454,"digest":"\#(image.digest)"}]}"#
        let put = try await work.other(
            "curl",
            "-sSf",
            "-X",
            "PUT",
            "-H",
            "Content-Type: application/vnd.oci.image.index.v1+json",
            "http://\(image.registry.name)/v2/team/plugin/manifests/all",
            "-d",
            index
        )
        #expect(put.status == 0, "\(put)")
        let before = try await image.registry.requests().count
        let run = try await work.run("tag", "\(image.name):all", "latest", "--plain-http")
        #expect(run.status == 0, "\(run)")
        let asked = try await image.registry.requests().dropFirst(before)
        #expect(asked.map { String($0.prefix { $0 != " " }) } == ["GET", "HEAD", "PUT"], "\(asked)")
        let back = try await work.other(
            "curl",
            "-sSf",
            "-H",
            "Accept: */*",
            "http://\(image.registry.name)/v2/team/plugin/manifests/latest"
        )
        #expect(back.outputText == index)
    }

    @Test func `--no-clobber keeps an existing tag`() async throws {
        let work = try Workspace()
        let image = try await Pushed(work)
        try work.write(Modules.plugin, to: "b.wasm")
        #expect(try await work.run("push", "\(image.name):v3", "b.wasm", "--plain-http").status == 0)
        let rejected = try await work.run(
            "tag",
            "\(image.name):v3",
            "new",
            "v1",
            "--no-clobber",
            "--plain-http"
        )
        #expect(rejected.status == 1, "\(rejected)")
        let list = try await work.run("tags", image.name, "--digests", "--plain-http")
        #expect(list.outputText.hasPrefix("v1  \(image.digest)\n"), "\(list)")
        #expect(!list.outputText.contains("new"), "\(list)")
        let missing = try await work.run("tag", "\(image.name):v9", "new", "--plain-http")
        #expect(missing.status == 66, "\(missing)")
        #expect(missing.errorText.contains("the repository has the tags v1, v2, v3"), "\(missing)")
    }

    // MARK: delete

    @Test func `deletes a tag after confirmation, and keeps the image`() async throws {
        let work = try Workspace()
        let image = try await Pushed(work)
        let seen = try await work.seeing(
            #"[{"expect": "is kept. [y/N]"}, {"type": "yes\n"}, {"expect": "deleted"}]"#,
            ["delete", "\(image.name):v1", "--plain-http", "--json"]
        )
        #expect(seen.status == 0, "\(seen)")
        #expect(
            seen.screen.contains("\(image.name):v1? The image \(image.digest.prefix(19))… is kept."),
            "\(seen)"
        )
        let document =
            try JSONSerialization.jsonObject(with: Data(work.bytes(of: "output"))) as? [String: Any]
        #expect(document?["tags"] as? [String] == ["v1"])
        #expect(document?["deleted"] as? String == "tag")
        let list = try await work.run("tags", image.name, "--digests", "--plain-http")
        #expect(list.outputText == "v2  \(image.digest)\n", "\(list)")
    }

    @Test func `names the tags that are deleted with an image`() async throws {
        let work = try Workspace()
        let image = try await Pushed(work)
        let seen = try await work.seeing(
            #"[{"expect": "with the tags v1, v2? [y/N]"}, {"type": "y\n"}, {"expect": "deleted"}]"#,
            ["delete", "\(image.name)@\(image.digest)", "--plain-http"]
        )
        #expect(seen.status == 0, "\(seen)")
        #expect(try await work.run("tags", image.name, "--plain-http").status == 66)
    }

    static let noes: [(typed: String, status: Int32, why: String)] = [
        (#"{"type": "no\n"}"#, 1, "no"), (#"{"type": "\n"}"#, 1, "Enter alone"),
        (#"{"type": "\u0004"}"#, 1, "Ctrl-D"), (#"{"type": "yess\n"}"#, 1, "no clear yes"),
        (#"{"type": "\u0003"}"#, 130, "Ctrl-C"), (#"{"signal": 15}"#, 143, "SIGTERM"),
    ]

    @Test("deletes nothing without confirmation", arguments: noes)
    func decline(typed: String, status: Int32, why: String) async throws {
        let work = try Workspace()
        let image = try await Pushed(work)
        let seen = try await work.seeing(
            #"[{"expect": "[y/N]"}, \#(typed)]"#,
            ["delete", "\(image.name):v1", "--plain-http"]
        )
        #expect(seen.status == status, "\(why): \(seen)")
        if status == 1 { #expect(seen.screen.contains("nothing was deleted"), "\(why): \(seen)") }
        #expect(try await !image.registry.requests().contains { $0.hasPrefix("DELETE") }, "\(why)")
    }

    @Test func `deletes nothing if the registry reports another digest`() async throws {
        let work = try Workspace()
        let image = try await Pushed(work)
        try await image.registry.order(
            #"[{"method": "HEAD", "path": "manifests/sha256", "wrong_digest_header": true}]"#
        )
        let run = try await work.run("delete", "\(image.name)@\(image.digest)", "--plain-http", "--yes")
        #expect(run.status == 65, "\(run)")
        #expect(run.errorText.contains("nothing was deleted"), "\(run)")
        #expect(try await !image.registry.requests().contains { $0.hasPrefix("DELETE") })
    }

    @Test func `does not delete a tag that moved during the prompt`() async throws {
        let work = try Workspace()
        let image = try await Pushed(work)
        // The second request finds another image.
        try await image.registry.order(
            #"[{"method": "HEAD", "path": "manifests/v1", "occurrence": 2, "wrong_digest_header": true}]"#
        )
        let seen = try await work.seeing(
            #"[{"expect": "[y/N]"}, {"type": "y\n"}]"#,
            ["delete", "\(image.name):v1", "--plain-http"]
        )
        #expect(seen.status == 66, "\(seen)")
        // The terminal is narrower than the message.
        let words = seen.screen.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("has changed since you were asked; nothing was deleted"), "\(seen)")
        #expect(try await !image.registry.requests().contains { $0.hasPrefix("DELETE") })
    }
}
