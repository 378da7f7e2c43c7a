import Foundation
import TestSupport
import Testing

/// A pull says before the download that the file exists with other content, if digests or sizes tell.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct PullOntoFileLongTests {
    private let work: Workspace
    private let registry: ScriptedRegistry
    private var reference: String { "\(registry.name)/test/plugin:v1" }

    init() async throws {
        work = try Workspace()
        registry = try await ScriptedRegistry()
        try work.write(Modules.plugin, to: "plugin.wasm")
        try work.write(Modules.tiny, to: "other.wasm")
    }

    private func publish(_ format: String) async throws {
        let built = try await work.run("build", "plugin.wasm", "-t", reference, "--format", format)
        #expect(built.status == 0, "\(built)")
        let pushed = try await work.run("push", reference, "--no-check", "--plain-http")
        #expect(pushed.status == 0, "\(pushed)")
    }

    private struct Manifest: Decodable {
        struct Part: Decodable { let digest: String }
        let layers: [Part]
    }

    /// Pulls onto a file; returns the run, and the layers that were requested.
    private func pull(onto name: String, _ more: String...) async throws -> (CommandLineRun, [String]) {
        let raw = try await work.run("inspect", reference, "--raw", "manifest", "--plain-http")
        let layers = try JSONDecoder().decode(Manifest.self, from: raw.outputBytes).layers.map(\.digest)
        let before = try await registry.requests().count
        let run = try await work.start(["pull", reference, "-o", name, "--plain-http"] + more).wait()
        let requests = try await registry.requests().dropFirst(before)
        return (
            run, layers.filter { layer in requests.contains { $0.hasPrefix("GET") && $0.contains(layer) } }
        )
    }

    @Test(
        "does not download a module for a file that it may not replace",
        arguments: ["image", "docker", "artifact", "wasm"]
    )
    func early(format: String) async throws {
        try await publish(format)
        let (run, layers) = try await pull(onto: "other.wasm")
        #expect(run.status == 73 || run.errorText.contains("error[file-exists]"), "\(run)")
        #expect(run.errorText.contains("nothing was downloaded"), "\(run)")
        #expect(layers == [], "\(format)")
        #expect(try work.bytes(of: "other.wasm") == Modules.tiny)
        let (forced, _) = try await pull(onto: "other.wasm", "--force")
        #expect(forced.status == 0, "\(forced)")
        #expect(try work.bytes(of: "other.wasm") == Modules.plugin)
        let (kept, _) = try await pull(onto: "other.wasm")
        #expect(kept.status == 0, "\(kept)")
        #expect(kept.errorText.contains("kept     other.wasm"), "\(kept)")
    }

    @Test func `reads a layer whose digest does not tell`() async throws {
        let dockerfile = "FROM scratch\nCOPY --chmod=600 plugin.wasm /plugin.wasm\n"
        try work.write(Array(dockerfile.utf8), to: "Dockerfile")
        let built = try await work.run("build", ".", "-t", reference)
        #expect(built.status == 0, "\(built)")
        #expect(try await work.run("push", reference, "--plain-http").status == 0)
        try work.write(Modules.plugin, to: "same.wasm")
        let (kept, _) = try await pull(onto: "same.wasm")
        #expect(kept.status == 0, "\(kept)")
        let (run, layers) = try await pull(onto: "other.wasm")
        #expect(run.errorText.contains("error[file-exists]"), "\(run)")
        #expect(run.errorText.contains("nothing was written"), "\(run)")
        #expect(layers.count == 1)
    }
}
