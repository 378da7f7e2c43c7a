import Foundation
import TestSupport
import Testing

/// `wasmpack serve` with TLS.
@Suite(.timed, .timeLimit(.minutes(5))) struct ServeTLSTests {
    private struct Ready: Decodable {
        let registry: String
        let url: String
        let caFile: String?
    }

    private func ready(_ registry: ServeTests.Running) throws -> Ready {
        try JSONDecoder().decode(Ready.self, from: Data(registry.address.utf8))
    }

    private func workspace() throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(Fixtures.bytes("wasm/header-authorization/plugin.wasm"), to: "plugin.wasm")
        return workspace
    }

    private func stop(_ registry: ServeTests.Running) async throws -> CommandLineRun {
        registry.program.signal(SIGTERM)
        return try await registry.program.wait()
    }

    @Test func `our client pushes and pulls with the authority that serve has made, and not without it`()
        async throws
    {
        let workspace = try workspace()
        let registry = try await ServeTests.start(workspace, "--tls", "self-signed", "--json")
        let ready = try ready(registry)
        #expect(ready.url == "https://\(ready.registry)")
        let authority = try #require(ready.caFile)
        let reference = "\(ready.registry)/team/plugin:v1"
        let untrusted = try await workspace.run("push", reference, "plugin.wasm")
        #expect(untrusted.status == 69, "\(untrusted)")
        #expect(untrusted.errorText.contains("error[tls-unknown-ca]"), "\(untrusted)")
        for arguments in [
            ["push", reference, "plugin.wasm", "--verify", "--ca-file", authority],
            ["pull", reference, "-o", "pulled.wasm", "--ca-file", authority],
        ] {
            let run = try await workspace.start(arguments).wait()
            #expect(run.status == 0, "\(arguments): \(run)")
        }
        #expect(try workspace.bytes(of: "pulled.wasm") == workspace.bytes(of: "plugin.wasm"))
        let stopped = try await stop(registry)
        #expect(stopped.status == 0, "\(stopped)")
        #expect(stopped.errorText.contains(authority), "\(stopped)")
        #expect(!FileManager.default.fileExists(atPath: authority))
    }

    @Test func `without CA certificates on the system, only a registry with TLS needs --ca-file`()
        async throws
    {
        let workspace = try workspace()
        let plain = try await ServeTests.start(workspace)
        defer { plain.program.signal(SIGTERM) }
        let secure = try await ServeTests.start(workspace, "--tls", "self-signed", "--json")
        defer { secure.program.signal(SIGTERM) }
        let ready = try ready(secure)
        let authority = try #require(ready.caFile)
        /// Runs wasmpack where /etc/ssl/certs is empty.
        func push(to registry: String, _ flags: String...) async throws -> CommandLineRun {
            let script = #"mount -t tmpfs none /etc/ssl/certs || exit 99; exec "$@""#
            let command = [Workspace.program, "push", "\(registry)/team/plugin:v1", "plugin.wasm"] + flags
            return try await workspace.otherwise("unshare", ["-rm", "sh", "-c", script, "sh"] + command)
        }
        let pushed = try await push(to: plain.address)
        if pushed.status == 99 || pushed.errorText.contains("unshare failed") {
            print("skipped: no name spaces of one's own here: \(pushed.errorText)")
            try #require(!Workspace.isCI)
            return
        }
        #expect(pushed.status == 0, "\(pushed)")
        let untrusted = try await push(to: ready.registry)
        #expect(
            untrusted.status == 69 && untrusted.errorText.contains("error[tls-unknown-ca]"),
            "\(untrusted)"
        )
        #expect(
            untrusted.errorText.contains("this system has no CA certificates (package ca-certificates)"),
            "\(untrusted)"
        )
        let trusted = try await push(to: ready.registry, "--ca-file", authority)
        #expect(trusted.status == 0, "\(trusted)")
    }

    @Test func `other machines may use it with an account and TLS`() async throws {
        let workspace = try workspace()
        let password = Secrets.password()
        let account = ["--username", "ci", "--password-stdin"]
        let registry = try await ServeTests.start(
            workspace,
            ["--tls", "self-signed", "--json"] + account,
            on: "0.0.0.0:0",
            input: password
        )
        let ready = try ready(registry)
        let port = try #require(ready.registry.split(separator: ":").last)
        let authority = try #require(ready.caFile)
        let push = try await workspace.start(
            ["push", "localhost:\(port)/team/plugin:v1", "plugin.wasm", "--ca-file", authority] + account,
            input: password
        ).wait()
        #expect(push.status == 0, "\(push)")
        let anonymous = try await workspace.run(
            "tags",
            "localhost:\(port)/team/plugin",
            "--ca-file",
            authority
        )
        #expect(anonymous.status == 77, "\(anonymous)")
        #expect(try await stop(registry).status == 0)
    }

    @Test func `a certificate of the user is used, also by the token service`() async throws {
        let workspace = try workspace()
        try await PeerProcess.run("certificates.py", [workspace.path("certificates")])
        let password = Secrets.password()
        let account = ["--username", "ci", "--password-stdin"]
        let registry = try await ServeTests.start(
            workspace,
            ["--tls-cert", "certificates/server.crt", "--tls-key", "certificates/server.key", "--token-auth"]
                + account,
            input: password
        )
        let push = try await workspace.start(
            [
                "push", "\(registry.address)/team/plugin:v1", "plugin.wasm", "--ca-file",
                "certificates/ca/ca.crt",
            ] + account,
            input: password
        ).wait()
        #expect(push.status == 0, "\(push)")
        #expect(try await stop(registry).status == 0)
    }

    @Test(.enabled(if: RegistryPeer.isExpected, "the clients are not installed (make test-deps)"))
    func `curl and skopeo use it with the file of the authority`() async throws {
        let workspace = try workspace()
        let registry = try await ServeTests.start(workspace, "--tls", "self-signed", "--json")
        let ready = try ready(registry)
        let authority = try #require(ready.caFile)
        let folder = URL(filePath: authority).deletingLastPathComponent().path()
        let push = try await workspace.run(
            "push",
            "\(ready.registry)/team/plugin:v1",
            "plugin.wasm",
            "--ca-file",
            authority
        )
        #expect(push.status == 0, "\(push)")
        let source = "docker://\(ready.registry)/team/plugin:v1"
        for command in [
            ["curl", "--fail", "-sS", "--cacert", authority, "\(ready.url)/v2/team/plugin/tags/list"],
            ["skopeo", "copy", "--src-cert-dir", folder, source, "oci:copied:v1"],
            ["skopeo", "copy", "--dest-cert-dir", folder, "oci:copied:v1", source + "2"],
        ] {
            let run = try await workspace.otherwise(command[0], Array(command.dropFirst()))
            #expect(run.status == 0, "\(command): \(run)")
        }
        let untrusting = try await workspace.otherwise("curl", ["-sS", "\(ready.url)/v2/"])
        #expect(untrusting.status == 60, "\(untrusting)")
        #expect(try await stop(registry).status == 0)
    }
}
