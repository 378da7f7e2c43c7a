import Foundation
import TestSupport
import Testing

/// Each source of credentials with a real registry, and the order of the sources.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct CredentialSourceTests {
    static let registry = Task { try await RegistryPeer.start(.htpasswd) }

    /// A workspace with a registry to which it pushes a module.
    struct Bench {
        let work: Workspace
        let registry: RegistryPeer
        let push: [String]

        init() async throws {
            work = try Workspace()
            registry = try await CredentialSourceTests.registry.value
            try work.write(Modules.plugin, to: "plugin.wasm")
            let repository = "test-oci/\(UUID().uuidString.lowercased())"
            push =
                ["push", "\(registry.name)/\(repository):v1", "plugin.wasm"]
                + (try registry.access(work).trust)
        }

        /// A docker configuration with one entry for the registry.
        func config(_ username: String? = nil, _ password: String? = nil) -> String {
            let both = "\(username ?? registry.username):\(password ?? registry.password)"
            return #"{"auths":{"\#(registry.name)":{"auth":"\#(Data(both.utf8).base64EncodedString())"}}}"#
        }

        /// A helper on the program's `PATH`.
        func addHelper(_ suffix: String, _ lines: String) throws -> [String: String] {
            let name = "bin/docker-credential-\(suffix)"
            try work.writeScript("#!/bin/sh\n\(lines)\n", to: name)
            return ["PATH": "\(work.path("bin")):\(work.environment["PATH"] ?? "")"]
        }

        func run(
            _ more: [String] = [],
            input: String = "",
            _ variables: [String: String] = [:]
        ) async throws -> CommandLineRun {
            try await work.start(push + more, input: input, adding: variables).wait()
        }
    }

    /// A source: its name in messages, and a function that writes a configuration there.
    struct Place: Sendable, CustomTestStringConvertible {
        let name: String
        let prepare: @Sendable (Workspace, String) throws -> (flags: [String], variables: [String: String])
        var testDescription: String { name }

        static func file(_ name: String, _ path: String, _ variable: String? = nil, _ value: String = "")
            -> Place
        {
            Place(name: name) { work, config in
                try work.write(Array(config.utf8), to: path)
                try work.protect(path, 0o600)
                return ([], variable.map { [$0: work.path(value)] } ?? [:])
            }
        }
    }

    /// The sources in the order of the search.
    static let places: [Place] = [
        Place(name: "$DOCKER_AUTH_CONFIG") { _, config in ([], ["DOCKER_AUTH_CONFIG": config]) },
        .file("$REGISTRY_AUTH_FILE", "given.json", "REGISTRY_AUTH_FILE", "given.json"),
        .file("$DOCKER_CONFIG/config.json", "docker/config.json", "DOCKER_CONFIG", "docker"),
        .file("$XDG_RUNTIME_DIR/containers/auth.json", "run/containers/auth.json", "XDG_RUNTIME_DIR", "run"),
        .file(
            "$XDG_CONFIG_HOME/containers/auth.json",
            "config/containers/auth.json",
            "XDG_CONFIG_HOME",
            "config"
        ),
    ]
    static let defaults: [Place] = [
        .file("~/.docker/config.json", "home/.docker/config.json"),
        .file("~/.config/containers/auth.json", "home/.config/containers/auth.json"),
        Place(name: "FOLDER/given.json") { work, config in
            try work.write(Array(config.utf8), to: "given.json")
            try work.protect("given.json", 0o600)
            return (["--authfile", work.path("given.json")], [:])
        },
    ]

    @Test(
        "authenticates with the credential of each source and names the source",
        arguments: places + defaults
    )
    func letsIn(place: Place) async throws {
        let bench = try await Bench()
        let (flags, variables) = try place.prepare(bench.work, bench.config())
        let run = try await bench.run(["-v"] + flags, variables)
        #expect(run.status == 0, "\(run)")
        let name = place.name.replacing("FOLDER/", with: bench.work.path(""))
        #expect(run.errorText.contains("credentials: demo, from \(name)"), "\(run)")
        #expect(!run.errorText.contains("warning"), "\(run)")
    }

    @Test func `searches the sources in the documented order`() async throws {
        let bench = try await Bench()
        var variables: [String: String] = [:]
        for (number, place) in Self.places.enumerated() {
            variables.merge(try place.prepare(bench.work, bench.config("user-\(number)", "hush")).variables) {
                $1
            }
        }
        let own = ["WASMPACK_USERNAME": "user-own", "WASMPACK_PASSWORD": "hush-own"]
        let flags = ["--username", "user-flag", "--password-stdin"]
        let byFlag = try await bench.run(flags, input: "hush-flag", variables.merging(own) { $1 })
        #expect(byFlag.errorText.contains(": user-flag"), "\(byFlag)")
        #expect(byFlag.errorText.contains("from --username"))
        let byVariable = try await bench.run([], variables.merging(own) { $1 })
        #expect(byVariable.errorText.contains(": user-own"), "\(byVariable)")
        for (number, place) in Self.places.enumerated() {
            let run = try await bench.run([], variables)
            #expect(run.status == 77)
            #expect(run.errorText.contains(": user-\(number)"), "\(run)")
            #expect(run.errorText.contains("credentials from \(place.name)"), "\(run)")
            #expect(!"\(run)".contains("hush"))
            for name in try place.prepare(bench.work, "{}").variables.keys { variables[name] = nil }
        }
    }

    @Test func `skips sources without an entry for the registry`() async throws {
        let bench = try await Bench()
        var variables: [String: String] = [:]
        let last = Self.places.count - 1
        for (number, place) in Self.places.enumerated() {
            let config = number == last ? bench.config() : #"{"auths":{"other.example":{"auth":"dTpodXNo"}}}"#
            variables.merge(try place.prepare(bench.work, config).variables) { $1 }
        }
        let run = try await bench.run(["-v"], variables)
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains("from $XDG_CONFIG_HOME/containers/auth.json"))
    }

    @Test func `names the searched sources if there is no credential`() async throws {
        let bench = try await Bench()
        try bench.work.write(Array(#"{"auths":{"other.example":{}}}"#.utf8), to: "home/.docker/config.json")
        let run = try await bench.run([], ["XDG_RUNTIME_DIR": bench.work.path("run")])
        #expect(run.status == 77)
        #expect(
            run.errorText.contains(
                "no credentials for it in: --username, $WASMPACK_USERNAME, ~/.docker/config.json (1 other registry), "
                    + "$XDG_RUNTIME_DIR/containers/auth.json (not found), ~/.config/containers/auth.json (not found)"
            ),
            "\(run)"
        )
    }

    @Test func `--authfile is then the only source, and --anonymous uses none`() async throws {
        let bench = try await Bench()
        try bench.work.write(Array(bench.config().utf8), to: "home/.docker/config.json")
        try bench.work.write(Array("{}".utf8), to: "empty.json")
        let variables = ["DOCKER_AUTH_CONFIG": bench.config()]
        let only = try await bench.run(["--authfile", "empty.json"], variables)
        #expect(only.status == 77)
        #expect(only.errorText.contains("in: empty.json (0 other registries)\n"), "\(only)")
        let anonymous = try await bench.run(["--anonymous"], variables)
        #expect(anonymous.status == 77)
        #expect(
            anonymous.errorText.contains("in: --anonymous (stored credentials are ignored)\n"),
            "\(anonymous)"
        )
        let missing = try await bench.run(["--authfile", "missing.json"], variables)
        #expect(missing.status == 66, "\(missing)")
    }

    @Test func `authenticates with a helper and names it with its file`() async throws {
        let bench = try await Bench()
        let registry = bench.registry
        let answer = #"{"Username":"\#(registry.username)","Secret":"\#(registry.password)"}"#
        let variables = try bench.addHelper(
            "test",
            #"test "$1 $(cat)" = "get \#(registry.name)" && echo '\#(answer)'"#
        )
        let config = #"{"auths":{"\#(registry.name)":{}},"credHelpers":{"\#(registry.name)":"test"}}"#
        try bench.work.write(Array(config.utf8), to: "home/.docker/config.json")
        let run = try await bench.run(["-v"], variables)
        #expect(run.status == 0, "\(run)")
        #expect(
            run.errorText.contains(
                "credentials: demo, from docker-credential-test (named by ~/.docker/config.json (credHelpers))"
            ),
            "\(run)"
        )
        #expect(!"\(run)".contains(registry.password))
    }

    @Test func `a missing helper stops a push, and a pull continues`() async throws {
        let bench = try await Bench()
        let pushed = try await bench.work.start(
            bench.push + ["--username", bench.registry.username, "--password-stdin"],
            input: bench.registry.password
        ).wait()
        #expect(pushed.status == 0, "\(pushed)")
        let config = #"{"credsStore":"no-such",\#(bench.config().dropFirst())"#
        try bench.work.write(Array(config.utf8), to: "home/.docker/config.json")
        try bench.work.protect("home/.docker/config.json", 0o600)
        let stopped = try await bench.run()
        #expect(stopped.status == 78, "\(stopped)")
        #expect(stopped.errorText.contains("error[helper-missing]"))
        #expect(stopped.errorText.contains("docker-credential-no-such is not on PATH"))
        let read = try await bench.work.start(["inspect", bench.push[1]] + bench.push.suffix(2)).wait()
        #expect(read.status == 0, "\(read)")
        #expect(read.errorText.contains("continuing without it"))
    }

    @Test func `an unreadable file is an error that names the file`() async throws {
        let bench = try await Bench()
        try bench.work.write(Array(bench.config().utf8), to: "home/.docker/config.json")
        try bench.work.protect("home/.docker/config.json", 0)
        let own = ["--ca-file", bench.work.path("trust/ca.crt")]
        let run = try await bench.work.otherUser(bench.push.dropLast(2) + own)
        #expect(run.status == 78, "\(run)")
        #expect(run.errorText.contains("cannot use ~/.docker/config.json"), "\(run)")
    }

    @Test func `reads an identity token from standard input, with or without a user name`() async throws {
        let bench = try await Bench()
        let alone = try await bench.run(["-v", "--identity-token-stdin"], input: "hush-token\n")
        #expect(
            alone.errorText.contains("credentials: the identity token, from --identity-token-stdin"),
            "\(alone)"
        )
        let named = try await bench.run(
            ["-v", "--identity-token-stdin", "--username", "robot"],
            input: "hush-token"
        )
        #expect(named.errorText.contains("credentials: robot, from --identity-token-stdin"), "\(named)")
    }

    @Test func `sends docker's HttpHeaders to the registry, not to redirect targets`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry("--auth", "open")
        let elsewhere = try await ScriptedRegistry("--auth", "open")
        try work.write(Modules.plugin, to: "plugin.wasm")
        try work.write(
            Array(#"{"HttpHeaders":{"X-Meta":"hush-meta","User-Agent":"other"}}"#.utf8),
            to: "home/.docker/config.json"
        )
        for name in [registry.name, elsewhere.name] {
            let pushed = try await work.run("push", "\(name)/test/plugin:v1", "plugin.wasm")
            try #require(pushed.status == 0, "\(pushed)")
        }
        let location = "http://\(elsewhere.name)/v2/test/plugin/manifests/v1"
        try await registry.order(
            #"[{"method":"GET","path":"/manifests/v1","status":307,"headers":{"Location":"\#(location)"}}]"#
        )
        let before = try await elsewhere.fields("X-Meta").count
        let run = try await work.run("inspect", "\(registry.name)/test/plugin:v1")
        #expect(run.status == 0, "\(run)")
        let seen = try await registry.fields("X-Meta")
        #expect(!seen.isEmpty && seen.allSatisfy { $0 == "hush-meta" })
        let redirected = try await elsewhere.fields("X-Meta").dropFirst(before)
        #expect(!redirected.isEmpty && redirected.allSatisfy { $0 == nil })
        let asked = seen.count
        let login = try await work.run(
            "login",
            registry.name,
            "-u",
            "ci",
            "--password-stdin",
            "--authfile",
            "home/.docker/config.json",
            input: "hush-1"
        )
        #expect(login.status == 0, "\(login)")
        let signingIn = try await registry.fields("X-Meta").dropFirst(asked)
        #expect(!signingIn.isEmpty && signingIn.allSatisfy { $0 == "hush-meta" })
        let agents = try await registry.fields("User-Agent")
        #expect(agents.allSatisfy { $0?.hasPrefix("wasmpack/") == true })
        let anonymous = try await work.run("inspect", "\(elsewhere.name)/test/plugin:v1", "--anonymous")
        #expect(anonymous.status == 0)
        #expect(try await elsewhere.fields("X-Meta").last == .some(nil))
    }

    @Test(
        "rejects several sources of credentials in one command",
        arguments: [
            ["--anonymous", "--authfile", "x"], ["--anonymous", "--username", "u", "--password-stdin"],
            ["--authfile", "x", "--username", "u", "--password-stdin"],
            ["--authfile", "x", "--identity-token-stdin"],
            ["--anonymous", "--identity-token-stdin"], ["--username", "u"], ["--password-stdin"],
            ["--username", "u", "--password-stdin", "--identity-token-stdin"], ["--authfile", ""],
        ]
    )
    func exclusion(flags: [String]) async throws {
        let work = try Workspace()
        let run = try await work.start(["inspect", "registry.example/a/b:v1"] + flags, input: "hush")
            .wait()
        #expect(run.status == 64, "\(run)")
        #expect(
            run.errorText.contains("cannot be used together") || run.errorText.contains("needs --")
                || run.errorText.contains("is empty"),
            "\(run)"
        )
    }
}

extension ScriptedRegistry {
    /// The value of a field in each request to the API so far.
    fileprivate func fields(_ name: String) async throws -> [String?] {
        try await record().filter { $0.path.hasPrefix("/v2/") }.map { $0.header(name) }
    }
}

extension Workspace {
    /// Sets a file's permissions.
    func protect(_ name: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    }

    /// Runs `wasmpack` as a user that is neither root nor the files' owner if possible, else as the current user.
    func otherUser(_ arguments: [String]) async throws -> CommandLineRun {
        guard geteuid() == 0 else { return try await start(arguments).wait() }
        return try await RunningProgram(
            "/usr/bin/env",
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Self.program] + arguments,
            environment: environment,
            in: folder,
            check: expectNoSecrets
        ).wait()
    }
}
