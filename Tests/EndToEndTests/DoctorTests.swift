import Foundation
import TestSupport
import Testing

/// `wasmpack doctor` with Debian's docker-registry in several states, and with pull Secrets.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct DoctorTests {
    private let work: Workspace

    init() throws { work = try Workspace() }

    /// The mark of each step, by its label.
    private static func marks(_ run: CommandLineRun) -> [String: String] {
        let lines = run.outputText.split(separator: "\n").filter { !$0.hasPrefix(" ") }
        let pairs = lines.compactMap { line -> (String, String)? in
            let words = line.split(separator: " ", maxSplits: 2)
            return words.count > 1 ? (String(words[0]), String(words[1])) : nil
        }
        return Dictionary(pairs) { first, _ in first }
    }

    private func doctor(_ arguments: [String], input: String = "", adding: [String: String] = [:])
        async throws
        -> CommandLineRun
    {
        try await work.start(["doctor"] + arguments, input: input, adding: adding).wait()
    }

    /// Pushes the reference plugin, and returns its reference.
    private func push(to registry: RegistryPeer, _ flags: [String], input: String = "") async throws -> String
    {
        try work.write(Modules.plugin, to: "plugin.wasm")
        let reference = "\(registry.name)/\(work.namespace)/plugin:v1"
        let pushed = try await work.start(["push", reference, "plugin.wasm"] + flags, input: input).wait()
        #expect(pushed.status == 0, "\(pushed)")
        return reference
    }

    @Test func `an open registry without TLS`() async throws {
        let registry = try await RegistryPeer.shared(.open, usesTLS: false)
        let reference = try await push(to: registry, [])
        let run = try await doctor([reference])
        #expect(run.status == 0, "\(run)")
        #expect(
            Self.marks(run) == [
                "proxy": "✓", "dns": "✓", "tcp": "✓", "tls": "!", "api": "✓", "login": "✓", "account": "-",
                "access": "✓", "manifest": "✓", "ok": reference,
            ],
            "\(run)"
        )
        #expect(
            run.outputText.contains(/manifest ✓ sha256:[0-9a-f]{64}, application\/vnd.oci.image.manifest/)
        )
        let missing = try await doctor([reference.replacing(":v1", with: ":v2")])
        #expect(missing.status == 66 && Self.marks(missing)["manifest"] == "✗", "\(missing)")
        let absent = try await doctor(["\(registry.name)/\(work.namespace)/none:v1"])
        #expect(absent.status == 66 && Self.marks(absent)["access"] == "✗", "\(absent)")
        let new = try await doctor(["\(registry.name)/\(work.namespace)/none:v1", "--push"])
        #expect(new.status == 0 && Self.marks(new)["access"] == "!", "\(new)")
        #expect(Self.marks(new)["push"] == "✓", "\(new)")
    }

    @Test func `a registry with htpasswd under a private CA`() async throws {
        let registry = try await RegistryPeer.shared(.htpasswd)
        let access = try registry.access(work)
        let reference = try await push(to: registry, access.flags, input: access.input)
        let unknown = try await doctor([registry.name])
        #expect(unknown.status == 69, "\(unknown)")
        let marks = Self.marks(unknown)
        #expect(marks["tcp"] == "✓" && marks["tls"] == "✗" && marks["api"] == nil, "\(unknown)")
        #expect(unknown.outputText.contains("try: add --ca-file ca.pem"), "\(unknown)")
        // The search for credentials is shown nevertheless.
        #expect(marks["account"] == "-", "\(unknown)")
        let good = try await doctor([reference] + access.flags, input: access.input)
        #expect(good.status == 0, "\(good)")
        #expect(good.outputText.contains("login    ✓ a user name and a password with each request (Basic)"))
        #expect(good.outputText.contains("account  ✓ \(registry.username), from --username"), "\(good)")
        #expect(good.outputText.contains("signed by CN=wasmpack test authority until "), "\(good)")
        let wrong = try await doctor([reference] + access.flags, input: "hush-word")
        #expect(wrong.status == 77 && Self.marks(wrong)["access"] == "✗", "\(wrong)")
        #expect(wrong.outputText.contains("wrong user name or password"), "\(wrong)")
        let none = try await doctor([reference] + access.trust)
        #expect(none.status == 77 && Self.marks(none)["account"] == "!", "\(none)")
        for run in [unknown, good, wrong, none] {
            #expect(!run.description.contains(registry.password) && !run.description.contains("hush-word"))
        }
    }

    @Test func `a registry with tokens, and the key of the entry in docker's file`() async throws {
        let registry = try await RegistryPeer.shared(.token)
        let access = try registry.access(work)
        let reference = try await push(to: registry, access.flags, input: access.input)
        let login = ["login", registry.name] + access.trust + ["-u", registry.username, "--password-stdin"]
        #expect(try await work.start(login, input: access.input).wait().status == 0)
        let run = try await doctor([reference, "--push"] + access.trust)
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("login    ✓ tokens of https://localhost:"), "\(run)")
        #expect(
            run.outputText.contains(
                "account  ✓ \(registry.username), from ~/.docker/config.json (\"\(registry.name)\")"
            ),
            "\(run)"
        )
        #expect(run.outputText.contains("token    ✓ grants pull,push for repository:"), "\(run)")
        #expect(run.outputText.contains("push     ✓ allowed: an upload was begun and canceled"), "\(run)")
        let json = try await doctor([registry.name, "--json"] + access.trust)
        let document = try #require(
            JSONSerialization.jsonObject(with: json.outputBytes) as? [String: Any],
            "\(json)"
        )
        #expect(document["ok"] as? Bool == true && document["schema"] as? String == "wasmpack.doctor/v1")
        let steps = try #require(document["steps"] as? [[String: Any]])
        #expect(steps.compactMap { $0["name"] as? String }.last == "access", "\(json)")
    }

    @Test func `a token with less than is needed`() async throws {
        let registry = try await RegistryPeer.start(.token, tokens: ["--user=reader:read-word:pull"])
        let access = try registry.access(work)
        let reference = try await push(to: registry, access.flags, input: access.input)
        let flags = access.trust + ["--username", "reader", "--password-stdin"]
        let reading = try await doctor([reference] + flags, input: "read-word")
        #expect(reading.status == 0 && Self.marks(reading)["token"] == "✓", "\(reading)")
        let pushing = try await doctor([reference, "--push"] + flags, input: "read-word")
        #expect(pushing.status == 77 && Self.marks(pushing)["token"] == "✗", "\(pushing)")
        #expect(pushing.outputText.contains("grants pull, but push is needed"), "\(pushing)")
        #expect(Self.marks(pushing)["push"] == "✗", "\(pushing)")
    }

    private struct Ready: Decodable {
        let port: Int
        let ca: String?
    }

    private func start(_ arguments: String...) async throws -> (process: PeerProcess, ready: Ready) {
        let process = try await PeerProcess.start("docker_registry.py", arguments)
        return (process, try JSONDecoder().decode(Ready.self, from: process.ready))
    }

    @Test func `an expired certificate`() async throws {
        let (process, ready) = try await start("--expired")
        let run = try await doctor(["localhost:\(ready.port)", "--ca-file", ready.ca ?? ""])
        #expect(run.status == 69 && Self.marks(run)["tls"] == "✗", "\(run)")
        #expect(run.outputText.contains("valid from "), "\(run)")
        withExtendedLifetime(process) {}
    }

    @Test func `a certificate for another host`() async throws {
        let (process, ready) = try await start("--name", "registry.test")
        // A name of this machine (RFC 6761) that the certificate lacks.
        let run = try await doctor(["other.localhost:\(ready.port)", "--ca-file", ready.ca ?? ""])
        #expect(run.status == 69, "\(run)")
        let marks = Self.marks(run)
        #expect(marks["tcp"] == "✓" && marks["tls"] == "✗" && marks["api"] == nil, "\(run)")
        #expect(run.outputText.contains("registry.test"), "\(run)")
        withExtendedLifetime(process) {}
    }

    @Test func `a token service on another host that is down`() async throws {
        let closed = try SilentSocket(isListening: false)
        let (process, ready) = try await start(
            "--auth",
            "token",
            "--user",
            "demo:hush-word",
            "--host",
            "127.0.0.1",
            "--realm-port",
            "\(closed.port)"
        )
        let run = try await doctor(
            [
                "localhost:\(ready.port)/a/b:v1", "--ca-file", ready.ca ?? "", "--username", "demo",
                "--password-stdin",
            ],
            input: "hush-word"
        )
        #expect(run.status == 69 && !run.description.contains("hush-word"), "\(run)")
        let marks = Self.marks(run)
        #expect(marks["api"] == "✓" && marks["login"] == "✓" && marks["account"] == "✓", "\(run)")
        #expect(marks["token"] == "✗" && marks["access"] == nil, "\(run)")
        let step = run.outputText.split(separator: "\n").first { $0.hasPrefix("token ") }
        #expect(step?.contains("127.0.0.1:\(closed.port)") == true, "\(run)")
        withExtendedLifetime((process, closed)) {}
    }

    @Test func `a registry that is down, and a name that does not resolve`() async throws {
        let ready = try await start("--plain").ready
        // It ends when its last owner is freed.
        try await wait(for: "the end of the registry", within: .seconds(60)) {
            try await work.other("curl", "-s", "http://127.0.0.1:\(ready.port)/v2/").status == 7
        }
        let run = try await doctor(["localhost:\(ready.port)"])
        #expect(run.status == 69, "\(run)")
        #expect(Self.marks(run)["dns"] == "✓" && Self.marks(run)["tcp"] == "✗", "\(run)")
        #expect(run.outputText.contains("\nFAIL     localhost:\(ready.port): tcp\n"), "\(run)")
        let unknown = try await doctor(["registry.invalid/a/b:v1", "--json"])
        #expect(unknown.status == 69, "\(unknown)")
        #expect(unknown.outputText.contains(#""name":"dns","result":"failed""#), "\(unknown)")
    }

    @Test func `a registry behind a proxy`() async throws {
        let (process, ready) = try await start("--name", "registry.test")
        let proxy = try await PeerProcess.start("proxy.py", ["--user", "me:proxy-word"])
        let port = try JSONDecoder().decode(Ready.self, from: proxy.ready).port
        let arguments = ["registry.test:\(ready.port)", "--ca-file", ready.ca ?? ""]
        let run = try await doctor(
            arguments,
            adding: ["HTTPS_PROXY": "http://me:proxy-word@127.0.0.1:\(port)"]
        )
        #expect(run.status == 0, "\(run)")
        #expect(
            run.outputText.contains(
                "proxy    ✓ requests go through the proxy http://127.0.0.1:\(port) ($HTTPS_PROXY)"
            ),
            "\(run)"
        )
        #expect(Self.marks(run)["dns"] == nil && Self.marks(run)["access"] == "✓", "\(run)")
        let rejected = try await doctor(arguments, adding: ["HTTPS_PROXY": "http://127.0.0.1:\(port)"])
        #expect(rejected.status != 0 && rejected.outputText.contains("proxy    ✗ "), "\(rejected)")
        for run in [run, rejected] { #expect(!run.description.contains("proxy-word")) }
        withExtendedLifetime((process, proxy)) {}
    }

    @Test func `a pull Secret is judged as a cluster would`() async throws {
        let registry = try await RegistryPeer.shared(.token)
        let access = try registry.access(work)
        let reference = try await push(to: registry, access.flags, input: access.input)
        // Its output is a secret.
        let made = try await work.other(
            Workspace.program,
            "generate",
            "pull-secret",
            reference,
            "--name",
            "s",
            "--namespace",
            "n",
            "--ca-file",
            access.caFile,
            "--username",
            registry.username,
            "--password-stdin",
            input: access.input
        )
        #expect(made.status == 0, "\(made)")
        let run = try await doctor(
            [reference, "--pull-secret", "-"] + access.trust,
            input: made.outputText
        )
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("secret   ✓ kubernetes.io/dockerconfigjson with 1 entry"), "\(run)")
        #expect(
            run.outputText.contains(
                "account  ✓ \(registry.username), from the Secret (\"\(registry.name)\")"
            ),
            "\(run)"
        )
        // The token service is at localhost, and the CA is private.
        #expect(run.outputText.contains("login    ! tokens of https://localhost:"), "\(run)")
        #expect(run.outputText.contains("does not know the CA that is trusted here"), "\(run)")
        let other = """
            apiVersion: v1
            kind: Secret
            metadata: {name: s}
            type: kubernetes.io/dockerconfigjson
            stringData:
              .dockerconfigjson: '{"auths":{"localhost":{"username":"me","password":"hush-word"}}}'
            """
        try work.write(Array(other.utf8), to: "other.yaml")
        let elsewhere = try await doctor([reference, "--pull-secret", "other.yaml"] + access.trust)
        // This token service lets everyone pull.
        #expect(elsewhere.status == 0 && Self.marks(elsewhere)["account"] == "!", "\(elsewhere)")
        #expect(elsewhere.outputText.contains("can be read anonymously"), "\(elsewhere)")
        #expect(
            elsewhere.outputText.contains("has no entry that Istio uses for \(registry.name)"),
            "\(elsewhere)"
        )
        #expect(!elsewhere.description.contains("hush-word"), "\(elsewhere)")
    }

    private static let pullSecret =
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: "

    static let secrets: [(secret: String, status: Int32, step: String, text: String)] = [
        (
            "kind: Secret\ntype: Opaque\nstringData: {password: hush-word}", 78, "secret",
            "has the type Opaque"
        ),
        (pullSecret + "eyJhdXRocyI6e319", 78, "secret", "try: rename stringData to data"),
        ("hush-word", 78, "secret", "it is not a document of Kubernetes"),
        (pullSecret + #"'{"credsStore":"desktop"}'"#, 78, "secret", "names a credential helper"),
        (pullSecret + #"'{"auths":{"REGISTRY":{}}}'"#, 78, "account", "has no credentials"),
    ]

    @Test("a Secret that cannot be used fails at its step, after those of the connection", arguments: secrets)
    func unusableSecret(secret: String, status: Int32, step: String, text: String) async throws {
        let registry = try await RegistryPeer.shared(.token)
        let arguments =
            ["\(registry.name)/a/b:v1", "--pull-secret", "-"] + (try registry.access(work).trust)
        let input = secret.replacing("REGISTRY", with: registry.name)
        let run = try await doctor(arguments, input: input)
        let marks = Self.marks(run)
        #expect(run.status == status && run.outputText.contains(text), "\(run)")
        #expect(marks["dns"] == "✓" && marks["api"] == "✓" && marks[step] == "✗", "\(run)")
        #expect(!run.description.contains("hush-word") && !run.description.contains("base64 -d"), "\(run)")
        let json = try await doctor(arguments + ["--json"], input: input)
        #expect(json.status == status && !json.description.contains("hush-word"), "\(json)")
        let document = try #require(
            JSONSerialization.jsonObject(with: json.outputBytes) as? [String: Any],
            "\(json)"
        )
        let steps = try #require(document["steps"] as? [[String: Any]])
        let failed = steps.filter { $0["result"] as? String == "failed" }
        #expect(steps.first?["name"] as? String == "proxy" && document["ok"] as? Bool == false, "\(json)")
        #expect(failed.compactMap { $0["name"] as? String } == [step], "\(json)")
    }

    @Test func `a Secret without an entry for the registry is a warning, because a proxy pulls without it`()
        async throws
    {
        try work.write(
            Array(
                (Self.pullSecret + #"'{"auths":{"https://bob:hush-word@other.io/v1":{"auth":"bTpw"}}}'"#).utf8
            ),
            to: "s.yaml"
        )
        let open = try await RegistryPeer.shared(.open, usesTLS: false)
        let reference = try await push(to: open, [])
        let run = try await doctor([reference, "--pull-secret", "s.yaml"])
        #expect(run.status == 0 && Self.marks(run)["account"] == "!", "\(run)")
        #expect(Self.marks(run)["manifest"] == "✓", "\(run)")
        #expect(run.outputText.contains("it has entries for https://other.io/v1"), "\(run)")
        let closed = try await RegistryPeer.shared(.htpasswd)
        let arguments =
            ["\(closed.name)/a/b:v1", "--pull-secret", "s.yaml"] + (try closed.access(work).trust)
        let denied = try await doctor(arguments)
        #expect(denied.status == 77 && Self.marks(denied)["account"] == "!", "\(denied)")
        for run in [run, denied] { #expect(!run.description.contains("hush-word"), "\(run)") }
    }

    @Test func `plain HTTP to a port with TLS is told, also by push`() async throws {
        let registry = try await RegistryPeer.shared(.htpasswd)
        let run = try await doctor(["\(registry.name)/a/b:v1", "--plain-http"])
        #expect(run.status != 0 && Self.marks(run)["api"] == "✗", "\(run)")
        #expect(run.outputText.contains("seems to use HTTPS, not plain HTTP"), "\(run)")
        #expect(run.outputText.contains("try: omit --plain-http"), "\(run)")
        try work.write(Modules.plugin, to: "plugin.wasm")
        let pushed = try await work.run("push", "\(registry.name)/a/b:v1", "plugin.wasm", "--plain-http")
        #expect(pushed.status != 0 && pushed.errorText.contains("omit --plain-http"), "\(pushed)")
    }

    @Test func `prints each hint once`() async throws {
        let registry = try await RegistryPeer.shared(.htpasswd)
        let run = try await doctor(
            ["\(registry.name)/a/b:v1", "--push"] + (try registry.access(work).trust)
        )
        let hints = run.outputText.split(separator: "\n").filter { $0.contains("try: ") }
        #expect(!hints.isEmpty && Set(hints).count == hints.count, "\(run)")
    }

    static let wrong: [(arguments: [String], text: String)] = [
        ([], "doctor needs a registry or a reference"),
        (["a.io", "--push"], "--push needs a repository"),
        (["a.io/b", "--push", "--pull-secret", "x"], "--push and --pull-secret cannot be used together"),
        (
            ["a.io/b", "--anonymous", "--pull-secret", "x"],
            "--pull-secret and --anonymous cannot be used together"
        ),
        (["./plugin.wasm"], "doctor works only on registries"),
    ]

    @Test("a wrong command line is an error that says so", arguments: wrong)
    func wrongCommand(arguments: [String], text: String) async throws {
        let run = try await doctor(arguments)
        #expect(run.status == 64 && run.errorText.contains(text), "\(run)")
    }
}
