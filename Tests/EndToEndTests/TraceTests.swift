import Foundation
import TestSupport
import Testing

/// `--debug`: all requests and responses, without secrets.
@Suite(.timed, .timeLimit(.minutes(5))) struct TraceTests {
    private static let credentials = [
        "WASMPACK_USERNAME": "ci", "WASMPACK_PASSWORD": "hush-ci-password",
    ]

    /// Texts that no output of the program may contain.
    private static func expectNoSecret(in run: CommandLineRun) {
        let text = run.outputText + run.errorText
        #expect(!text.contains("hush"), "\(run)")
        // The three base64 encodings of "hush", by its offset.
        for encoded in ["aHVza", "h1c2", "odXNo"] { #expect(!text.contains(encoded), "\(run)") }
        #expect(text.firstMatch(of: /eyJ[A-Za-z0-9_-]{8,}/) == nil, "\(run)")
    }

    @Test func `the first line names the program, and two blank lines end each request`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let run = try await work.run(
            "push",
            "\(registry.name)/a/b:v1",
            "plugin.wasm",
            "--debug",
            "--plain-http"
        )
        #expect(run.status == 0, "\(run)")
        let lines = run.errorText.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0].wholeMatch(of: /wasmpack\/\S+ \(\w+; \w+\) libcurl\/\S+ \S+/) != nil, "\(lines[0])")
        let blocks = run.errorText.components(separatedBy: "\n\n\n")
        let starts = blocks.compactMap {
            $0.firstMatch(of: /\d{4}-\S+Z #\d+ (GET|HEAD|POST|PUT) \S+/)?.output.0
        }
        #expect(starts.count == (try await registry.requests().count))
        #expect(run.errorText.contains("connection to \(registry.name), no TLS"), "\(run)")
        #expect(
            run.errorText.contains("> Content-Type: application/vnd.oci.image.manifest.v1+json"),
            "\(run)"
        )
        #expect(run.errorText.contains("\"schemaVersion\":2"), "the manifest is shown: \(run)")
        #expect(run.errorText.contains("  detail   "), "--debug says what --verbose says: \(run)")
        let quiet = try await work.run("push", "\(registry.name)/a/b:v1", "plugin.wasm", "-v", "--plain-http")
        #expect(!quiet.errorText.contains("schemaVersion"), "\(quiet)")
    }

    @Test func `the user agent names the program and its libraries`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        _ = try await work.run("pull", "\(registry.name)/a/b:v1", "--plain-http")
        let agent = try await registry.record().first?.header("User-Agent") ?? ""
        #expect(
            agent.wholeMatch(of: /wasmpack\/\d+\.\d+\.\d+ \(\w+; \w+\) libcurl\/\d+\.\d+\.\d+.*/) != nil,
            "\(agent)"
        )
    }

    @Test func `redacts a proxy's password and the secrets sent through it`() async throws {
        struct Ready: Decodable { let port: Int }
        let work = try Workspace()
        let registry = try await ScriptedRegistry("--auth", "basic", "--user", "ci:hush-ci-password")
        let place = String(registry.name.drop { $0 != ":" }.dropFirst())
        let proxy = try await PeerProcess.start("proxy.py", ["--user", "me:hush-proxy", "--to", place])
        let port = try JSONDecoder().decode(Ready.self, from: proxy.ready).port
        try work.write(Modules.tiny, to: "plugin.wasm")
        let pushed = try await work.run(
            "push",
            "registry.example/a/b:v1",
            "plugin.wasm",
            "--plain-http",
            "--debug",
            adding: Self.credentials.merging(
                ["http_proxy": "http://me:hush-proxy@127.0.0.1:\(port)"]
            ) { $1 }
        )
        #expect(pushed.errorText.contains("> Authorization: Basic REDACTED"), "\(pushed)")
        #expect(pushed.errorText.contains("through proxy http://127.0.0.1:\(port)"), "\(pushed)")
        Self.expectNoSecret(in: pushed)
    }

    @Test("a trace contains no secrets of any authentication method", arguments: ["basic", "bearer"])
    func signIn(authentication: String) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry("--auth", authentication, "--user", "ci:hush-ci-password")
        let environment = Self.credentials
        try work.write(Modules.tiny, to: "plugin.wasm")
        let cookies = #""Set-Cookie": "session=hush-cookie; Path=/", "X-Auth-Token": "hush-header""#
        // The first requests have no credentials; later, the server repeats what it received.
        func loud(after first: Int) -> String {
            #"{"occurrence": "\#(first + 1)+", "extra_headers": {\#(cookies), "Warning": "you said hush-ci-password, Y2k6aHVzaC1jaS1wYXNzd29yZA=="}}"#
        }
        let redirect = #"{"method": "GET", "path": "/blobs/", "redirect": "otherhost"}"#
        let quiet = #"{"extra_headers": {\#(cookies)}}"#
        try await registry.order("[\(quiet), \(loud(after: 3)), \(redirect)]")
        let reference = "\(registry.name)/a/b:v1"
        let pushed = try await work.run(
            "push",
            reference,
            "plugin.wasm",
            "--plain-http",
            "--debug",
            "-v",
            "--json",
            adding: environment
        )
        #expect(pushed.status == 0, "\(pushed)")
        #expect(
            pushed.errorText.contains(
                "> Authorization: \(authentication == "basic" ? "Basic" : "Bearer") REDACTED"
            )
        )
        #expect(pushed.errorText.contains("< Set-Cookie: REDACTED"))
        Self.expectNoSecret(in: pushed)
        try await registry.order("[\(quiet), \(loud(after: 1)), \(redirect)]")
        let pulled = try await work.run(
            "pull",
            reference,
            "--plain-http",
            "--debug",
            "--json",
            "-o",
            "back.wasm",
            adding: environment
        )
        #expect(pulled.status == 0, "\(pulled)")
        Self.expectNoSecret(in: pulled)
        try await registry.order("[\(quiet)]")
        let denied = try await work.run(
            "push",
            reference,
            "plugin.wasm",
            "--plain-http",
            "--debug",
            "--json",
            adding: environment.merging(["WASMPACK_PASSWORD": "hush-wrong"]) { $1 }
        )
        #expect(denied.status == 77, "\(denied)")
        Self.expectNoSecret(in: denied)
    }

    @Test func `redacts signed URLs of uploads and blobs`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/a/b:v1"
        try work.write(Modules.tiny, to: "plugin.wasm")
        let first = try await work.run("push", reference, "plugin.wasm", "--plain-http")
        #expect(first.status == 0, "\(first)")
        let signed = "http://\(registry.name)/elsewhere?X-Amz-Signature=hush-signature"
        try await registry.order(
            #"[{"method": "GET", "path": "/blobs/", "status": 307, "headers": {"Location": "\#(signed)"}}]"#
        )
        let run = try await work.run("pull", reference, "--plain-http", "--debug")
        #expect(run.errorText.contains("/elsewhere?X-Amz-Signature=REDACTED"), "\(run)")
        Self.expectNoSecret(in: run)
    }

    @Test func `never shows a token of a real token service`() async throws {
        try #require(RegistryPeer.isExpected, RegistryPeer.whySkipped)
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.token)
        let access = try registry.access(work)
        try work.write(Modules.tiny, to: "plugin.wasm")
        let run = try await work.start(
            ["push", "\(registry.name)/\(work.namespace)/a/b:v1", "plugin.wasm", "--debug", "--json"]
                + access.flags,
            input: access.input
        ).wait()
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains("TLSv1.3"), "\(run)")
        #expect(!run.errorText.contains(registry.password))
        Self.expectNoSecret(in: run)
    }
}
