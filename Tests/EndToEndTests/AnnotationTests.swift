import Foundation
import TestSupport
import Testing

/// Warnings and errors in GitHub Actions, and registries whose text looks like a workflow command.
@Suite(.timed, .timeLimit(.minutes(5))) struct AnnotationTests {
    private static let actions = ["GITHUB_ACTIONS": "true", "CI": "true"]
    private static let hostile = "##[add-mask]x ::error::y\\r\\n::set-output name=a::b"

    /// The lines that the runner would take for commands.
    private func commands(_ run: CommandLineRun) -> [Substring] {
        (run.errorText + run.outputText).split(whereSeparator: \.isNewline).filter {
            $0.drop(while: \.isWhitespace).hasPrefix("::") || $0.contains("##[")
        }
    }

    @Test func `a warning and an error are annotations too, and only with GITHUB_ACTIONS=true`() async throws
    {
        let work = try Workspace()
        try work.write(
            SampleModule.plugin(importing: ("env", "proxy_get_upstream_hosts", 2)),
            to: "plugin.wasm"
        )
        let build = ["build", "plugin.wasm"]
        let warned = try await work.start(build, adding: Self.actions).wait()
        #expect(commands(warned).count == 1, "\(warned)")
        #expect(warned.errorText.contains("\n::warning title=wasmpack::istio, envoy-gateway: "), "\(warned)")
        let failed = try await work.start(["build", "no.wasm"], adding: Self.actions).wait()
        #expect(
            failed.errorText.contains(
                "::error title=wasmpack%3A file-missing::no such file: no.wasm%0Awhy: "
            ),
            "\(failed)"
        )
        for (arguments, variables) in [
            (build, ["CI": "true"]), (build, ["GITHUB_ACTIONS": "false"]),
            (build + ["--no-annotations"], Self.actions), (build + ["-q"], Self.actions),
        ] {
            let run = try await work.start(arguments, adding: variables).wait()
            #expect(run.status == 0 && commands(run).isEmpty, "\(run)")
        }
    }

    @Test func `a registry's text is never a workflow command`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let reference = "\(registry.name)/a/b:v1"
        let warning = ###""extra_headers": {"Warning": "299 - \"##[add-mask]x ::error::y\""}"###
        try await registry.order("[{\(warning)}]")
        let pushed = try await work.start(
            ["push", reference, "plugin.wasm", "--plain-http"],
            adding: Self.actions
        ).wait()
        #expect(pushed.status == 0 && pushed.errorText.contains("## [add-mask]x"), "\(pushed)")
        #expect(commands(pushed).allSatisfy { $0.hasPrefix("::warning title=wasmpack::message from ") })
        let body = #"{"errors":[{"code":"DENIED","message":"\#(Self.hostile)"}]}"#
        try await registry.order(
            "[{\"status\":403,\"headers\":{\"Content-Type\":\"application/json\"},\"body\":\(body)}]"
        )
        for flags in [[], ["--json"], ["-v"], ["--debug"]] {
            let denied = try await work.start(
                ["pull", reference, "--plain-http"] + flags,
                adding: Self.actions
            ).wait()
            #expect(denied.status != 0 && denied.errorText.contains("add-mask"), "\(denied)")
            #expect(commands(denied).allSatisfy { $0.hasPrefix("::error title=wasmpack%3A ") }, "\(denied)")
            #expect(!commands(denied).contains { $0.contains("##[") }, "\(denied)")
        }
    }

    @Test func `a registry's 4,000 characters are cut, and its control characters are shown`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let text = String(repeating: "long \\u202e\\u001b[31m", count: 200)
        let body = #"{"errors":[{"code":"DENIED","message":"\#(text)"}]}"#
        try await registry.order(
            "[{\"status\":403,\"headers\":{\"Content-Type\":\"application/json\"},\"body\":\(body)}]"
        )
        let denied = try await work.run("pull", "\(registry.name)/a/b:v1", "--plain-http")
        #expect(denied.status == 77, "\(denied)")
        #expect(!denied.errorText.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
        #expect(denied.errorText.count < 4000, "\(denied.errorText.count)")
    }
}
