import Foundation
import TestSupport
import Testing

/// `login` and `logout` against real registries, and with other clients.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct LoginTests {
    private static let config = "home/.docker/config.json"

    @Test(
        "commands work after login without credential options, and fail after logout",
        arguments: [RegistryPeer.Authentication.htpasswd, .token]
    )
    func story(authentication: RegistryPeer.Authentication) async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(authentication)
        let access = try registry.access(work)
        let reference = "\(registry.name)/\(work.namespace)/test/plugin:v1"
        try work.write(Modules.plugin, to: "plugin.wasm")
        let login = try await work.start(
            ["login", registry.name, "-u", registry.username, "--password-stdin"] + access.trust,
            input: access.input
        ).wait()
        #expect(login.status == 0, "\(login)")
        #expect(login.outputText.isEmpty)
        #expect(
            login.errorText.contains(
                "logged in to \(registry.name) as demo (stored in ~/.docker/config.json)"
            ),
            "\(login)"
        )
        #expect(login.errorText.components(separatedBy: "unencrypted").count == 2, "\(login)")
        #expect(!login.description.contains(registry.password))

        let pushed = try await work.start(["push", reference, "plugin.wasm", "-v"] + access.trust).wait()
        #expect(pushed.status == 0, "\(pushed)")
        #expect(pushed.errorText.contains("demo, from ~/.docker/config.json"), "\(pushed)")
        let pulled = try await work.start(["pull", reference, "-o", "back.wasm"] + access.trust).wait()
        #expect(pulled.status == 0, "\(pulled)")
        #expect(try work.bytes(of: "back.wasm") == Modules.plugin)
        // skopeo reads docker's file unchanged.
        let copied = try await work.skopeo(
            registry,
            [
                "copy", "--src-cert-dir", access.folder, "--dest-cert-dir", access.folder, "--authfile",
                work.path(Self.config), "docker://\(reference)",
                "docker://\(registry.name)/\(work.namespace)/test/copy:v1",
            ]
        )
        #expect(copied.status == 0, "\(copied)")

        let logout = try await work.run("logout", registry.name)
        #expect(logout.status == 0, "\(logout)")
        #expect(logout.errorText.contains("  removed  \(registry.name) from"), "\(logout)")
        let rejected = try await work.start(
            ["push", "\(registry.name)/\(work.namespace)/test/plugin:v2", "plugin.wasm"] + access.trust
        ).wait()
        #expect(rejected.status == 77, "\(rejected)")
        let again = try await work.run("logout", registry.name)
        #expect(again.status == 0, "\(again)")
        #expect(again.errorText.contains("has no credentials for \(registry.name)"), "\(again)")
    }

    @Test func `uses an entry that skopeo wrote, and logout removes it`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.htpasswd)
        let access = try registry.access(work)
        try work.write(Modules.plugin, to: "plugin.wasm")
        let file = work.path("home/.docker/config.json")
        try work.write(Array(#"{"auths":{}}"#.utf8), to: Self.config)
        let login = try await work.skopeo(
            registry,
            [
                "login", "--authfile", file, "--cert-dir", access.folder, "-u", registry.username, "-p",
                registry.password, registry.name,
            ]
        )
        try #require(login.status == 0, "\(login)")
        let push =
            ["push", "\(registry.name)/\(work.namespace)/test/plugin:v1", "plugin.wasm"] + access.trust
        let pushed = try await work.start(push).wait()
        #expect(pushed.status == 0, "\(pushed)")
        let logout = try await work.run("logout", registry.name, "--json")
        #expect(logout.outputText.contains(#""removed":["\#(registry.name)"]"#), "\(logout)")
        #expect(try await work.start(["pull"] + push.dropFirst()).wait().status != 0)
        // The reverse: skopeo removes an entry that login wrote.
        _ = try await work.start(
            ["login", registry.name, "-u", registry.username, "--password-stdin"] + access.trust,
            input: access.input
        ).wait()
        let forgotten = try await work.skopeo(registry, ["logout", "--authfile", file, registry.name])
        #expect(forgotten.status == 0, "\(forgotten)")
        #expect(try !String(decoding: work.bytes(of: Self.config), as: UTF8.self).contains(registry.name))
    }

    static let wrong: [RegistryPeer.Authentication] = [.htpasswd, .token]

    @Test("rejects a wrong password before writing anything", arguments: wrong)
    func rejected(authentication: RegistryPeer.Authentication) async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(authentication)
        let access = try registry.access(work)
        let before = Array("{ \"auths\" : {\"\(registry.name)\":{\"auth\":\"eDp5\"}}, \"x\":1}".utf8)
        try work.write(before, to: Self.config)
        let flags = ["-u", registry.username, "--password-stdin"] + access.trust
        let run = try await work.start(["login", registry.name] + flags, input: "hush-wrong").wait()
        #expect(run.status == 77, "\(run)")
        #expect(run.errorText.contains("error[auth-rejected]"), "\(run)")
        #expect(try work.bytes(of: Self.config) == before)
        #expect(try work.names(in: "home/.docker") == ["config.json"])
        let unchecked = try await work.start(
            ["login", registry.name, "--no-verify", "--json"] + flags,
            input: "hush-wrong"
        ).wait()
        #expect(unchecked.status == 0, "\(unchecked)")
        #expect(unchecked.outputText.contains(#""verified":false"#), "\(unchecked)")
        #expect(try work.bytes(of: Self.config) != before)
    }

    @Test func `notes that a registry without login did not check the password`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        let run = try await work.start(
            ["login", registry.name, "-u", "anyone", "--password-stdin"] + access.trust,
            input: "hush-whatever"
        ).wait()
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains("the credentials were not checked"), "\(run)")
        #expect(work.exists(Self.config))
    }

    @Test func `does not store a password for a server that is not a registry`() async throws {
        let work = try Workspace()
        let run = try await work.run(
            "login",
            "localhost:1",
            "-u",
            "ci",
            "--password-stdin",
            input: "hush-word"
        )
        #expect(run.status == 69, "\(run)")
        #expect(!work.exists("home/.docker"))
    }
}
