import Foundation
import TestSupport
import Testing

/// A registry that lies, fails or misbehaves: no unverified file appears, and the error names the reason.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct HostileRegistryLongTests {
    static let pulls: [(what: String, rules: String, code: String, status: Int32)] = [
        // Gzip ignores a changed time in its header, and the config stays correct: only the layer's digest differs.
        (
            "another time in the layer's gzip header", #"[{"method":"GET","path":"/blobs/LAYER","flip":4}]"#,
            "digest-mismatch", 65
        ),
        (
            "a blob cut short, with a fitting length", #"[{"method":"GET","path":"/blobs/","truncate":50}]"#,
            "digest-mismatch", 65
        ),
        (
            "a blob that never ends", #"[{"method":"GET","path":"/blobs/","endless":"body"}]"#,
            "digest-mismatch", 65
        ),
        (
            "another byte in the manifest", #"[{"method":"GET","path":"/manifests/","flip":-3}]"#,
            "digest-mismatch", 65
        ),
        (
            "a digest header that contradicts the manifest",
            #"[{"method":"GET","path":"/manifests/","wrong_digest_header":true}]"#, "digest-mismatch", 65
        ),
        (
            "a manifest that never ends", #"[{"method":"GET","path":"/manifests/","endless":"body"}]"#,
            "protocol-violation", 76
        ),
        (
            "words of a refusal that never end",
            #"[{"method":"GET","path":"/manifests/","status":400,"endless":"body"}]"#, "protocol-violation",
            76
        ),
        (
            "a web page instead of a manifest",
            #"[{"method":"GET","path":"/manifests/","status":200,"headers":{"Content-Type":"text/html"},"body":"<html>"}]"#,
            "protocol-violation", 76
        ),
        (
            "a server that always fails", #"[{"method":"GET","path":"/manifests/","status":502}]"#,
            "server-failed", 69
        ),
        (
            "a connection that always breaks", #"[{"method":"GET","path":"/blobs/","cut":20,"whole":true}]"#,
            "connection-lost", 69
        ),
        (
            "access denied",
            #"[{"method":"GET","path":"/manifests/","status":403,"body":{"errors":[{"code":"DENIED"}]}}]"#,
            "auth-required", 77
        ),
        (
            "a redirect into a network that is not the registry's",
            #"[{"method":"GET","path":"/blobs/","status":307,"headers":{"Location":"file:///etc/passwd"}}]"#,
            "protocol-violation", 76
        ),
        (
            "schema 1",
            #"[{"method":"GET","path":"/manifests/","status":200,"headers":{"Content-Type":"application/vnd.oci.image.manifest.v1+json"},"body":"{\"schemaVersion\":1,\"fsLayers\":[]}"}]"#,
            "manifest-unsupported", 65
        ),
    ]

    @Test("a pull of invalid content writes nothing", arguments: pulls.indices)
    func pull(number: Int) async throws {
        let (what, rules, code, status) = Self.pulls[number]
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.plugin, to: "module.wasm")
        let pushed = try await work.run("push", reference, "module.wasm", "--plain-http", "--json")
        #expect(pushed.status == 0, "\(pushed)")
        try await registry.order(rules.replacing("LAYER", with: layerDigest(in: pushed)))
        let temporary = try work.ownTemporaryFolder()
        let before = try work.names()
        let run = try await work.run("pull", reference, "--plain-http", adding: temporary)
        #expect(run.status == status, "\(what): \(run)")
        #expect(run.errorText.contains("error[\(code)]"), "\(what): \(run)")
        #expect(try work.names() == before, "\(what)")
        #expect(try work.names(in: "tmp").isEmpty, "\(what)")
        let verified = try await work.run("verify", reference, "--plain-http", adding: temporary)
        #expect(verified.status != 0, "\(what): \(verified)")
    }

    /// The layer's digest in a document of `push --json`.
    private func layerDigest(in run: CommandLineRun) throws -> String {
        struct Document: Decodable {
            struct Part: Decodable { let role, digest: String }
            let parts: [Part]
        }
        let document = try JSONDecoder().decode(Document.self, from: run.outputBytes)
        return try #require(document.parts.first { $0.role == "layer" }).digest
    }

    static let pushes: [(what: String, rules: String, code: String, status: Int32)] = [
        (
            "another digest for the manifest",
            #"[{"method":"PUT","path":"/manifests/","wrong_digest_header":true}]"#, "digest-mismatch", 65
        ),
        (
            "a web server that says yes to everything",
            #"[{"status":200,"headers":{"Content-Type":"text/html"},"body":"<html>welcome</html>"}]"#,
            "protocol-violation", 76
        ),
        (
            "an upload without a place",
            #"[{"method":"POST","path":"/blobs/uploads/","extra_headers":{"Location":null}}]"#,
            "protocol-violation", 76
        ),
        (
            "an upload to another protocol",
            #"[{"method":"POST","path":"/blobs/uploads/","location":"gopher://127.0.0.1/"}]"#,
            "protocol-violation", 76
        ),
        (
            "a manifest that is not wanted",
            #"[{"method":"PUT","path":"/manifests/","status":400,"body":{"errors":[{"code":"MANIFEST_INVALID","message":"no \u001b[2J"}]}}]"#,
            "request-rejected", 65
        ),
        ("too many requests", #"[{"method":"HEAD","path":"/manifests/","status":429}]"#, "rate-limited", 75),
        (
            "a server that always fails", #"[{"method":"PUT","path":"/blobs/uploads/","status":500}]"#,
            "server-failed", 69
        ),
    ]

    @Test("a failed push explains the cause and moves no tag", arguments: pushes.indices)
    func push(number: Int) async throws {
        let (what, rules, code, status) = Self.pushes[number]
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.plugin, to: "old.wasm")
        try work.write(Modules.tiny, to: "new.wasm")
        let old = try await work.run("push", reference, "old.wasm", "--plain-http")
        try await registry.order(rules)
        let run = try await work.run(
            "push",
            reference,
            "new.wasm",
            "--plain-http",
            adding: work.ownTemporaryFolder()
        )
        #expect(run.status == status, "\(what): \(run)")
        #expect(run.errorText.contains("error[\(code)]"), "\(what): \(run)")
        #expect(!run.errorText.contains("\u{1B}"))
        #expect(run.outputText.isEmpty)
        #expect(try work.names(in: "tmp").isEmpty)
        try await registry.order("[]")
        if !rules.contains("wrong_digest_header") {
            let verified = try await work.run("verify", reference, "--plain-http")
            #expect(
                verified.outputText.contains(old.outputText.split(separator: "@").last ?? "none"),
                "\(verified)"
            )
        }
    }

    @Test func `retries a request that failed once`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.plugin, to: "module.wasm")
        try await registry.order(
            #"[{"method":"PUT","path":"/blobs/uploads/","occurrence":1,"cut_upload":10},{"method":"PUT","path":"/manifests/","occurrence":1,"status":503}]"#
        )
        let pushed = try await work.run("push", reference, "module.wasm", "--plain-http", "-v")
        #expect(pushed.status == 0, "\(pushed)")
        #expect(pushed.errorText.contains("retrying"))
        try await registry.order(#"[{"method":"GET","path":"/blobs/","occurrence":1,"cut":10}]"#)
        let pulled = try await work.run("pull", reference, "--plain-http")
        #expect(pulled.status == 0, "\(pulled)")
        #expect(try work.bytes(of: "plugin.wasm") == Modules.plugin)
    }

    @Test func `renews a token that expires during a push`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry(
            "--auth",
            "bearer",
            "--user",
            "ci:hush-word",
            "--token-uses",
            "4"
        )
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.large(300_000), to: "module.wasm")
        let run = try await work.run(
            "push",
            reference,
            "module.wasm",
            "--plain-http",
            "-v",
            "--username",
            "ci",
            "--password-stdin",
            input: "hush-word\n"
        )
        #expect(run.status == 0, "\(run)")
        #expect(!run.description.contains("hush-word"))
        #expect(try await registry.requests().filter { $0.contains("/token") }.count > 1)
    }
}
