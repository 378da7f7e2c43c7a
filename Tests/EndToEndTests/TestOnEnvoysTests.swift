import Foundation
import TestSupport
import Testing

/// `wasmpack test` and `wasmpack run` with each Envoy that meshes ship.
@Suite(.long, .timed, .timeLimit(.minutes(10)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct TestOnEnvoysLongTests {
    @Test("the reference plugin passes its cases, and answers a request", arguments: EnvoyVerdicts.versions)
    func passes(version: String) async throws {
        let work = try Workspace()
        let temporary = try ShortFolder()
        let folder = Fixtures.path("wasm/header-authorization")
        let options = ["--envoy=\(Envoy.program(version))"]
        func run(_ arguments: [String]) async throws -> CommandLineRun {
            try await work.start(arguments + options, adding: ["TMPDIR": temporary.path]).wait()
        }
        let tested = try await run(["test", "\(folder)/plugin-tests.json", "--json"])
        #expect(tested.status == 0, "\(tested)")
        #expect(tested.outputText.contains(version), "\(tested)")
        let denied = try await run(["run", "\(folder)/plugin.wasm", "--request", "GET /x"])
        #expect(denied.status == 0, "\(denied)")
        #expect(denied.outputText.hasPrefix("HTTP 403\n"), "\(denied)")
        #expect(denied.outputText.contains("Forbidden by ASM Wasm Plugin"), "\(denied)")
        let allowed = try await run(
            ["run", "\(folder)/plugin.wasm", "--request", "GET /x", "--header", "allow: true"]
        )
        #expect(allowed.outputText.hasPrefix("HTTP 200\n"), "\(allowed)")
    }
}
