import Foundation
import TestSupport
import Testing

@testable import wasmpack

/// docs/reference/json.md against what the program prints.
@Suite(.timed, .timeLimit(.minutes(5))) struct JSONDocumentTests {
    private let page: Document

    init() throws { page = try Document("docs/reference/json.md") }

    @Test func `each document has its members listed, and no others`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "wasmpack-docs-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let module = Fixtures.path("wasm/header-authorization/plugin.wasm")

        let built = try await document("build", module, in: folder)
        #expect(Set(built.keys) == members("## `wasmpack.build/v1`"))
        let image = try await document("inspect", "plugin-oci", in: folder)
        #expect(Set(image.keys) == members("### An image"))
        let outline = try await document("inspect", module, in: folder)
        #expect(Set(outline.keys) == members("### A module"))

        let checked = try await document("check", "plugin-oci", "--for", "istio", "--for", "wkg", in: folder)
        #expect(Set(checked.keys) == members("### The whole report"))
        let answer = (checked["consumers"] as? [[String: Any]])?.first ?? [:]
        #expect(Set(answer.keys).union(["schema", "ok"]) == members("### A consumer's report"))
        let judged = checked["module"] as? [String: Any] ?? [:]
        #expect(Set(judged.keys).union(["schema", "ok"]) == members("### A checked module"))
        let answers = checked["consumers"] as? [[String: Any]] ?? []
        let note = answers.lazy.compactMap { ($0["findings"] as? [[String: Any]])?.first }.first ?? [:]
        #expect(Set(note.keys).union(["schema", "ok"]) == members("### A finding"))
        let described = outline["module"] as? [String: Any] ?? [:]
        #expect(Set(described.keys).union(["schema", "ok"]) == members("### Facts about a module"))

        let listed = try await document("ls", "plugin-oci", in: folder)
        #expect(Set(listed.keys) == ["schema", "ok", "target", "images"])
        let entry = (listed["images"] as? [[String: Any]])?.first ?? [:]
        #expect(Set(entry.keys).union(["schema", "ok"]) == members("## `wasmpack.ls/v1`"))
        #expect(entry["size"] as? Int == 1579)
        let version = try await document("version", in: folder)
        #expect(Set(version.keys) == members("## `wasmpack.version/v1`"))

        let tests = Fixtures.path("wasm/header-authorization/plugin-tests.json")
        let cases = try await document("test", tests, "--list", in: folder)
        #expect(Set(cases.keys) == members("## `wasmpack.test-list/v1`"))

        let verified = try await document("verify", "plugin-oci", in: folder)
        #expect(Set(verified.keys) == members("### All images"))
        let first = (verified["images"] as? [[String: Any]])?.first ?? [:]
        #expect(Set(first.keys).union(["schema"]) == members("### One image"))

        let copied = try await document("copy", "plugin-oci", "x.tar", in: folder)
        #expect(Set(copied.keys) == members("## `wasmpack.copy/v1`"))

        let login = ["login", "r.example", "--identity-token-stdin", "--no-verify"]
        let kept = try await document(login + ["--authfile", "auth.json"], input: "hush", in: folder)
        #expect(Set(kept.keys) == members("## `wasmpack.login/v1`"))
        let forgotten = try await document("logout", "r.example", "--authfile", "auth.json", in: folder)
        #expect(Set(forgotten.keys) == members("## `wasmpack.logout/v1`"))

        let rejected = try await document("build", "nothing.wasm", in: folder)
        #expect(Set(rejected.keys) == ["schema", "ok", "error"])
        let error = rejected["error"] as? [String: Any] ?? [:]
        #expect(Set(error.keys).isSubset(of: members("## `wasmpack.error/v1`")), "\(error)")
        #expect(["code", "exit", "message", "try"].allSatisfy { error[$0] != nil })
    }

    @Test(.enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
    func `each document of a registry's command has its members listed, and no others`() async throws {
        let shell = try await DocumentedShell()
        let reference = "registry.example.com/team/header-auth"
        let commands = [
            ("push", "push \(reference):v1 plugin.wasm"), ("pull", "pull \(reference):v1"),
            ("tags", "tags \(reference)"), ("tag", "tag \(reference):v1 v2"),
            ("generate", "generate wasmplugin \(reference):v1"), ("lint", "lint \"$FIXTURES/lint/higress\" --offline"), ("envoys", "envoys"),
            ("run", "run plugin.wasm --request /"),
            ("test", "test \"$FIXTURES/wasm/header-authorization/plugin-tests.json\""),
            ("delete", "delete \(reference)@sha256:… --yes"),
        ]
        for (name, command) in commands {
            let run = try await shell.run("wasmpack \(command) --json 2>/dev/null")
            let document =
                try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any] ?? [:]
            #expect(document["schema"] as? String == "wasmpack.\(name)/v1")
            #expect(Set(document.keys) == members("## `wasmpack.\(name)/v1`"), "\(name)")
        }
    }

    @Test func `each command that prints a document has a line for jq, with a member that is listed`()
        async throws
    {
        let rows = page.rows("## jq examples").dropFirst()
        let commands = try await CommandSurface.read().commands.map(\.commandName)
        #expect(Set(rows.compactMap { $0[0].code.first }) == Set(commands).subtracting(["completion"]))
        for row in rows {
            let line = try #require(row[1].code.first)
            let member = try #require(line.firstMatch(of: /\.([a-zA-Z]+)/)).output.1
            #expect(page.text.contains("`\(member)`"), "\(line)")
        }
    }

    @Test func `each schema has a section, and no other`() throws {
        let sources = try #require(
            FileManager.default.enumerator(
                at: Document.root.appending(path: "Sources"),
                includingPropertiesForKeys: nil
            )
        )
        var schemas: Set<String> = []
        for case let file as URL in sources where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            schemas.formUnion(text.matches(of: /let schema = "(wasmpack\.[^"]+)"/).map { String($0.output.1) })
        }
        #expect(Set(page.headings.flatMap(\.code)) == schemas)
    }

    private func document(_ arguments: String..., in folder: URL) async throws -> [String: Any] {
        try await document(arguments, input: "", in: folder)
    }

    private func document(_ arguments: [String], input: String, in folder: URL) async throws -> [String: Any]
    {
        let run = try await RunningProgram(
            BuiltProgram.wasmpack,
            arguments + ["--json"],
            environment: [:],
            input: input,
            in: folder
        ).wait()
        return try #require(JSONSerialization.jsonObject(with: run.outputBytes) as? [String: Any], "\(run)")
    }

    /// What a section's table lists, and what every document has.
    private func members(_ heading: String) -> Set<String> {
        Set(page.rows(heading).flatMap { $0[0].code } + ["schema", "ok"])
    }
}
