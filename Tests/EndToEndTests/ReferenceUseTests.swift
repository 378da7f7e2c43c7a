import Foundation
import TestSupport
import Testing

/// The requests that the parts of a reference cause.
@Suite(.timed, .timeLimit(.minutes(5))) struct ReferenceUseTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.write(Modules.plugin, to: "module.wasm")
    }

    @Test func `a push with a tag and a digest sends nothing if the image has another digest`() async throws {
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/team/plugin:v1@sha256:\(String(repeating: "0", count: 64))"
        let run = try await work.run("push", reference, "module.wasm", "--plain-http")
        #expect(run.status == 65, "\(run)")
        #expect(run.errorText.contains("error[digest-mismatch]"), "\(run)")
        #expect(try await registry.requests().allSatisfy { !$0.hasPrefix("P") })
    }

    @Test func `a push with a tag and the correct digest sets the tag`() async throws {
        let registry = try await ScriptedRegistry()
        let built = try await work.run("build", "module.wasm", "--layout", "image")
        let digest = built.outputText.trimmingCharacters(in: .newlines)
        let run = try await work.run(
            "push",
            "\(registry.name)/team/plugin:v1@\(digest)",
            "module.wasm",
            "--plain-http"
        )
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText == "\(registry.name)/team/plugin@\(digest)\n")
        #expect(try await registry.requests().contains("PUT /v2/team/plugin/manifests/v1"))
    }

    @Test func `a pull with a tag and a digest requests only the digest, with a note`() async throws {
        let registry = try await ScriptedRegistry()
        let pushed = try await work.run(
            "push",
            "\(registry.name)/team/plugin:v1",
            "module.wasm",
            "--plain-http"
        )
        let digest = pushed.outputText.trimmingCharacters(in: .newlines).suffix(71)
        let before = try await registry.requests().count
        let run = try await work.run(
            "pull",
            "oci://\(registry.name)/team/plugin:v2@\(digest)",
            "--plain-http"
        )
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains("the tag v2 is ignored"), "\(run)")
        let asked = try await registry.requests().dropFirst(before)
        #expect(asked.contains("GET /v2/team/plugin/manifests/\(digest)"), "\(asked)")
        #expect(!asked.contains { $0.hasSuffix("/manifests/v2") })
    }

    static let names = ["plugin:v1", "docker.io/plugin:v1", "index.docker.io/library/plugin:v1"]

    @Test(
        "connects to Docker Hub by the name of its API",
        .enabled(if: Internet.isPossible, Internet.whySkipped),
        arguments: names
    )
    func dockerHub(name: String) async throws {
        let result = try await Internet().run(["inspect", "docker://" + name], rules: [:], in: work)
        let asked = result.requests["registry-1.docker.io", default: []].map { "\($0.method) \($0.path)" }
        // For a missing tag, the existing ones.
        #expect(
            asked == ["GET /v2/library/plugin/manifests/v1", "GET /v2/library/plugin/tags/list"],
            "\(result)"
        )
        #expect(result.isUntouched("docker.io") && result.isUntouched("index.docker.io"))
        #expect(result.status == 66)
    }

    @Test(.enabled(if: Internet.isPossible, Internet.whySkipped))
    func `treats the first of three parts as the host, with a note`() async throws {
        let result = try await Internet().run(
            ["pull", "registry/test-oci/header-authorization:v0.0.1"],
            rules: [:],
            in: work
        )
        let asked = result.requests["registry", default: []].map { "\($0.method) \($0.path)" }
        let repository = "/v2/test-oci/header-authorization"
        #expect(
            asked == ["GET \(repository)/manifests/v0.0.1", "GET \(repository)/tags/list"],
            "\(result)"
        )
        #expect(result.stderr.contains("registry"), "\(result)")
    }
}
