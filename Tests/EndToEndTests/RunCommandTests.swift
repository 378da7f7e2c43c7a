import Foundation
import TestSupport
import Testing

/// `wasmpack run` with a real Envoy.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct RunCommandTests {
    private let served: ServedPlugins
    private var work: Workspace { served.work }

    init() throws { served = try ServedPlugins() }

    private func run(_ arguments: String...) async throws -> CommandLineRun {
        try await served.run(arguments)
    }

    private func serve(_ arguments: String...) async throws -> (program: RunningProgram, url: String) {
        try await served.serve(arguments)
    }

    private func expectNothingLeft() async throws { try await served.expectNothingLeft() }

    @Test func `a request shows the response, also beside the one without the plugin`() async throws {
        let rejected = try await run("plugin.wasm", "--request", "GET /status/418")
        #expect(rejected.status == 0, "\(rejected)")
        #expect(rejected.outputText.hasPrefix("HTTP 403\n"), "\(rejected)")
        #expect(rejected.outputText.hasSuffix("\n\nForbidden by ASM Wasm Plugin"), "\(rejected)")
        #expect(
            rejected.errorText.contains("  debug    request header: 'allow' is , only true"),
            "\(rejected)"
        )
        let passed = try await run(
            "plugin.wasm",
            "--request",
            "POST /x?y=1",
            "--header",
            "allow: true",
            "--body",
            "hi"
        )
        #expect(passed.outputText.contains(#""method":"POST","path":"/x?y=1""#), "\(passed)")
        #expect(passed.outputText.contains(#""body":"hi""#), "\(passed)")
        let compared = try await run("plugin.wasm", "--request", "/", "--compare", "--respond", "201:made")
        #expect(compared.outputText.contains(/! status +403 +201\n/), "\(compared)")
        #expect(compared.outputText.contains(/! body +Forbidden by ASM Wasm Plugin +made\n/), "\(compared)")
        // Envoy sets these, and only a request that reaches the upstream has the second one.
        #expect(compared.outputText.contains(/\n  date +/), "\(compared)")
        #expect(compared.outputText.contains(/\n  x-envoy-upstream-service-time +- +\d+\n/), "\(compared)")
        let json = try await run("plugin.wasm", "--request", "/", "--json")
        let document = try JSONSerialization.jsonObject(with: json.outputBytes) as? [String: Any]
        #expect((document?["response"] as? [String: Any])?["status"] as? Int == 403, "\(json)")
        try await expectNothingLeft()
    }

    @Test("serves until a signal, and leaves nothing behind", arguments: [SIGTERM, SIGHUP, SIGKILL])
    func serving(signal: Int32) async throws {
        let (program, url) = try await serve("plugin.wasm")
        let run = try await work.other("curl", "-s", "-H", "allow: true", "\(url)/a")
        #expect(run.outputText.contains(#""path":"/a""#), "\(run)")
        _ = try await work.other("curl", "-s", "\(url)/b")
        try await wait(for: "the log", within: .seconds(60)) { program.errorSoFar.contains("only true can") }
        program.signal(signal)
        let ended = try await program.wait()
        #expect(ended.status == (signal == SIGKILL ? -SIGKILL : 0), "\(ended)")
        try await expectNothingLeft()
    }

    @Test func `a taken port, a rejected plugin and a crash are errors that say so`() async throws {
        try await TrialPlugin.build(as: "trial.wasm", in: work)
        let (program, url) = try await serve("plugin.wasm")
        let taken = try await run("plugin.wasm", "--listen", String(url.dropFirst("http://".count)))
        #expect(taken.status == 69, "\(taken)")
        #expect(taken.errorText.contains("error[cannot-listen]"), "\(taken)")
        program.signal(SIGTERM)
        _ = try await program.wait()
        let rejected = try await run("trial.wasm", "--plugin-config", "reject", "--request", "/")
        #expect(rejected.status == 1, "\(rejected)")
        #expect(rejected.errorText.contains("warn     the limit is not a number"), "\(rejected)")
        #expect(rejected.errorText.contains("why: Failed to configure base Wasm plugin"), "\(rejected)")
        #expect(rejected.errorText.contains("try: --plugin-config @FILE"), "\(rejected)")
        let crashed = try await run("trial.wasm", "--request", "/crash")
        #expect(crashed.status == 1, "\(crashed)")
        #expect(crashed.outputText.hasPrefix("HTTP 503\n"), "\(crashed)")
        #expect(crashed.errorText.contains("Function: proxy_on_request_headers failed"), "\(crashed)")
        let last = crashed.errorText.split(separator: "\n").filter { $0.hasPrefix("error[") }
        #expect(last.count == 1 && last[0].contains("trial.wasm crashed in Envoy"), "\(crashed)")
        let crashedJSON = try await run("trial.wasm", "--request", "/crash", "--json")
        let document = try JSONSerialization.jsonObject(with: crashedJSON.outputBytes) as? [String: Any]
        #expect(document?["ok"] as? Bool == false && crashedJSON.status == 1, "\(crashedJSON)")
        #expect((document?["crash"] as? String)?.contains("proxy_on_request_headers failed") == true)
        let forged = try await run("trial.wasm", "--request", "/forge")
        #expect(!forged.errorText.contains("\u{1B}"), "\(forged)")
        #expect(forged.errorText.contains("real\\u{a}warning wasm"), "\(forged)")
        try await expectNothingLeft()
    }

    static let wrong: [(arguments: [String], text: String)] = [
        (["plugin.wasm", "--listen", "0.0.0.0:0"], "is not a loopback address"),
        (["plugin.wasm", "--respond", "99"], "is not STATUS[:BODY]"),
        (["plugin.wasm", "--respond", "204:x"], "the status 204 has none"),
        (["plugin.wasm", "--upstream", "x"], "is not HOST:PORT"),
        (["plugin.wasm", "--upstream", "x:1", "--respond", "200"], "cannot be used together"),
        (["plugin.wasm", "--request", "GET"], "is not METHOD PATH"),
        (["plugin.wasm", "--request", "/", "--header", "x"], "is not NAME:VALUE"),
        (["plugin.wasm", "--header", "a:b"], "--header needs --request"),
        (["plugin.wasm", "--compare"], "--compare needs --request"),
        (["plugin.wasm", "--watch", "--request", "/"], "--watch and --request cannot be used together"),
        (["plugin.wasm", "--print-bootstrap", "--watch"], "--print-bootstrap and --watch cannot be used"),
        (["plugin.wasm", "--print-bootstrap", "--json"], "--print-bootstrap and --json cannot be used"),
        (["127.0.0.1:1/a:v1", "--watch"], "--watch needs a .wasm file"),
        (["plugin.wasm", "--env", "=x"], "has no name"),
        (["plugin.wasm", "--plugin-config", "@"], "names no file"),
    ]

    @Test("a wrong option is an error that says so", arguments: wrong)
    func wrongOption(arguments: [String], text: String) async throws {
        let run = try await work.start(["run", ServedPlugins.envoy] + arguments).wait()
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText.contains(text), "\(run)")
    }
}
