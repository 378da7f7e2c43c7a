import Foundation
import TestSupport
import Testing

/// Tests how `check` interprets Envoy's results, with scripts in place of Envoy.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct CheckVerdictLongTests {
    /// Creates a workspace with a valid plugin and an "Envoy" that runs the given line.
    private func workspace(_ line: String) async throws -> Workspace {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        try work.writeScript(
            """
            #!/bin/sh
            [ "$1" = --version ] && exec echo "envoy  version: 9e55/1.40.0/Clean/RELEASE/BoringSSL"
            \(line)
            """,
            to: "envoy"
        )
        return work
    }

    @Test func `a plugin that needs a configuration gives a warning`() async throws {
        let work = try await workspace(
            "echo 'wasm|Wasm VM failed Failed to configure base Wasm plugin' >&2; exit 1"
        )
        let run = try await work.run("check", "plugin.wasm", "--envoy=./envoy")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("\nok       ! istio  ! envoy-gateway  ! higress\n"), "\(run)")
        #expect(run.outputText.contains("Envoy 1.40.0 loads the module"))
        let json = try await work.run("check", "plugin.wasm", "--envoy=./envoy", "--json", "--strict")
        #expect(json.status == 1)
        #expect(json.outputText.contains(#""bodiesValidated":true"#), "\(json)")
        #expect(json.outputText.contains(#""id":"envoy-configuration""#))
    }

    @Test(
        "rejects a module that crashes Envoy or does not finish loading",
        arguments: [
            ("kill -SEGV $$", "crashes-envoy", "crashes when it loads the module (signal 11)"),
            ("exec yes 'wasm|wasm log: on' >&2", "envoy-endless", "had not finished loading the module"),
            ("exit 1", "envoy-rejected", "does not load the module"),
        ]
    )
    func rejection(_ row: (line: String, id: String, message: String)) async throws {
        let work = try await workspace(row.line)
        let run = try await work.run("check", "plugin.wasm", "--envoy=./envoy", "--json")
        #expect(run.status == 1, "\(run)")
        #expect(run.outputText.contains(#""id":"\#(row.id)""#), "\(run)")
        #expect(run.outputText.contains(row.message), "\(run)")
        #expect(!run.outputText.contains(#""verdict":"ok""#), "\(run)")
    }

    @Test func `ignores Envoy's result for a consumer that does not run modules`() async throws {
        let work = try await workspace("exit 1")
        _ = try await work.run("build", "plugin.wasm", "--format", "wasm")
        let run = try await work.run(
            "check",
            "plugin-oci",
            "--for",
            "wkg",
            "--for",
            "istio",
            "--envoy=./envoy"
        )
        #expect(run.status == 1)
        #expect(run.outputText.contains("\nFAIL     ✗ istio  ✓ wkg\n"), "\(run)")
    }
}
