import Foundation
import TestSupport
import Testing

/// `--timeout` and `--retries` in every command that contacts a registry.
@Suite(.timed, .timeLimit(.minutes(5))) struct TimeLimitTests {
    /// The other arguments of each command; `REF`, `REPOSITORY`, `HOST` and `ENVOY` are placeholders.
    static let commands: [String: [String]] = [
        "push": ["REF", "module.wasm"], "pull": ["REF"], "inspect": ["REF"], "verify": ["REF"],
        "login": ["HOST", "-u", "ci", "--password-stdin"], "tags": ["REPOSITORY"], "tag": ["REF", "v2"],
        "delete": ["REF", "--yes"], "digest": ["REF"], "check": ["REF"], "copy": ["REF", "copied.tar"],
        "generate": ["wasmplugin", "REF"], "build": ["module.wasm", "-t", "REF", "--push"],
        "lint": ["plugin.yaml"], "run": ["REF", "--envoy=ENVOY"], "doctor": ["REF"],
        "test": ["cases.json", "--plugin", "REF"],
    ]

    /// Commands that represent the others, which have the same options.
    static let some = ["login", "pull", "push"]

    private static func arguments(_ command: String, _ registry: ScriptedRegistry) -> [String] {
        let names = [
            "HOST": registry.name, "REPOSITORY": "\(registry.name)/test/plugin",
            "REF": "\(registry.name)/test/plugin:v1", "--envoy=ENVOY": "--envoy=\(Envoy.program)",
        ]
        return [command] + (commands[command] ?? []).map { names[$0] ?? $0 } + ["--plain-http"]
    }

    /// Writes the files that the commands name.
    private static func write(to work: Workspace, _ registry: ScriptedRegistry) throws {
        try work.write(Modules.tiny, to: "module.wasm")
        try work.write(LintTests.plugin("oci://\(registry.name)/test/plugin:v1"), to: "plugin.yaml")
        try work.write(
            Array(#"{"cases": [{"name": "any", "request": {"path": "/"}}]}"#.utf8),
            to: "cases.json"
        )
    }

    @Test func `covers every command that has --timeout`() async throws {
        struct Surface: Decodable {
            struct Command: Decodable {
                let commandName: String
                let subcommands: [Command]?
                let arguments: [Argument]?
            }
            struct Argument: Decodable { let names: [Name]? }
            struct Name: Decodable { let name: String }
            let command: Command
        }
        let run = try await Workspace().run("--experimental-dump-help")
        let surface = try JSONDecoder().decode(Surface.self, from: run.outputBytes)
        let known = (surface.command.subcommands ?? []).filter {
            ($0.arguments ?? []).contains { $0.names?.contains { $0.name == "timeout" } == true }
        }
        #expect(Set(known.map(\.commandName)) == Set(Self.commands.keys))
    }

    @Test("exits 75 after the time limit", arguments: some)
    func timeLimit(command: String) async throws { try await Self.timeLimit(command) }

    static func timeLimit(_ command: String) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try write(to: work, registry)
        try await registry.order(#"[{"path": "/v2/", "stall": 3600}]"#)
        let run = try await work.start(
            arguments(command, registry) + ["--timeout", "1.5", "--json"],
            input: "hush-word",
            adding: work.ownTemporaryFolder()
        ).wait()
        #expect(run.status == 75, "\(run)")
        #expect(run.errorText.contains("error[timed-out]: not finished within 1.5 s"), "\(run)")
        // What it waited for: a server, or its own work.
        #expect(run.errorText.contains("the whole command; it was "), "\(run)")
        #expect(
            run.outputText.contains(#""code":"timed-out""#)
                || run.outputText.contains(#""code": "timed-out""#),
            "\(run)"
        )
        #expect(try work.names(in: "tmp").isEmpty)
        #expect(try work.names().filter { $0.hasPrefix(".wasmpack") }.isEmpty)
    }

    @Test(
        "the time limit also ends a pause between retries",
        arguments: [#""status": 503"#, #""status": 429, "headers": {"Retry-After": "500"}"#]
    )
    func pause(answer: String) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try await registry.order("[{\"path\": \"/v2/\", \(answer)}]")
        let run = try await work.run(
            "pull",
            "\(registry.name)/test/plugin:v1",
            "--plain-http",
            "--timeout",
            "1",
            "--retries",
            "50"
        )
        #expect(run.status == 75, "\(run)")
        #expect(run.errorText.contains("error[timed-out]: not finished within 1 s"), "\(run)")
    }

    @Test("retries as often as requested, and reports the number", arguments: some, [0, 2])
    func retries(command: String, count: Int) async throws { try await Self.retries(command, count) }

    static func retries(_ command: String, _ count: Int) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try write(to: work, registry)
        try await registry.order(#"[{"path": "/v2/", "status": 503}]"#)
        let run = try await work.start(
            arguments(command, registry) + ["--retries", "\(count)"],
            input: "hush-word"
        ).wait()
        // For lint, a registry that fails is a finding.
        #expect(run.status == (command == "lint" ? 1 : 69), "\(run)")
        // A push asks for the tag and the parts together, each as often.
        let requests = try await registry.requests().filter { !$0.contains("/blobs/") }
        #expect(requests.count == count + 1)
        #expect((run.errorText + run.outputText).contains("tried 3 times") == (count == 2), "\(run)")
    }

    @Test func `exits 75 with the registry's message for a Retry-After of hours`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let rule =
            #"{"path": "/v2/", "status": 429, "headers": {"Retry-After": "99999", "RateLimit-Remaining": "0;w=21600"}}"#
        try await registry.order("[\(rule)]")
        let run = try await work.run("pull", "\(registry.name)/test/plugin:v1", "--plain-http")
        #expect(run.status == 75, "\(run)")
        #expect(run.errorText.contains("error[rate-limited]"), "\(run)")
        #expect(run.errorText.contains("the registry asks to wait 28 h"), "\(run)")
        #expect(run.errorText.contains("0 requests in 6 h are left"), "\(run)")
        #expect(try await registry.requests().count == 1)
    }

    @Test func `shows a registry's warning once, in printable form`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.tiny, to: "module.wasm")
        let fields =
            #"["299 - \"this goes \u009b31m away\"", "299 - \"", "199 - \"no\"", "299 - \"this too\""]"#
        try await registry.order("[{\"extra_headers\": {\"Warning\": \(fields)}}]")
        let run = try await work.run("push", reference, "module.wasm", "--plain-http")
        #expect(run.status == 0, "\(run)")
        let warnings = run.errorText.split(separator: "\n").filter {
            $0.hasPrefix("  warning  message from \(registry.name): ")
        }
        #expect(warnings.count == 2, "\(run)")
        #expect(warnings.last?.hasSuffix(": this too") == true, "\(run)")
        #expect(!run.errorText.unicodeScalars.contains("\u{9B}"))
    }

    @Test(
        "rejects an invalid limit",
        arguments: [
            ["--timeout", "0"], ["--timeout", "-1"], ["--timeout", "nan"], ["--timeout", "inf"],
            ["--timeout", "604801"], ["--timeout", "1e-300"], ["--timeout", "0.0009"],
            ["--timeout", "soon"], ["--retries", "-1"], ["--retries", "101"], ["--retries", "1.5"],
        ]
    )
    func rejected(options: [String]) async throws {
        let work = try Workspace()
        let run = try await work.start(["pull", "127.0.0.1:1/a/b:c", "\(options[0])=\(options[1])"]).wait()
        #expect(run.status == 64, "\(run)")
    }
}

/// The same for every command.
@Suite(.long, .timed, .timeLimit(.minutes(10))) struct TimeLimitLongTests {
    @Test("every command exits 75 after the time limit", arguments: TimeLimitTests.commands.keys.sorted())
    func timeLimit(command: String) async throws { try await TimeLimitTests.timeLimit(command) }

    @Test(
        "every command retries as often as requested",
        arguments: TimeLimitTests.commands.keys.sorted(),
        [0, 2]
    )
    func retries(command: String, count: Int) async throws {
        try await TimeLimitTests.retries(command, count)
    }
}
