import Foundation
import TestSupport
import Testing

/// Further options of `push`, with a registry that records requests.
@Suite(.timed, .timeLimit(.minutes(5))) struct PushOptionTests {
    private func work() throws -> Workspace {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "a.wasm")
        try work.write(Modules.plugin, to: "b.wasm")
        return work
    }

    private func members(_ run: CommandLineRun) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: run.outputBytes) as? [String: Any], "\(run)")
    }

    @Test func `sets further tags after the first, each once`() async throws {
        let work = try work()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/team/plugin:v1.2.3"
        let first = try await work.run("push", reference, "a.wasm", "--plain-http", "--also-tag", "v1")
        #expect(first.status == 0, "\(first)")
        #expect(first.errorText.contains("  tagged   v1  new tag\n"), "\(first)")
        let record = try await registry.requests().filter {
            $0.hasPrefix("PUT") && $0.contains("manifests")
        }
        #expect(record.map { $0.split(separator: "/").last } == ["v1.2.3", "v1"])
        let second = try await work.run(
            "push",
            "\(registry.name)/team/plugin:v2",
            "b.wasm",
            "--plain-http",
            "--json",
            "--also-tag",
            "v1",
            "--also-tag",
            "v2",
            "--also-tag",
            "v1"
        )
        #expect(second.errorText.contains("  tagged   v1  moved from sha256:29d66a70bb6f…"), "\(second)")
        #expect(second.errorText.components(separatedBy: "now points to another image").count == 2)
        let document = try members(second)
        #expect(document["tags"] as? [String] == ["v2", "v1"])
        let previous = try #require(document["previousDigests"] as? [String: Any])
        #expect((previous["v1"] as? String)?.hasPrefix("sha256:29d6") == true)
        #expect(previous["v2"] is NSNull)
    }

    @Test func `--no-clobber stops a push before anything is sent if the tag exists`() async throws {
        let work = try work()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/team/plugin:v1"
        #expect(try await work.run("push", reference, "a.wasm", "--plain-http").status == 0)
        let before = try await registry.requests().count
        let taken = try await work.run(
            "push",
            "\(registry.name)/team/plugin:new",
            "b.wasm",
            "--plain-http",
            "--no-clobber",
            "--also-tag",
            "v1",
            "--json"
        )
        #expect(taken.status == 1, "\(taken)")
        #expect((try members(taken)["error"] as? [String: Any])?["code"] as? String == "tag-exists")
        let asked = try await registry.requests().dropFirst(before)
        #expect(asked.allSatisfy { $0.hasPrefix("HEAD") }, "\(asked)")
        let same = try await work.run("push", reference, "a.wasm", "--plain-http", "--no-clobber")
        #expect(same.status == 0, "\(same)")
    }

    @Test func `a dry run makes all queries and sends nothing`() async throws {
        let work = try work()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/team/plugin:v1"
        #expect(try await work.run("push", reference, "a.wasm", "--plain-http").status == 0)
        let before = try await registry.requests().count
        let run = try await work.run(
            "push",
            reference,
            "b.wasm",
            "--plain-http",
            "--dry-run",
            "--also-tag",
            "v2",
            "--json"
        )
        #expect(run.status == 0, "\(run)")
        let asked = try await registry.requests().dropFirst(before)
        #expect(asked.count == 4 && asked.allSatisfy { $0.hasPrefix("HEAD") }, "\(asked)")
        #expect(run.errorText.contains("nothing was sent, and no tag was set"))
        #expect(run.errorText.contains("  tag      v1  would be set (moved from sha256:29d66a70bb6f…)\n"))
        #expect(run.errorText.contains("  tag      v2  would be set (new tag)\n"))
        #expect(!run.errorText.contains("pushed"))
        let document = try members(run)
        #expect(document["dryRun"] as? Bool == true)
        let parts = try #require(document["parts"] as? [[String: Any]])
        #expect(parts.map { $0["status"] as? String } == ["missing", "missing"])
        // The push then does what the dry run reported.
        let pushed = try await work.run("push", reference, "b.wasm", "--plain-http")
        #expect(try pushed.outputText == "\(members(run)["reference"] ?? "")\n")
    }

    @Test func `--verify finds content that the registry lost, also if nothing was sent`() async throws {
        let work = try work()
        let registry = try await ScriptedRegistry()
        let arguments = ["push", "\(registry.name)/team/plugin:v1", "a.wasm", "--plain-http"]
        #expect(try await work.start(arguments).wait().status == 0)
        let right = try await work.start(arguments + ["--verify", "--json"]).wait()
        #expect(try members(right)["verified"] as? Bool == true, "\(right)")
        try await registry.order(
            #"[{"method": "HEAD", "path": "/blobs/", "extra_headers": {"Content-Length": "7"}}]"#
        )
        let lost = try await work.start(arguments + ["--verify"]).wait()
        #expect(lost.status == 65, "\(lost)")
        #expect(
            lost.errorText.contains("error[digest-mismatch]: v1 is set, but the stored image differs"),
            "\(lost)"
        )
        #expect(try await work.start(arguments).wait().status == 0)
    }

    @Test func `a failed --verify says that the tags are set`() async throws {
        let work = try work()
        let registry = try await ScriptedRegistry()
        try await registry.order(
            #"""
            [{"method": "GET", "path": "manifests/v1x", "status": 200, "body": {"schemaVersion": 2}},
             {"method": "GET", "path": "manifests/v2", "status": 500}]
            """#
        )
        let name = "\(registry.name)/team/plugin"
        let flags = ["a.wasm", "--plain-http", "--verify", "--json", "--retries", "0"]
        let altered = try await work.start(["push", "\(name):v1", "--also-tag", "v1x"] + flags).wait()
        #expect(altered.status != 0, "\(altered)")
        let error = try #require(members(altered)["error"] as? [String: Any])
        #expect(
            error["message"] as? String
                == "v1, v1x are set, but the stored image differs from the one that was sent",
            "\(altered)"
        )
        #expect(!altered.errorText.contains("nothing was written"), "\(altered)")
        #expect(altered.errorText.contains(":v1  new tag, "), "\(altered)")
        #expect(altered.errorText.contains("  tagged   v1x  new tag\n"), "\(altered)")
        let unread = try await work.start(["push", "\(name):v2"] + flags).wait()
        #expect(unread.errorText.contains("v2 is set, but it could not be read back"), "\(unread)")
        #expect(unread.status == 69, "\(unread)")
    }

    @Test func `reports blobs from another repository as mounted`() async throws {
        let work = try work()
        let registry = try await ScriptedRegistry()
        let host = registry.name
        #expect(try await work.run("push", "\(host)/team/a:v1", "a.wasm", "--plain-http").status == 0)
        let mounting = ["push", "\(host)/team/b:v1", "a.wasm", "--plain-http", "--mount-from", "team/a"]
        let rehearsed = try await work.start(mounting + ["--dry-run"]).wait()
        #expect(rehearsed.errorText.contains("would be sent or mounted\n"), "\(rehearsed)")
        let run = try await work.start(mounting + ["--json"]).wait()
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains("0 B sent, 2 mounted\n"), "\(run)")
        let parts = try #require(members(run)["parts"] as? [[String: Any]])
        #expect(parts.allSatisfy { $0["status"] as? String == "mounted" }, "\(run)")
    }

    static let rejected: [(flags: [String], phrase: String, why: String)] = [
        (["--also-tag", "v1+2"], "try: v1-2", "no tag"),
        (["--also-tag", ""], "the tag is empty", "none at all"),
        (["--mount-from", "ghcr.io/a/b"], "different registries", "another registry"),
        (["--mount-from", "a/b:v1"], "not a repository name", "an image"),
        (["--dry-run", "--digest-file", "d.txt"], "cannot be used together", "no digest of a push"),
        (["--dry-run", "--verify"], "cannot be used together", "nothing to read back"),
    ]

    @Test("rejects invalid combinations before any request", arguments: rejected)
    func rejection(flags: [String], phrase: String, why: String) async throws {
        let work = try work()
        let run = try await work.start(["push", "127.0.0.1:1/a/c:v1", "a.wasm"] + flags).wait()
        #expect(run.status == 64, "\(why): \(run)")
        #expect(run.errorText.contains(phrase), "\(why): \(run)")
    }
}

/// The same with Debian's docker-registry and its tokens.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct RealPushOptionTests {
    @Test func `each command requests only the scopes that it needs`() async throws {
        let work = try Workspace()
        let admin = Secrets.password()
        let registry = try await RegistryPeer.start(
            .token,
            tokens: ["--user=admin:\(admin):pull,push,delete"]
        )
        let access = try registry.access(work)
        try work.write(Modules.tiny, to: "a.wasm")
        let name = "\(registry.name)/team/plugin"
        var scopes: [String] = []
        func run(_ arguments: [String], _ credentials: [String], _ input: String) async throws {
            let run = try await work.start(arguments + access.trust + credentials, input: input).wait()
            #expect(run.status == 0, "\(run)")
            scopes += try registry.tokenRequests().dropFirst(scopes.count)
        }
        let demo = (access.credentials, access.input)
        try await run(["push", "\(name):v1", "a.wasm", "--dry-run"], demo.0, demo.1)
        try await run(["push", "\(name):v1", "a.wasm", "--mount-from", "team/other"], demo.0, demo.1)
        try await run(["tags", name, "--digests"], [], "")
        try await run(["tag", "\(name):v1", "v2"], demo.0, demo.1)
        let deletion = ["delete", "\(name)@\(try await digest(work, "\(name):v1", access))", "--yes"]
        scopes = try registry.tokenRequests()
        try await run(deletion, ["--username", "admin", "--password-stdin"], admin)
        let own = "repository:team/plugin"
        #expect(
            scopes == [
                "\(own):pull", "\(own):pull,push repository:team/other:pull", "\(own):pull",
                "\(own):pull,push", "\(own):pull", "\(own):pull,push,delete",
            ]
        )
    }

    private func digest(_ work: Workspace, _ reference: String, _ access: RegistryPeer.Access) async throws
        -> String
    {
        let run = try await work.start(["inspect", reference, "--json"] + access.trust).wait()
        let document = try JSONSerialization.jsonObject(with: run.outputBytes) as? [String: Any]
        return try #require(document?["digest"] as? String, "\(run)")
    }

    @Test func `skopeo lists the tags that were set, all for the same image`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        try work.write(Modules.tiny, to: "a.wasm")
        let name = "\(registry.name)/\(work.namespace)/team/plugin"
        let pushed = try await work.start(
            ["push", "\(name):v1.0.0", "a.wasm", "--also-tag", "v1", "--verify"] + access.trust
        ).wait()
        #expect(pushed.status == 0, "\(pushed)")
        let digest = try #require(pushed.outputText.split(whereSeparator: { "@\n".contains($0) }).last)
        let tagged = try await work.start(["tag", "\(name)@\(digest)", "stable"] + access.trust).wait()
        #expect(tagged.outputText == pushed.outputText, "\(tagged)")
        let list = try await work.skopeo(
            registry,
            ["list-tags", "--cert-dir", access.folder, "docker://\(name)"]
        )
        let seen = try JSONSerialization.jsonObject(with: list.outputBytes) as? [String: Any]
        let ours = try await work.start(["tags", name] + access.trust).wait()
        let tags = ours.outputText.split(separator: "\n").map(String.init).sorted()
        #expect(tags == ["stable", "v1", "v1.0.0"], "\(ours)")
        #expect((seen?["Tags"] as? [String])?.sorted() == tags, "\(list)")
        for tag in tags {
            let inspected = try await work.skopeo(
                registry,
                [
                    "inspect", "--cert-dir", access.folder, "--format", "{{.Digest}}",
                    "docker://\(name):\(tag)",
                ]
            )
            #expect(inspected.outputText == "\(digest)\n", "\(inspected)")
        }
        let digests = try await work.start(["tags", name, "--digests"] + access.trust).wait()
        #expect(
            digests.outputText.split(separator: "\n").allSatisfy { $0.hasSuffix("  \(digest)") },
            "\(digests)"
        )
    }

    @Test func `docker-registry deletes an image with its tags, and wasmpack detects this`()
        async throws
    {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        try work.write(Modules.tiny, to: "a.wasm")
        let name = "\(registry.name)/\(work.namespace)/team/plugin"
        let pushed = try await work.start(
            ["push", "\(name):v1", "a.wasm", "--also-tag", "v2"] + access.trust
        ).wait()
        let pinned = pushed.outputText.trimmingCharacters(in: .newlines)
        let rejected = try await work.start(["delete", "\(name):v1", "--yes"] + access.trust).wait()
        #expect(rejected.status == 65, "\(rejected)")
        #expect(
            rejected.errorText.contains("deleting that image would also delete the other tag v2"),
            "\(rejected)"
        )
        #expect(rejected.errorText.contains("try: wasmpack delete \(pinned) "), "\(rejected)")
        #expect(rejected.errorText.contains("(400 DIGEST_INVALID)"), "\(rejected)")
        let deleted = try await work.start(["delete", pinned, "--yes", "--json"] + access.trust).wait()
        let document = try JSONSerialization.jsonObject(with: deleted.outputBytes) as? [String: Any]
        #expect((document?["tags"] as? [String])?.sorted() == ["v1", "v2"], "\(deleted)")
        #expect(document?["deleted"] as? String == "image")
        let gone = try await work.start(["delete", pinned, "--yes"] + access.trust).wait()
        #expect(gone.status == 66, "\(gone)")
        let empty = try await work.start(["tags", name] + access.trust).wait()
        #expect(empty.status == 0 && empty.outputText.isEmpty, "\(empty)")
        #expect(empty.errorText.contains("has no tags"), "\(empty)")
    }
}
