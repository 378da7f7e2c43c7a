import Foundation
import TestSupport
import Testing

/// A public registry that becomes hostile after a push, and the program's reaction.
struct TurnedRegistry {
    let work: Workspace
    let reference = "\(Internet.registry)/team/plugin:v1"

    init() throws { work = try Workspace() }

    func pull(
        _ rules: String,
        reference: String? = nil,
        internet: Internet = Internet(),
        others: [String: String] = [:]
    ) async throws -> Internet.Result {
        try await internet.run(
            ["pull", reference ?? self.reference, "-o", "out.wasm", "-v"] + Internet.signIn,
            rules: others.merging([Internet.registry: rules]) { $1 },
            in: work
        )
    }

    func push(_ rules: String) async throws -> Internet.Result {
        try await Internet().run(
            ["push", "\(Internet.registry)/team/other:v1", "module.wasm", "-v"] + Internet.signIn,
            rules: [Internet.registry: rules],
            in: work
        )
    }

    /// Expects that a run failed for a reason, without secrets in its output or leftover files.
    func expect(
        _ result: Internet.Result,
        _ status: Int32,
        _ code: String,
        _ phrase: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(result.status == status, "\(result)", sourceLocation: sourceLocation)
        #expect(result.stderr.contains("error[\(code)]"), "\(result)", sourceLocation: sourceLocation)
        #expect(
            phrase.isEmpty || result.stderr.contains(phrase),
            "\(result)",
            sourceLocation: sourceLocation
        )
        #expect(!(result.stdout + result.stderr).contains("hush"), sourceLocation: sourceLocation)
        #expect(!work.exists("out.wasm"), sourceLocation: sourceLocation)
    }

    /// The pushed manifest as text, to be modified.
    func manifest() async throws -> String {
        try work.write(Modules.plugin, to: "module.wasm")
        let run = try await work.run("build", "module.wasm", "--layout", "image")
        let digest = try #require(run.outputText.split(separator: ":").last).trimmingCharacters(in: .newlines)
        return String(decoding: try work.bytes(of: "image/blobs/sha256/\(digest)"), as: UTF8.self)
    }

    /// Returns a rule that answers each manifest request with this manifest.
    func rule(manifest: String) throws -> String {
        struct Rule: Encodable {
            let method = "GET"
            let path = "/manifests/"
            let status = 200
            let headers = ["Content-Type": "application/vnd.oci.image.manifest.v1+json"]
            let body: String
        }
        return String(decoding: try JSONEncoder().encode([Rule(body: manifest)]), as: UTF8.self)
    }
}
