import Foundation
import TestSupport
import Testing

/// The options of `wasmpack run` that a mesh would set, seen by a plugin in a real Envoy.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct RunOptionTests {
    private let served: ServedPlugins
    private var work: Workspace { served.work }

    init() throws { served = try ServedPlugins() }

    @Test func `the plugin gets its root ID and its environment variables`() async throws {
        try await TrialPlugin.build(as: "trial.wasm", in: work)
        let run = try await served.run([
            "trial.wasm", "--plugin-config", "describe", "--root-id", "my root", "--env", "A=one", "--env",
            "HOME",
            "--request", "/",
        ])
        #expect(run.status == 0, "\(run)")
        for text in ["info     my root\n", "info     A=one\n", "info     HOME=\(work.path("home"))\n"] {
            #expect(run.errorText.contains(text), "\(text): \(run)")
        }
    }

    @Test("after a crash, the fail strategy decides", arguments: [("close", 503), ("open", 200)])
    func failStrategy(strategy: String, status: Int) async throws {
        try await TrialPlugin.build(as: "trial.wasm", in: work)
        let (program, url) = try await served.serve([
            "trial.wasm", "--fail-strategy", strategy, "--respond", "200",
        ])
        #expect(try await served.get("\(url)/").status == 200)
        _ = try await served.get("\(url)/crash")
        #expect(try await served.get("\(url)/").status == status)
        program.signal(SIGTERM)
        _ = try await program.wait()
    }

    @Test func `with fail strategy reload, the plugin serves again`() async throws {
        try await TrialPlugin.build(as: "trial.wasm", in: work)
        let (program, url) = try await served.serve([
            "trial.wasm", "--fail-strategy", "reload", "--respond", "200",
        ])
        _ = try await served.get("\(url)/crash")
        try await wait(for: "the plugin", within: .seconds(60)) {
            try await served.get("\(url)/").status == 200
        }
        program.signal(SIGTERM)
        _ = try await program.wait()
    }

    @Test func `another server can be the upstream`() async throws {
        let (server, url) = try await served.serve(["plugin.wasm", "--respond", "201:made"])
        let address = String(url.dropFirst("http://".count))
        let run = try await served.run([
            "plugin.wasm", "--upstream", address, "--request", "/", "--header", "allow: true",
        ])
        #expect(run.outputText.hasPrefix("HTTP 201\n") && run.outputText.hasSuffix("\nmade"), "\(run)")
        server.signal(SIGTERM)
        _ = try await server.wait()
        let gone = try await served.run([
            "plugin.wasm", "--upstream", address, "--request", "/", "--header", "allow: true",
        ])
        #expect(gone.outputText.hasPrefix("HTTP 503\n"), "\(gone)")
        try await served.expectNothingLeft()
    }

    @Test func `a request passes a network plugin as bytes`() async throws {
        try await TrialPlugin.build("Tests/Support/connections.c", as: "network.wasm", in: work)
        let run = try await served.run(["network.wasm", "--type", "network", "--request", "GET /x?y"])
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains(#""path":"/x?y""#), "\(run)")
        // Not a header field that Envoy adds: the connection's bytes are not changed.
        #expect(!run.outputText.contains("x-forwarded-proto"), "\(run)")
        for text in [
            "info     a connection\n", "info     bytes to the server\n", "info     bytes to the client\n",
        ] {
            #expect(run.errorText.contains(text), "\(text): \(run)")
        }
        try await TrialPlugin.build(
            "Tests/Support/connections.c",
            changing: [("say(\"a connection\");", "__builtin_trap();")],
            as: "network.wasm",
            in: work
        )
        let crashed = try await served.run(["network.wasm", "--type", "network", "--request", "/"])
        #expect(crashed.status == 1, "\(crashed)")
        #expect(crashed.errorText.contains("network.wasm crashed in Envoy"), "\(crashed)")
        #expect(crashed.errorText.contains("why: Function: proxy_on_new_connection failed"), "\(crashed)")
        try await served.expectNothingLeft()
    }

    static let printed: [(arguments: [String], texts: [String], why: String)] = [
        ([], ["/tmp/wasmpack-upstream.sock", "plugin.wasm\"", "filters.http.wasm"], "the default"),
        (
            [
                "--type", "network", "--upstream", "localhost:81", "--env", "A=b", "--root-id", "r",
                "--plugin-config", "{}", "--fail-strategy", "open", "--listen", "127.0.0.1:4711",
            ],
            [
                "filters.network.wasm", "\"port_value\":81", "\"A\":\"b\"", "\"root_id\":\"r\"",
                "\"value\":\"{}\"", "FAIL_OPEN", "4711",
            ], "all options"
        ),
    ]

    @Test("--print-bootstrap prints a configuration that Envoy accepts", arguments: printed)
    func bootstrap(arguments: [String], texts: [String], why: String) async throws {
        let run = try await served.run(["plugin.wasm", "--print-bootstrap"] + arguments)
        #expect(run.status == 0, "\(why): \(run)")
        for text in texts { #expect(run.outputText.contains(text), "\(why): \(text): \(run)") }
        #expect(run.errorText.contains("no server listens") == arguments.isEmpty, "\(run)")
        try work.write(run.outputBytes, to: "envoy.json")
        let envoy = try await work.other(Envoy.program, "--mode", "validate", "-c", "envoy.json")
        #expect(envoy.status == 0, "\(why): \(envoy)")
    }

    @Test func `--print-bootstrap of an image contains the module`() async throws {
        let built = try await work.run("build", "plugin.wasm")
        #expect(built.status == 0, "\(built)")
        let run = try await served.run(["plugin-oci", "--print-bootstrap"])
        #expect(run.outputText.contains("\"inline_bytes\":\"AGFzbQ"), "\(run)")
        try work.write(run.outputBytes, to: "envoy.json")
        let envoy = try await work.other(Envoy.program, "--mode", "validate", "-c", "envoy.json")
        #expect(envoy.status == 0, "\(envoy)")
        try await served.expectNothingLeft()
    }
}
