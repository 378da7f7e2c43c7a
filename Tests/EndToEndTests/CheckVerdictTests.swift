import Foundation
import TestSupport
import Testing

/// What `check` makes of an Envoy's answer, with scripts that answer as it does.
@Suite(.timed, .timeLimit(.minutes(5))) struct CheckVerdictTests {
    /// A workspace with a good plugin and an "Envoy" that does what the line says.
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

    @Test func `a plugin that wants a configuration is loaded, with a warning`() async throws {
        let work = try await workspace(
            "echo 'wasm|Wasm VM failed Failed to configure base Wasm plugin' >&2; exit 1"
        )
        let run = try await work.run("check", "plugin.wasm", "--envoy=./envoy")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("ok with warnings: istio, envoy-gateway, higress"), "\(run)")
        #expect(run.outputText.contains("Envoy 1.40.0 loads the module"))
        let json = try await work.run("check", "plugin.wasm", "--envoy=./envoy", "--json", "--strict")
        #expect(json.status == 1)
        #expect(json.outputText.contains(#""bodiesValidated":true"#), "\(json)")
        #expect(json.outputText.contains(#""id":"envoy-configuration""#))
    }

    @Test(
        "what Envoy does not survive, or does not end, is refused",
        arguments: [
            ("kill -SEGV $$", "kills-envoy", "dies of the module (signal 11)"),
            ("exec yes 'wasm|wasm log: on' >&2", "envoy-endless", "was not done with loading the module"),
            ("exit 1", "envoy-refused", "does not load the module"),
        ]
    )
    func refused(_ row: (line: String, id: String, message: String)) async throws {
        let work = try await workspace(row.line)
        let run = try await work.run("check", "plugin.wasm", "--envoy=./envoy", "--json")
        #expect(run.status == 1, "\(run)")
        #expect(run.outputText.contains(#""id":"\#(row.id)""#), "\(run)")
        #expect(run.outputText.contains(row.message), "\(run)")
        #expect(run.outputText.contains(#""bodiesValidated":false"#), "\(run)")
        #expect(!run.outputText.contains(#""verdict":"ok""#), "\(run)")
    }

    @Test func `what Envoy says is nothing to who runs no module`() async throws {
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
        #expect(run.outputText.contains("ok: wkg; refused: istio"), "\(run)")
    }
}
