import Foundation
import TestSupport
import Testing

/// `generate pull-secret` against kubectl, and with every source of credentials.
@Suite(.timed, .timeLimit(.minutes(5))) struct PullSecretTests {
    private static let command = ["generate", "pull-secret"]
    private static let name = ["--name", "wasm-secret", "--namespace", "istio-system"]

    private func auths(_ run: CommandLineRun) throws -> [String: [String: String]] {
        let report = try #require(
            JSONSerialization.jsonObject(with: run.outputBytes) as? NSDictionary,
            "\(run)"
        )
        let documents = try #require(report["documents"] as? [NSDictionary])
        let data = try #require(documents.first?.value(forKey: "data") as? [String: String])
        let bytes = try #require(Data(base64Encoded: data[".dockerconfigjson"] ?? ""))
        return try JSONDecoder().decode([String: [String: [String: String]]].self, from: bytes)["auths"]
            ?? [:]
    }

    @Test func `the key is the host of the url in the WasmPlugin`() async throws {
        let work = try Workspace()
        for (argument, key) in [
            ("registry/test-oci/x:v1", "registry:443"), ("reg.example", "reg.example"),
            ("https://reg.example/v2/", "reg.example"), ("localhost:5000/a", "localhost:5000"),
            ("me/x:v1", "https://index.docker.io/v1/"),
        ] {
            let run = try await work.start(
                Self.command + [argument, "--json", "--username", "u", "--password-stdin"] + Self.name,
                input: "p"
            ).wait()
            #expect(try Array(auths(run).keys) == [key], "\(argument): \(run)")
        }
    }

    @Test func `finds the credentials of a part of the registry by the whole reference`() async throws {
        let work = try Workspace()
        func auth(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
        let config = #"""
            {"auths":{"reg.example/team-a":{"auth":"\#(auth("a:1"))"},"reg.example/team-b":{"auth":"\#(auth("b:2"))"},
            "two.example":{"auth":"\#(auth("c:3"))"},"two.example/team":{"auth":"\#(auth("d:4"))"},"three.example":{}}}
            """#
        try work.write(Array(config.utf8), to: "auth.json")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600],
            ofItemAtPath: work.path("auth.json")
        )
        func run(_ argument: String) async throws -> CommandLineRun {
            try await work.start(
                Self.command + [argument, "--authfile", "auth.json", "--json"] + Self.name
            ).wait()
        }
        let part = try await run("reg.example/team-b/x:v1")
        #expect(try auths(part) == ["reg.example": ["username": "b", "password": "2", "auth": auth("b:2")]])
        let whole = try await run("two.example")
        #expect(try auths(whole)["two.example"]?["username"] == "c")
        #expect(whole.errorText.contains("has 2 entries for two.example"), "\(whole)")
        let several = try await run("reg.example")
        #expect(several.status == 77, "\(several)")
        #expect(
            several.errorText.contains("parts of it: reg.example/team-a, reg.example/team-b"),
            "\(several)"
        )
        for name in ["four.example", "three.example"] {
            let missing = try await run(name)
            #expect(missing.status == 77 && missing.errorText.contains("no credentials for"), "\(missing)")
        }
    }

    static let rejections: [(arguments: [String], phrase: String, status: Int32)] = [
        (["reg.example", "--namespace", "x"], "needs a name", 64),
        (["reg.example", "--name", "A"], "--name a", 64),
        (["reg.example", "--name", "a", "--namespace", "a.b"], "--namespace a-b", 64),
        (["reg.example", "--name", "a", "--selector", "a=b"], "wasmplugin, trafficextension", 64),
        (["reg.example", "--name", "a", "--pull-secret", "b"], "does not apply to pull-secret", 64),
        (["reg.example", "--name", "a", "--for", "envoy"], "read by istio, asm", 64),
        (["reg.example", "--name", "a", "--for", "istio@x"], "MAJOR.MINOR", 64),
        (["reg.example", "--name", "a", "--offline"], "--no-pin and --offline", 64),
        (["reg.example", "--name", "a"], "no credentials", 77),
        (["reg.example", "--name", "a", "--anonymous"], "no credentials", 77),
        (["reg_example:x", "--name", "a"], "reg", 64),
    ]

    @Test("prints nothing if something is wrong", arguments: rejections)
    func rejected(arguments: [String], phrase: String, status: Int32) async throws {
        let work = try Workspace()
        let run = try await work.start(Self.command + arguments).wait()
        #expect(run.status == status, "\(run)")
        #expect(run.outputText.isEmpty, "\(run)")
        #expect(run.errorText.contains(phrase), "\(run)")
    }

    @Test func `does not print a password to a terminal without --show`() async throws {
        let work = try Workspace()
        let environment = ["WASMPACK_USERNAME=u", "WASMPACK_PASSWORD=s3cret"]
        let command = Self.command + ["reg.example"] + Self.name
        let rejected = try await onTerminal(work, environment, command)
        #expect(rejected.status == 64, "\(rejected)")
        #expect(rejected.screen.contains("a pull Secret contains a password"))
        #expect(!rejected.screen.contains("dockerconfigjson"))
        let json = try await onTerminal(work, environment, command + ["--json"])
        #expect(json.status == 64 && !json.screen.contains("dockerconfigjson"))
        let shown = try await onTerminal(work, environment, command + ["--show"])
        #expect(shown.status == 0, "\(shown)")
        #expect(shown.screen.contains("dockerconfigjson"))
    }

    private func onTerminal(_ work: Workspace, _ environment: [String], _ command: [String]) async throws
        -> Workspace.Seen
    {
        let script = Fixtures.path("../Tests/Support/terminal.py")
        let run = try await RunningProgram(
            "/usr/bin/env",
            [Python.path, script, "[]", "env"] + environment + [Workspace.program] + command,
            environment: work.environment,
            in: work.folder
        ).wait()
        try #require(run.status == 0, "\(run)")
        return try JSONDecoder().decode(Workspace.Seen.self, from: run.outputBytes)
    }
}

/// The same Secret, created by kubectl.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct KubectlSecretLongTests {
    static let passwords: [(username: String, password: String, why: String)] = [
        ("ci-bot", "s3cret", "letters"), ("user:name", "pass:word", "colons"), ("a b", " c  d ", "spaces"),
        ("ü", "pä€👍ss", "Unicode"), ("u", "\"quoted\" \\ 'single'", "quotes and a backslash"),
        ("u", "<>&", "letters of HTML, which Go escapes"),
        ("u", "a\tb\u{1}\u{8}\u{C}\u{1F}\u{7F}", "controls"),
        ("u", "a\u{2028}b\u{2029}c\u{85}\u{FEFF}", "line separators"),
        ("u", "line1\nline2\r\nline3", "line ends"),
        ("u", "$HOME `id` %s", "letters of a shell"),
        ("u", String(repeating: "x", count: 4000), "a long token"),
    ]

    @Test(
        "the data equals that of kubectl create secret docker-registry",
        .enabled(if: Kubernetes.isExpected, Kubernetes.whySkipped),
        arguments: passwords
    )
    func data(username: String, password: String, why: String) async throws {
        let work = try Workspace()
        for (registry, server) in [
            ("reg.example:5000", "reg.example:5000"), ("docker.io", "https://index.docker.io/v1/"),
        ] {
            let ours = try await work.other(
                Workspace.program,
                "generate",
                "pull-secret",
                registry,
                "--name",
                "wasm-secret",
                "--namespace",
                "istio-system",
                "--username",
                username,
                "--password-stdin",
                input: password
            )
            #expect(ours.status == 0, "\(why): \(ours)")
            let theirs = try await work.other(
                Kubernetes.kubectl,
                "create",
                "secret",
                "docker-registry",
                "wasm-secret",
                "-n",
                "istio-system",
                "--docker-server=\(server)",
                "--docker-username=\(username)",
                "--docker-password=\(password)",
                "--dry-run=client",
                "-o",
                "yaml"
            )
            try #require(theirs.status == 0, "\(why): \(theirs)")
            // The data is base64 of the bytes, so equal objects have equal bytes.
            #expect(
                try await work.readByKubectl(ours.outputText) == work.readByKubectl(theirs.outputText),
                "\(why)"
            )
        }
    }
}
