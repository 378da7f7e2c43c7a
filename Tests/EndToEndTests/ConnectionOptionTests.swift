import Foundation
import TestSupport
import Testing

/// The program's options and variables for connections.
@Suite(.timed, .timeLimit(.minutes(5))) struct ConnectionOptionTests {
    /// A registry with TLS that requires a client certificate.
    private static func registry(_ work: Workspace, _ more: String...) async throws -> PeerProcess {
        try await PeerProcess.run("certificates.py", [work.path("tls")])
        for name in ["client", "other"] {
            let made = try await work.other(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-keyout",
                "\(name).key",
                "-out",
                "\(name).pem",
                "-subj",
                "/CN=\(name)"
            )
            #expect(made.status == 0, "\(made)")
        }
        return try await PeerProcess.start(
            "scripted_registry.py",
            ["--cert", work.path("tls/server.crt"), "--key", work.path("tls/server.key")] + more
        )
    }

    private static func reference(_ peer: PeerProcess) throws -> String {
        struct Ready: Decodable { let port: Int }
        return "127.0.0.1:\(try JSONDecoder().decode(Ready.self, from: peer.ready).port)/test/plugin:v1"
    }

    @Test func `--client-cert and --client-key authenticate to a registry`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let trust = ["--ca-file", "tls/ca/ca.crt"]
        let authority = work.path("client.pem")
        let peer = try await Self.registry(work, "--client-ca", authority)
        let push = ["push", try Self.reference(peer), "plugin.wasm"] + trust
        let key = ["--client-cert", "client.pem", "--client-key", "client.key"]
        let pushed = try await work.start(push + key).wait()
        #expect(pushed.status == 0, "\(pushed)")
        for arguments in [[], ["--client-cert", "other.pem", "--client-key", "other.key"]] {
            let rejected = try await work.start(push + arguments).wait()
            #expect(rejected.status == 69, "\(rejected)")
            #expect(rejected.errorText.contains("error[tls-failed]"), "\(rejected)")
            #expect(
                rejected.errorText.contains("requires a client certificate, or a different one"),
                "\(rejected)"
            )
            #expect(rejected.errorText.contains("--client-cert"), "\(rejected)")
        }
        let both = try work.bytes(of: "client.pem") + work.bytes(of: "client.key")
        try work.write(both, to: "both.pem")
        let joined = try await work.start(push + ["--client-cert", "both.pem"]).wait()
        #expect(joined.status == 0, "\(joined)")
        let mixed = try await work.start(push + ["--client-cert", "client.pem", "--client-key", "other.key"])
            .wait()
        #expect(mixed.status == 78, "\(mixed)")
        #expect(
            mixed.errorText.contains("error[config-invalid]: the client certificate cannot be used"),
            "\(mixed)"
        )
    }

    static let usage: [(arguments: [String], phrase: String)] = [
        (["--client-key", "a.key"], "--client-key needs --client-cert"),
        (["--plain-http", "--client-cert", "a.pem"], "cannot be used together"),
        (["--plain-http", "--tls-skip-verify"], "cannot be used together"),
        (["--quiet", "--debug"], "cannot be used together"),
    ]

    @Test("rejects options that do not work together", arguments: usage)
    func rejected(arguments: [String], phrase: String) async throws {
        let work = try Workspace()
        let run = try await work.start(["pull", "registry.example/a/b:v1"] + arguments).wait()
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText.contains(phrase), "\(run)")
    }

    static let unanswered: [(host: String, phrase: String, why: String)] = [
        ("HTTP", "→ not TLS\n", "plain HTTP, which is tried next"),
        ("127.0.0.1:1", "→ connection refused\n", "nothing listens"),
        ("registry.invalid", "→ unknown host\n", "no such name"),
    ]

    @Test("--verbose says in words why there is no answer", arguments: unanswered)
    func words(host: String, phrase: String, why: String) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let name = "\(host.replacing("HTTP", with: registry.name))/a/b:v1"
        let run = try await work.run("verify", name, "-v", "--retries", "0")
        #expect(run.errorText.contains(phrase), "\(why): \(run)")
        // No name of a case, such as addressUnknown.
        #expect(run.errorText.firstMatch(of: /→ [a-z]+[A-Z]/) == nil, "\(why): \(run)")
    }

    @Test func `--tls-skip-verify is required and warns once`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let peer = try await Self.registry(work)
        let reference = try Self.reference(peer)
        let rejected = try await work.run("push", reference, "plugin.wasm")
        #expect(rejected.status == 69, "\(rejected)")
        #expect(rejected.errorText.contains("error[tls-unknown-ca]"), "\(rejected)")
        #expect(rejected.errorText.contains("issuer \"CN=wasmpack test authority\""), "\(rejected)")
        #expect(rejected.errorText.contains("--tls-skip-verify"), "\(rejected)")
        let pushed = try await work.run("push", reference, "plugin.wasm", "--tls-skip-verify")
        #expect(pushed.status == 0, "\(pushed)")
        #expect(pushed.errorText.components(separatedBy: "warning").count == 2, "\(pushed)")
        #expect(pushed.errorText.contains("is not verified"), "\(pushed)")
    }

    @Test func `verifies a token service on another host even with --tls-skip-verify`()
        async throws
    {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        try work.write(#"[{"realm": "otherhost"}]"#.utf8, to: "rules.json")
        let peer = try await Self.registry(
            work,
            "--auth",
            "bearer",
            "--user",
            "ci:hush-ci-password",
            "--script",
            work.path("rules.json")
        )
        let reference = try Self.reference(peer)
        let credentials = ["WASMPACK_USERNAME": "ci", "WASMPACK_PASSWORD": "hush-ci-password"]
        let rejected = try await work.run(
            "push",
            reference,
            "plugin.wasm",
            "--tls-skip-verify",
            adding: credentials
        )
        #expect(rejected.status == 69, "\(rejected)")
        #expect(
            rejected.errorText.contains("error[tls-unknown-ca]: the certificate of the token service"),
            "\(rejected)"
        )
        let trusted = try await work.run(
            "push",
            reference,
            "plugin.wasm",
            "--ca-file",
            "tls/ca/ca.crt",
            adding: credentials
        )
        #expect(trusted.status == 0, "\(trusted)")
    }

    @Test func `SSL_CERT_FILE replaces the system's authorities`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let peer = try await Self.registry(work)
        let reference = try Self.reference(peer)
        let pushed = try await work.run(
            "push",
            reference,
            "plugin.wasm",
            adding: ["SSL_CERT_FILE": "tls/ca/ca.crt"]
        )
        #expect(pushed.status == 0, "\(pushed)")
        let hashed = try await work.other("openssl", "rehash", "tls/ca")
        #expect(hashed.status == 0, "\(hashed)")
        let folder = try await work.run("pull", reference, adding: ["SSL_CERT_DIR": work.path("tls/ca")])
        #expect(folder.status == 0, "\(folder)")
        let missing = try await work.run(
            "push",
            reference,
            "plugin.wasm",
            adding: ["SSL_CERT_FILE": "nowhere.pem"]
        )
        #expect(missing.status == 78, "\(missing)")
        #expect(missing.errorText.contains("$SSL_CERT_FILE: \"nowhere.pem\" cannot be read"), "\(missing)")
    }

    @Test func `uses the certificates in Docker's folder`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let peer = try await Self.registry(work, "--client-ca", work.path("client.pem"))
        let reference = try Self.reference(peer)
        let place = "docker/certs.d/\(reference.prefix { $0 != "/" })"
        try work.write(work.bytes(of: "tls/ca/ca.crt"), to: "\(place)/ca.crt")
        try work.write(work.bytes(of: "client.pem"), to: "\(place)/client.cert")
        try work.write(work.bytes(of: "client.key"), to: "\(place)/client.key")
        // In a separate mount namespace, /etc is an almost empty folder.
        let script = """
            mount -t tmpfs none /etc && mkdir /etc/ssl && cp -r docker /etc/docker || exit 99
            "$WASMPACK" push \(reference) plugin.wasm --client-cert client.pem && exit 98
            "$WASMPACK" push \(reference) plugin.wasm && rm /etc/docker/certs.d/*/client.key || exit 1
            "$WASMPACK" push \(reference) plugin.wasm
            """
        let run = try await work.other(
            "env",
            "WASMPACK=\(Workspace.program)",
            "unshare",
            "-rm",
            "sh",
            "-c",
            script
        )
        if run.status == 99 || run.errorText.contains("unshare failed") {
            print("skipped: no name spaces of one's own here: \(run.errorText)")
            try #require(!Workspace.isCI)
            return
        }
        #expect(
            run.errorText.contains("\"client.pem\" does not contain a PEM private key"),
            "not the folder's: \(run)"
        )
        #expect(run.outputText.hasPrefix("127.0.0.1"), "\(run)")
        #expect(run.status == 78, "\(run)")
        #expect(
            run.errorText.contains(
                "missing key client.key for client certificate client.cert. CA certificates must use the extension .crt"
            ),
            "\(run)"
        )
    }

    @Test func `names a failed proxy with its status and a remedy`() async throws {
        struct Ready: Decodable { let port: Int }
        let work = try Workspace()
        let peer = try await PeerProcess.start("proxy.py", ["--user", "me:hush-proxy"])
        let port = try JSONDecoder().decode(Ready.self, from: peer.ready).port
        let run = try await work.run(
            "pull",
            "registry.example/a/b:v1",
            "--debug",
            adding: ["HTTPS_PROXY": "http://me:hush-wrong@127.0.0.1:\(port)"]
        )
        #expect(run.status == 69, "\(run)")
        #expect(run.errorText.contains("error[proxy-failed]"), "\(run)")
        #expect(run.errorText.contains("proxy http://127.0.0.1:\(port) ($HTTPS_PROXY)"), "\(run)")
        #expect(run.errorText.contains("407"), "\(run)")
        #expect(run.errorText.contains("NO_PROXY=registry.example"), "\(run)")
        #expect(!run.errorText.contains("hush"), "\(run)")
    }

    @Test func `never sends credentials for a loopback registry through a proxy`() async throws {
        struct Ready: Decodable { let port: Int }
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let arguments = ["--auth", "basic", "--user", "ci:hush-ci-password"]
        let peer = try await PeerProcess.start("scripted_registry.py", arguments)
        let registry = try JSONDecoder().decode(Ready.self, from: peer.ready).port
        let proxy = try await PeerProcess.start("proxy.py", ["--log", work.path("proxy.log")])
        let port = try JSONDecoder().decode(Ready.self, from: proxy.ready).port
        try work.write([], to: "proxy.log")
        for host in ["localhost", "127.0.0.1"] {
            let pushed = try await work.run(
                "push",
                "\(host):\(registry)/test/plugin:v1",
                "plugin.wasm",
                adding: [
                    "WASMPACK_USERNAME": "ci", "WASMPACK_PASSWORD": "hush-ci-password",
                    "http_proxy": "http://127.0.0.1:\(port)", "https_proxy": "http://127.0.0.1:\(port)",
                ]
            )
            #expect(pushed.status == 0, "\(pushed)")
        }
        #expect(try work.bytes(of: "proxy.log").isEmpty)
    }
}
