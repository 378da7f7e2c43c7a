import Foundation
import TestSupport
import Testing

/// `wasmpack serve` as a program, with our client and others.
@Suite(.timed, .timeLimit(.minutes(5))) struct ServeTests {
    /// A running registry and its address.
    struct Running {
        let program: RunningProgram
        let address: String
    }

    /// Starts a registry on a free port, and waits until it is ready.
    static func start(_ workspace: Workspace, _ arguments: String...) async throws -> Running {
        try await start(workspace, arguments)
    }

    static func start(
        _ workspace: Workspace,
        _ arguments: [String],
        on address: String = "127.0.0.1:0",
        input: String = ""
    ) async throws -> Running {
        let output = "ready-\(UUID().uuidString)"
        let command = ["serve", "--listen", address] + arguments
        // Its standard output must be readable before its end.
        let program = try RunningProgram(
            "/bin/bash",
            ["-c", #"exec "$0" "${@:2}" >"$1""#, Workspace.program, output] + command,
            environment: workspace.environment,
            input: input,
            in: workspace.folder,
            check: workspace.expectNoSecrets
        )
        var address = ""
        try await wait(for: "the registry") {
            if program.hasEnded { throw PeerError(try await program.wait().description) }
            address = (try? workspace.bytes(of: output)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            return address.hasSuffix("\n")
        }
        return Running(program: program, address: address.trimmingCharacters(in: .newlines))
    }

    private func stop(_ registry: Running, _ signal: Int32 = SIGTERM) async throws -> CommandLineRun {
        registry.program.signal(signal)
        return try await registry.program.wait()
    }

    private func plugin(_ workspace: Workspace) throws {
        try workspace.write(Fixtures.bytes("wasm/header-authorization/plugin.wasm"), to: "plugin.wasm")
    }

    @Test func `a plugin is pushed, listed, verified, copied, deleted and pulled`() async throws {
        let workspace = try Workspace()
        try plugin(workspace)
        let registry = try await Self.start(workspace, "--dir", "registry")
        let repository = "\(registry.address)/team/plugin"
        for arguments in [
            ["push", "\(repository):v1", "plugin.wasm", "--also-tag", "latest", "--verify"],
            ["verify", "\(repository):v1"],
            ["copy", "\(repository):v1", "\(registry.address)/team/copy:v2"],
            ["delete", "\(repository):v1", "--yes"],
            ["pull", "\(registry.address)/team/copy:v2", "-o", "pulled.wasm"],
        ] {
            let run = try await workspace.start(arguments).wait()
            #expect(run.status == 0, "\(arguments): \(run)")
        }
        #expect(try workspace.bytes(of: "pulled.wasm") == workspace.bytes(of: "plugin.wasm"))
        #expect(try await workspace.run("tags", repository).outputText == "latest\n")
        #expect(try await stop(registry).status == 0)
        let verified = try await workspace.run("verify", "registry/team/copy")
        #expect(verified.status == 0, "\(verified)")
    }

    @Test(
        "SIGINT, SIGTERM and SIGHUP end it with 0, and discard the uploads",
        arguments: [SIGINT, SIGTERM, SIGHUP]
    )
    func end(signal: Int32) async throws {
        let workspace = try Workspace()
        let registry = try await Self.start(workspace, "--dir", "registry", "-v")
        let port = try #require(Int(registry.address.split(separator: ":")[1]))
        let started = try await RawHTTP(port: port).exchange("POST", "/v2/a/blobs/uploads/")
        let open = try RawHTTP(port: port)
        await open.send(
            "PATCH \(started.fields["location"] ?? "") HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc"
        )
        let run = try await stop(registry, signal)
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains("POST /v2/a/blobs/uploads/  202"))
        #expect(try FileManager.default.subpathsOfDirectory(atPath: workspace.path("registry")).isEmpty)
    }

    @Test func `without a directory, nothing is left at the end`() async throws {
        let workspace = try Workspace()
        try plugin(workspace)
        let registry = try await Self.start(workspace)
        let push = try await workspace.run("push", "\(registry.address)/a/b:v1", "plugin.wasm")
        #expect(push.status == 0, "\(push)")
        let temporary = try #require(workspace.environment["TMPDIR"])
        #expect(try !FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
        #expect(try await stop(registry).status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
    }

    @Test func `a layout of build is served under the names of its images`() async throws {
        let workspace = try Workspace()
        try plugin(workspace)
        let build = try await workspace.run("build", "plugin.wasm", "-t", "ghcr.io/team/plugin:v1")
        #expect(build.status == 0)
        let registry = try await Self.start(workspace, "--layout", "plugin-oci", "--read-only", "--json")
        let ready = try JSONSerialization.jsonObject(with: Data(registry.address.utf8)) as? [String: Any]
        #expect(ready?["schema"] as? String == "wasmpack.serve/v1")
        let address = try #require(ready?["registry"] as? String)
        #expect(ready?["url"] as? String == "http://\(address)")
        let pull = try await workspace.run("pull", "\(address)/team/plugin:v1", "-o", "pulled.wasm")
        #expect(pull.status == 0, "\(pull)")
        let push = try await workspace.run("push", "\(address)/team/plugin:v2", "plugin.wasm")
        #expect(push.status != 0)
        #expect(push.errorText.contains("read-only"), "\(push)")
        _ = try await stop(registry)
    }

    @Test("our client logs in with Basic authentication and with tokens", arguments: [false, true])
    func accounts(usesTokens: Bool) async throws {
        let workspace = try Workspace()
        try plugin(workspace)
        let password = Secrets.password()
        let arguments =
            ["--username", "ci", "--password-stdin"] + (usesTokens ? ["--token-auth"] : ["--read-only"])
        let registry = try await Self.start(workspace, arguments, input: password)
        let repository = "\(registry.address)/team/plugin"
        let anonymous = try await workspace.run("tags", repository)
        #expect(anonymous.status == 77, "\(anonymous)")
        let account = ["--username", "ci", "--password-stdin"]
        let tags = try await workspace.start(["tags", repository] + account, input: password).wait()
        #expect(tags.status == 66, "\(tags)")
        if usesTokens {
            let push = try await workspace.start(
                ["push", "\(repository):v1", "plugin.wasm"] + account,
                input: password
            )
            .wait()
            #expect(push.status == 0, "\(push)")
        }
        // As the notes say, and with the password from standard input.
        let login = try await workspace.start(
            ["login", registry.address, "-u", "ci", "--password-stdin"],
            input: password
        )
        .wait()
        #expect(login.status == 0, "\(login)")
        #expect(try await workspace.run("tags", repository).status == (usesTokens ? 0 : 66))
        let run = try await stop(registry)
        #expect(run.errorText.contains("to log in: wasmpack login \(registry.address) -u ci\n"), "\(run)")
    }

    @Test func `retries a registry that fails on request`() async throws {
        let workspace = try Workspace()
        try plugin(workspace)
        let registry = try await Self.start(
            workspace,
            "--fail",
            "PUT /v2/*/manifests/* 503 1",
            "--delay",
            "1ms"
        )
        let push = try await workspace.run("push", "\(registry.address)/a/b:v1", "plugin.wasm", "-v")
        #expect(push.status == 0, "\(push)")
        #expect(push.errorText.contains("503"), "\(push)")
        _ = try await stop(registry)
    }

    static let rejected: [(arguments: [String], status: Int32, text: String)] = [
        (["--listen", "0.0.0.0:0"], 64, "is not a loopback address"),
        (["--listen", "[::]:0"], 64, "is not a loopback address"),
        (["--listen", "0.0.0.0:0", "--tls", "self-signed"], 64, "is not a loopback address"),
        (["--listen", "0.0.0.0:0", "--htpasswd", "file"], 64, "is not a loopback address"),
        (["--listen", "0.0.0.0:0", "--tls", "self-signed", "--token-auth"], 64, "is not a loopback address"),
        (["--listen", "127.0.0.1:0", "--tls-cert", "file"], 64, "must be used together"),
        (["--listen", "127.0.0.1:0", "--tls-key", "file"], 64, "must be used together"),
        (
            ["--listen", "127.0.0.1:0", "--tls", "self-signed", "--tls-cert", "file", "--tls-key", "file"],
            64,
            "cannot be used together"
        ),
        (["--listen", "127.0.0.1:0", "--tls", "yes"], 64, "self-signed"),
        (
            ["--listen", "127.0.0.1:0", "--tls-cert", "missing", "--tls-key", "file"], 66,
            "no such file: missing"
        ),
        (
            ["--listen", "127.0.0.1:0", "--tls-cert", "file", "--tls-key", "file"], 78,
            "contains no certificate"
        ),
        (["--listen", "127.0.0.1:0", "--dir", "missing", "--read-only"], 66, "no such directory: missing"),
        (["--listen", "5000"], 64, "is not ADDRESS:PORT"),
        (["--listen", "127.0.0.1:65536"], 64, "is not ADDRESS:PORT"),
        (["--listen", "example.com:80"], 64, "does not begin with an IP address"),
        (["--listen", "::1:80"], 64, "IPv6 addresses need brackets"),
        (["--listen", "127.0.0.1:0", "--dir", "a", "--layout", "b"], 64, "cannot be used together"),
        (["--listen", "127.0.0.1:0", "--repository", "a"], 64, "--repository needs --layout"),
        (["--listen", "127.0.0.1:0", "--layout", "missing"], 66, "no image layout at missing"),
        (["--listen", "127.0.0.1:0", "--layout", "l", "--repository", "A"], 64, "must be lowercase"),
        (["--listen", "127.0.0.1:0", "--dir", ""], 64, "--dir is empty"),
        (["--listen", "127.0.0.1:0", "--dir", "file"], 74, "file"),
        (["--listen", "127.0.0.1:0", "--max-size", "x"], 64, "--max-size \"x\" is not valid"),
        (["--listen", "127.0.0.1:0", "--slow", "0"], 64, "--slow \"0\" is not valid"),
        (["--listen", "127.0.0.1:0", "--slow", "99999999999999GB/s"], 64, "is not valid"),
        (["--listen", "127.0.0.1:0", "--delay", "1h"], 64, "--delay \"1h\" is not valid"),
        (["--listen", "127.0.0.1:0", "--fail", "PUT 503"], 64, "is not METHOD PATH STATUS [COUNT]"),
        (["--listen", "127.0.0.1:0", "-u", "ci"], 64, "must be used together"),
        (["--listen", "127.0.0.1:0", "--htpasswd", "missing"], 66, "no such file: missing"),
        (["--listen", "127.0.0.1:0", "--htpasswd", "file"], 78, "is not NAME:HASH with a bcrypt hash"),
    ]

    @Test("a wrong option is an error that says so", arguments: rejected)
    func rejection(arguments: [String], status: Int32, text: String) async throws {
        let workspace = try Workspace()
        try workspace.write(Array("content\n".utf8), to: "file")
        let run = try await workspace.start(["serve"] + arguments).wait()
        #expect(run.status == status, "\(run)")
        #expect(run.errorText.contains(text), "\(run)")
        #expect(run.outputText.isEmpty)
    }

    @Test func `a taken port and a used directory are errors that say so`() async throws {
        let workspace = try Workspace()
        let registry = try await Self.start(workspace, "--dir", "registry")
        let port = try await workspace.run("serve", "--listen", registry.address, "--dir", "other")
        #expect(port.status == 69)
        #expect(port.errorText.contains("error[cannot-listen]"), "\(port)")
        #expect(port.errorText.contains("another program uses this port"), "\(port)")
        #expect(!FileManager.default.fileExists(atPath: workspace.path("other")), "\(port)")
        let folder = try await workspace.run("serve", "--listen", "127.0.0.1:0", "--dir", "registry")
        #expect(folder.status == 74)
        #expect(folder.errorText.contains("another server uses registry"), "\(folder)")
        _ = try await stop(registry)
    }
}

/// Clients of other authors.
@Suite(
    .timed,
    .timeLimit(.minutes(5)),
    .enabled(if: RegistryPeer.isExpected, "the clients are not installed (make test-deps)")
)
struct ServeInteropTests {
    @Test func `skopeo, umoci and curl push and pull, and read the layout directly`() async throws {
        let workspace = try Workspace()
        try workspace.write(Fixtures.bytes("wasm/header-authorization/plugin.wasm"), to: "plugin.wasm")
        let registry = try await ServeTests.start(workspace, "--dir", "registry")
        let push = try await workspace.run("push", "\(registry.address)/team/plugin:v1", "plugin.wasm")
        #expect(push.status == 0, "\(push)")
        let source = "docker://\(registry.address)/team/plugin:v1"
        let commands = [
            ["skopeo", "copy", "--src-tls-verify=false", source, "oci:copied:v1"],
            [
                "skopeo", "copy", "--dest-tls-verify=false", "oci:copied:v1",
                "docker://\(registry.address)/other/x:v2",
            ],
            ["skopeo", "copy", "oci:registry/team/plugin:v1", "oci:direct:v1"],
            ["skopeo", "delete", "--tls-verify=false", "docker://\(registry.address)/other/x:v2"],
            ["umoci", "stat", "--image", "registry/team/plugin:v1"],
            ["curl", "--fail", "-s", "http://\(registry.address)/v2/team/plugin/tags/list"],
        ]
        for command in commands {
            let run = try await workspace.otherwise(command[0], Array(command.dropFirst()))
            #expect(run.status == 0, "\(command): \(run)")
        }
        registry.program.signal(SIGTERM)
        _ = try await registry.program.wait()
    }

    @Test func `docker-registry serves it as a pull-through cache`() async throws {
        let workspace = try Workspace()
        try workspace.write(Fixtures.bytes("wasm/header-authorization/plugin.wasm"), to: "plugin.wasm")
        let registry = try await ServeTests.start(workspace, "--dir", "registry")
        let push = try await workspace.run("push", "\(registry.address)/team/plugin:v1", "plugin.wasm")
        #expect(push.status == 0, "\(push)")
        try workspace.write(
            Array(
                """
                version: 0.1
                storage: { filesystem: { rootdirectory: "\(workspace.path("cache"))" } }
                http: { addr: "127.0.0.1:0" }
                proxy: { remoteurl: "http://\(registry.address)" }

                """.utf8
            ),
            to: "cache.yml"
        )
        let cache = try RunningProgram(
            "/usr/bin/env",
            ["docker-registry", "serve", "cache.yml"],
            environment: workspace.environment,
            in: workspace.folder
        )
        var address = ""
        try await wait(for: "docker-registry") {
            if cache.hasEnded { throw PeerError(try await cache.wait().description) }
            guard let found = cache.errorSoFar.firstMatch(of: /listening on (127\.0\.0\.1:\d+)/) else {
                return false
            }
            address = String(found.output.1)
            return true
        }
        let pull = try await workspace.run("pull", "\(address)/team/plugin:v1", "-o", "pulled.wasm")
        #expect(pull.status == 0, "\(pull)")
        #expect(try workspace.bytes(of: "pulled.wasm") == workspace.bytes(of: "plugin.wasm"))
        for program in [cache, registry.program] {
            program.signal(SIGTERM)
            await program.waitForEnd()
        }
    }

    @Test(.enabled(if: Workspace.canUse("buildah"), "buildah needs root or a range of subordinate users"))
    func `buildah pushes and pulls`() async throws {
        let workspace = try Workspace()
        try workspace.write(Fixtures.bytes("wasm/header-authorization/plugin.wasm"), to: "plugin.wasm")
        let registry = try await ServeTests.start(workspace)
        let script = """
            set -e
            buildah() { command buildah --storage-driver vfs --root "$PWD/root" --runroot "$PWD/run" "$@"; }
            container=$(buildah from scratch)
            buildah add "$container" plugin.wasm /plugin.wasm
            buildah commit "$container" plugin
            buildah push --tls-verify=false plugin docker://\(registry.address)/team/plugin:v1
            buildah rmi --all --force
            buildah pull --tls-verify=false docker://\(registry.address)/team/plugin:v1
            """
        let run = try await workspace.run(by: "bash", "-c", script)
        #expect(run.status == 0, "\(run)")
        let pull = try await workspace.run("pull", "\(registry.address)/team/plugin:v1", "-o", "pulled.wasm")
        #expect(pull.status == 0, "\(pull)")
        registry.program.signal(SIGTERM)
        await registry.program.waitForEnd()
    }
}
