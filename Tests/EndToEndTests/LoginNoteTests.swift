import Foundation
import TestSupport
import Testing

/// The handling of other entries, other sources and other keys of a registry by `login` and `logout`.
@Suite(.timed, .timeLimit(.minutes(5))) struct LoginNoteTests {
    private static let config = "home/.docker/config.json"
    private static let login = ["login", "r.example", "-u", "ci", "--password-stdin", "--no-verify"]
    private static let entry = #"{"auths":{"r.example":{"auth":"dTpodXNo"}}}"#

    private func configuration(_ work: Workspace) throws -> String {
        try String(decoding: work.bytes(of: Self.config), as: UTF8.self)
    }

    @Test func `erases every key of the registry from the helper`() async throws {
        let work = try Workspace()
        try work.writeScript(
            "#!/bin/sh\necho \"$1 $(cat)\" >>calls\n",
            to: "bin/docker-credential-test"
        )
        try work.write(
            Array(
                #"{"credsStore":"test","auths":{"https://r.example/v1/":{},"R.Example":{},"r.example/team":{}}}"#
                    .utf8
            ),
            to: Self.config
        )
        let run = try await work.run("logout", "r.example")
        #expect(run.status == 0, "\(run)")
        let calls = try String(decoding: work.bytes(of: "calls"), as: UTF8.self).split(separator: "\n")
        let erased = Set(calls.filter { $0.hasPrefix("erase ") }.map { $0.dropFirst(6) })
        #expect(erased.isSuperset(of: ["R.Example", "https://r.example/v1/", "r.example"]), "\(calls)")
        #expect(!erased.contains("r.example/team"))
    }

    static let places: [(variable: String, isFile: Bool)] = [
        ("DOCKER_AUTH_CONFIG", false), ("REGISTRY_AUTH_FILE", true),
    ]

    @Test("names a variable that has credentials too", arguments: places)
    func variable(variable: String, isFile: Bool) async throws {
        let work = try Workspace()
        try work.write(Array(Self.entry.utf8), to: "other.json")
        let variables = [variable: isFile ? work.path("other.json") : Self.entry]
        let login = try await work.start(Self.login, input: "hush-word", adding: variables).wait()
        #expect(login.status == 0, "\(login)")
        #expect(login.errorText.contains(variable), "\(login)")
        let logout = try await work.run("logout", "r.example", adding: variables)
        #expect(logout.status == 0, "\(logout)")
        #expect(logout.errorText.contains(variable), "\(logout)")
        // No source has priority over a file that is named by an option.
        let own = Self.login + ["--authfile", "auth.json"]
        let named = try await work.start(own, input: "hush-word", adding: variables).wait()
        #expect(!named.errorText.contains(variable), "\(named)")
    }

    @Test func `names an entry with a path, which has priority`() async throws {
        let work = try Workspace()
        try work.write(Array(#"{"auths":{"r.example/team":{"auth":"dTpodXNo"}}}"#.utf8), to: Self.config)
        let run = try await work.start(Self.login, input: "hush-word").wait()
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains(#"an entry "r.example/team""#), "\(run)")
    }

    @Test func `does not rewrite an equal file`() async throws {
        let work = try Workspace()
        var numbers: Set<Int> = []
        for _ in 1...2 {
            let run = try await work.start(Self.login, input: "hush-word").wait()
            #expect(run.status == 0, "\(run)")
            let path = work.path(Self.config)
            let number = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
            numbers.insert(try #require(number))
        }
        #expect(numbers.count == 1)
    }

    @Test func `logout does not create a folder`() async throws {
        let work = try Workspace()
        let run = try await work.run("logout", "r.example")
        #expect(run.status == 0, "\(run)")
        #expect(!work.exists("home/.docker"))
    }

    @Test func `sends HttpHeaders only from the named file`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry("--auth", "open")
        try work.write(Array(#"{"HttpHeaders":{"X-Meta":"hush-docker"}}"#.utf8), to: Self.config)
        try work.write(Array(#"{"HttpHeaders":{"X-Meta":"hush-named"}}"#.utf8), to: "named.json")
        try work.write(Modules.tiny, to: "plugin.wasm")
        let named = ["--authfile", "named.json"]
        for (arguments, input) in [
            (["push", "\(registry.name)/test/plugin:v1", "plugin.wasm"], ""),
            (["login", registry.name, "-u", "ci", "--password-stdin"], "hush-word"),
        ] {
            _ = try await registry.drained()
            let run = try await work.start(arguments + named, input: input).wait()
            #expect(run.status == 0, "\(run)")
            let values = Set(try await registry.drained().compactMap { $0.header("X-Meta") })
            #expect(values == ["hush-named"], "\(arguments[0])")
        }
    }

    @Test func `reads podman's session file with the user's ID in its path`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry("--auth", "basic", "--user", "ci:hush-word")
        let run = try await work.run("inspect", "\(registry.name)/test/plugin:v1")
        #expect(run.status == 77, "\(run)")
        #expect(run.errorText.contains("/run/containers/\(getuid())/auth.json"), "\(run)")
    }
}
