import Foundation
import TestSupport
import Testing

/// `build --push`, version aliases, and `verify --against`.
@Suite(.timed, .timeLimit(.minutes(5))) struct BuildPushTests {
    @Test func `build --push pushes each tag, and prints one line a repository`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let (a, b) = ("\(registry.name)/test/a", "\(registry.name)/test/b")
        for options in [["--layout", "L"], ["--archive", "x.tar"]] {
            let run = try await work.start(
                ["build", "-t", "\(a):v1", "-t", "\(b):v1", "-t", "\(a):latest", "--push", "--plain-http"] + options
            ).wait()
            #expect(run.status == 0, "\(run)")
            let lines = run.outputText.split(separator: "\n")
            #expect(lines.count == 2, "\(run)")
            #expect(lines.first?.hasPrefix("\(a)@sha256:") == true)
            #expect(lines.last?.hasPrefix("\(b)@sha256:") == true)
        }
        let tags = try await work.run("tags", a, "--plain-http")
        #expect(tags.outputText.split(separator: "\n").sorted() == ["latest", "v1"], "\(tags)")
        let json = try await work.run("build", "-t", "\(a):v2", "--push", "--plain-http", "--json")
        let object = try JSONSerialization.jsonObject(with: json.outputBytes) as? [String: Any]
        let pushed = object?["pushed"] as? [[String: Any]]
        #expect(pushed?.first?["tags"] as? [String] == ["v2"], "\(json)")
        #expect(pushed?.first?["digest"] as? String == object?["digest"] as? String)
    }

    @Test func `build --push needs a name, and sends no secret to two registries`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let unnamed = try await work.run("build", "--push")
        #expect(unnamed.status == 64, "\(unnamed)")
        #expect(unnamed.errorText.contains("--push needs --tag"), "\(unnamed)")
        let both = try await work.run(
            "build", "-t", "a.example/x:v1", "-t", "b.example/x:v1", "--push", "-u", "ci", "--password-stdin",
            input: "hush-word"
        )
        #expect(both.status == 64, "\(both)")
        #expect(both.errorText.contains("--username is for one registry"), "\(both)")
        #expect(!work.exists("plugin-oci"))
    }

    @Test func `--alias semver moves the shorter tags forward only`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let name = "\(registry.name)/test/plugin"
        try work.write(Modules.tiny, to: "old.wasm")
        try work.write(Modules.plugin, to: "new.wasm")
        func push(_ tag: String, _ module: String) async throws -> String {
            let run = try await work.run("push", "\(name):\(tag)", module, "--plain-http", "--alias", "semver")
            #expect(run.status == 0, "\(run)")
            return run.errorText
        }
        let first = try await push("v1.5.0", "new.wasm")
        #expect(first.contains("not atomic"), "\(first)")
        let second = try await push("v1.4.2", "old.wasm")
        #expect(second.contains("v1 is not set: v1.5.0 is newer than v1.4.2"), "\(second)")
        _ = try await push("v1.6.0-rc1", "old.wasm")
        let tags = try await work.run("tags", name, "--digests", "--json", "--plain-http")
        let object = try JSONSerialization.jsonObject(with: tags.outputBytes) as? [String: Any]
        let digests = try #require(object?["digests"] as? [String: String], "\(tags)")
        #expect(digests["v1"] == digests["v1.5.0"])
        #expect(digests["v1.5"] == digests["v1.5.0"])
        #expect(digests["v1.4"] == digests["v1.4.2"])
        #expect(digests["v1"] != digests["v1.4"])
        #expect(Set(digests.keys) == ["v1", "v1.4", "v1.5", "v1.4.2", "v1.5.0", "v1.6.0-rc1"])

        let tagged = try await work.run("tag", "\(name):v1.4.2", "stable", "--alias", "semver", "--plain-http")
        #expect(tagged.status == 0, "\(tagged)")
        let none = try await work.run("tag", "\(name):stable", "--alias", "semver", "--plain-http")
        #expect(none.status == 64, "\(none)")
        #expect(none.errorText.contains("the tag stable is not a version"), "\(none)")
    }

    @Test func `verify --against compares with a module or an image`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.tiny, to: "one.wasm")
        try work.write(Modules.plugin, to: "two.wasm")
        _ = try await work.run("build", "one.wasm", "--layout", "one")
        _ = try await work.run("build", "one.wasm", "--layout", "labeled", "--label", "a=b")
        _ = try await work.run("push", reference, "one.wasm", "--plain-http")
        let rows: [(target: String, against: String, status: Int32, text: String)] = [
            ("one", "one.wasm", 0, "the same module as one.wasm"),
            ("one", "two.wasm", 1, "not the same module as two.wasm"),
            ("one", reference, 0, "the same image as \(reference)"),
            (reference, "one", 0, "the same image as one"),
            ("labeled", "one", 1, "the module in both is the same"),
            ("labeled", "one.wasm", 0, "the same module as one.wasm"),
        ]
        for row in rows {
            let run = try await work.run("verify", row.target, "--against", row.against, "--plain-http")
            #expect(run.status == row.status, "\(row): \(run)")
            #expect(run.outputText.contains(row.text), "\(row): \(run)")
            #expect(!run.errorText.contains("error["), "\(run)")
        }
        let json = try await work.run("verify", "labeled", "--against", "one", "--json")
        #expect(json.status == 1)
        #expect(json.outputText.contains(#""sameImage":false,"sameModule":true"#), "\(json)")
        let missing = try await work.run("verify", "one", "--against", "nope.wasm")
        #expect(missing.status == 66, "\(missing)")
    }

    @Test func `WASMPACK_CA_FILE names the CA certificates`() async throws {
        let work = try Workspace()
        let run = try await work.run(
            "tags", "127.0.0.1:1/a/b",
            adding: ["WASMPACK_CA_FILE": work.path("nope.pem")]
        )
        #expect(run.status == 78, "\(run)")
        #expect(run.errorText.contains("$WASMPACK_CA_FILE"), "\(run)")
    }
}
