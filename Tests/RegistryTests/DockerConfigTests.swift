import Diagnostics
import Foundation
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Registry

@Suite struct DockerConfigTests {
    /// Writes a file, looks up a credential, and removes the file.
    private func lookUp(
        _ json: String,
        registry: String = "registry.example",
        repository: String = "team/plugin",
        usesTLS: Bool = true,
        helpers: FakeHelpers? = nil,
        for access: Access = .push
    ) async throws -> CredentialLookup {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("config.json")
        try Data(json.utf8).write(to: URL(filePath: path.string))
        chmod(path.string, 0o600)
        return try await DockerConfig(
            at: path,
            shownAs: "~/.docker/config.json",
            usesTLS: usesTLS,
            helpers: CredentialHelpers(environment: helpers?.environment ?? [:], timeLimit: .seconds(240))
        ).lookUp(RegistryName(parsing: registry), RepositoryName(parsing: repository), for: access)
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func auth(_ text: String) -> String {
        #"{"auths":{"registry.example":{"auth":"\#(base64(text))"}}}"#
    }

    static let entries: [(json: String, username: String, password: String, why: String)] = [
        (auth("user:pass"), "user", "pass", "the usual"),
        (auth("a:b:c"), "a", "b:c", "cut at the first colon"),
        (auth("robot$x:tok"), "robot$x", "tok", "a robot of Harbor"),
        (auth("_json_key:{\n \"a\": \"b:c\"\n}"), "_json_key", "{\n \"a\": \"b:c\"\n}", "a key of Google's"),
        (auth("user:pass\0\0"), "user", "pass", "docker pads with NULs"),
        (auth("user:\0pass"), "user", "\0pass", "only at the end"),
        (auth("user:\u{301}pass"), "user", "\u{301}pass", "a combining character after the colon"),
        (auth("user:pass\u{301}\0"), "user", "pass\u{301}", "or with a NUL's neighbour"),
        (
            #"{"auths":{"registry.example":{"auth":"dXNl\r\ncjpw\nYXNz\n"}}}"#, "user", "pass",
            "base64 in lines"
        ),
        (auth("user:"), "user", "", "an empty password"),
        (auth("us\u{E9}r:p\u{E4}ss"), "us\u{E9}r", "p\u{E4}ss", "not ASCII"),
        (#"{"auths":{"registry.example":{"auth":"dTpw"}}}"#, "u", "p", "no padding needed"),
        (#"{"auths":{"registry.example":{"auth":"dTpwcA"}}}"#, "u", "pp", "padding left out"),
        (
            #"{"auths":{"registry.example":{"auth":"dTpw","username":"x","password":"y"}}}"#, "u", "p",
            "auth is stronger"
        ),
        (#"{"auths":{"registry.example":{"username":"x","password":"y"}}}"#, "x", "y", "the two fields"),
        (
            #"{"auths":{"registry.example":{"auth":"","username":"x","password":"y"}}}"#, "x", "y",
            "empty auth"
        ),
        (
            #"{"auths":{"a":null,"registry.example":{"auth":"dTpw","new":1}},"HttpHeaders":{},"proxies":1}"#,
            "u", "p", "unknown members are ignored"
        ),
    ]

    @Test("reads the user name and password of an entry", arguments: entries)
    func reading(json: String, username: String, password: String, why: String) async throws {
        let lookup = try await lookUp(json)
        #expect(lookup.credential?.username == username, "\(why)")
        #expect(lookup.credential?.password == password, "\(why)")
        #expect(lookup.credential?.source == "~/.docker/config.json")
    }

    static let keys: [(key: String, registry: String, matches: Bool, why: String)] = [
        ("registry.example", "registry.example", true, "the host"),
        ("Registry.Example", "registry.example", true, "hosts have no case"),
        ("https://registry.example", "registry.example", true, "a URL"),
        ("http://registry.example/v1/", "registry.example", true, "an old one"),
        ("HTTPS://registry.example/v2/", "registry.example", true, "in capitals"),
        ("registry.example/v1/", "registry.example", true, "without its scheme"),
        ("registry.example:5000", "registry.example:5000", true, "with a port"),
        ("registry.example:5000", "registry.example", false, "a port is part of it"),
        ("registry.example", "registry.example:5000", false, "also the other way"),
        ("registry.example:5000", "registry.example:5001", false, "another port"),
        ("registry.example.evil.com", "registry.example", false, "begins alike"),
        ("evil-registry.example", "registry.example", false, "ends alike"),
        ("https://evil.com/registry.example", "registry.example", false, "the path is not the host"),
        ("evil.com#registry.example", "registry.example", false, "nor is anything else"),
        ("user@registry.example", "registry.example", false, "a user is not part of a host"),
        ("[::1]:5000", "[::1]:5000", true, "IPv6"),
        ("https://index.docker.io/v1/", "docker.io", true, "what docker login writes"),
        ("index.docker.io", "docker.io", true, "Docker Hub's names"),
        ("registry-1.docker.io", "docker.io", true, "all of them"),
        ("docker.io", "docker.io", true, "the plain one"),
        ("https://index.docker.io/v1/", "registry.example", false, "Hub's credentials are Hub's"),
        ("", "registry.example", false, "an empty key"),
        ("registry.example/team/plugin", "registry.example", true, "the repository"),
        ("registry.example/team", "registry.example", true, "what is above it"),
        ("registry.example/te", "registry.example", false, "a part is whole or nothing"),
        ("registry.example/team/plugin/x", "registry.example", false, "what is below it"),
        ("registry.example/plugin", "registry.example", false, "the path begins at its beginning"),
        ("docker.io/team", "docker.io", true, "a path at Docker Hub"),
        ("https://registry.example/other", "registry.example", true, "of a URL only the host counts"),
        ("registry.example:443", "registry.example", true, "the port of HTTPS"),
        ("registry.example", "registry.example:443", true, "also the other way"),
        ("registry.example:80", "registry.example", false, "no other port"),
        ("*.example", "registry.example", false, "a pattern is not a name"),
    ]

    @Test("matches each form of a registry's key", arguments: keys)
    func matching(key: String, registry: String, matches: Bool, why: String) async throws {
        let lookup = try await lookUp(#"{"auths":{"\#(key)":{"auth":"dTpw"}}}"#, registry: registry)
        #expect((lookup.credential != nil) == matches, "\(why)")
    }

    @Test func `does not treat port 443 as the default without TLS`() async throws {
        let json = #"{"auths":{"registry.example:443":{"auth":"dTpw"}}}"#
        #expect(try await lookUp(json, usesTLS: false).credential == nil)
    }

    static let order: [(keys: [String], why: String)] = [
        (["registry.example/team/plugin", "registry.example/team"], "the longest path first"),
        (["registry.example/team", "registry.example"], "then the host"),
        (["registry.example", "https://registry.example"], "its own name, then other spellings"),
        (["http://registry.example", "https://registry.example"], "of two spellings always the same"),
        (["https://registry.example", "registry.example:443"], "the port of HTTPS is the last resort"),
        (["registry.example", "registry.example:443/team/plugin"], "even with a path"),
    ]

    @Test("prefers the best of several matching keys", arguments: order)
    func precedence(keys: [String], why: String) async throws {
        let best = keys[0]
        for keys in [keys, keys.reversed()] {
            let entries = keys.map { #""\#($0)":{"username":"\#($0)","password":"p"}"# }
            let lookup = try await lookUp("{\"auths\":{\(entries.joined(separator: ","))}}")
            #expect(lookup.credential?.username == best, "\(why)")
        }
    }

    @Test func `prefers the registry's name over other forms of its key`() async throws {
        let json =
            #"{"auths":{"https://registry.example":{"auth":"dTpw"},"registry.example":{"auth":"eDp5"}}}"#
        #expect(try await lookUp(json).credential?.username == "x")
    }

    @Test func `skips an empty entry if another key has a credential`() async throws {
        let json = #"{"auths":{"registry.example":{},"https://registry.example/v2/":{"auth":"dTpw"}}}"#
        #expect(try await lookUp(json).credential?.username == "u")
    }

    static let without: [(json: String, place: String, why: String)] = [
        ("", "(0 other registries)", "an empty file is an empty configuration"),
        (" \n\t\r\n", "(0 other registries)", "so is a blank one"),
        ("{}", "(0 other registries)", "so is this"),
        (#"{"auths":{"a.example":{"auth":"dTpw"}}}"#, "(1 other registry)", "another registry"),
        (#"{"auths":{"a.example":{},"b.example":{}}}"#, "(2 other registries)", "two others"),
        (#"{"auths":{"registry.example":{}}}"#, "(no usable entry for registry.example)", "a marker"),
        (#"{"auths":{"registry.example":{"username":"u"}}}"#, "(no usable entry", "half an entry"),
        (#"{"credHelpers":{"a.example":"gcloud"}}"#, "(0 other registries)", "another registry's helper"),
        (#"{"credHelpers":{"registry.example/team":"x"}}"#, "(0 other registries)", "a helper is for a host"),
        (#"{"credsStore":"","credHelpers":{"registry.example":""}}"#, "(0 other registries)", "no helper"),
    ]

    @Test("without a credential, says what the file contains", arguments: without)
    func nothing(json: String, place: String, why: String) async throws {
        let lookup = try await lookUp(json)
        #expect(lookup.credential == nil)
        #expect(lookup.sources.first?.contains(place) == true, "\(lookup.sources): \(why)")
    }

    static let unusable: [(auth: String, why: String)] = [
        ("hush!", "no base64"), (base64("hush"), "no colon"), (base64(":hush"), "no user"),
        ("dTr/aHVzaA==", "not UTF-8"),
    ]

    @Test("skips an entry with an invalid auth without showing it", arguments: unusable)
    func passingOver(auth: String, why: String) async throws {
        let lookup = try await lookUp(
            #"{"auths":{"registry.example":{"auth":"\#(auth)"},"https://registry.example":{"auth":"dTpw"}}}"#
        )
        #expect(lookup.credential?.username == "u", "\(why)")
        #expect(lookup.warnings.count == 1)
        let warning = lookup.warnings.first ?? ""
        #expect(warning.contains("\"registry.example\" in ~/.docker/config.json"))
        #expect(Secrets.found(in: warning) == [])
    }

    static let tokens: [(entry: String, kind: String, username: String?, why: String)] = [
        (#"{"identitytoken":"hush"}"#, "identity", nil, "alone"),
        (#"{"auth":"MDAwMDo=","identitytoken":"hush"}"#, "identity", "0000", "as Azure's is written"),
        (
            #"{"auth":"!","username":"u","identitytoken":"hush"}"#, "identity", "u",
            "auth does not matter then"
        ),
        (#"{"registrytoken":"hush"}"#, "registry", nil, "alone"),
        (#"{"auth":"dTpw","registrytoken":"hush","identitytoken":"i"}"#, "registry", nil, "the strongest"),
        (
            #"{"auth":"dTpw","registrytoken":"","identitytoken":""}"#, "password", "u",
            "empty tokens are ignored"
        ),
    ]

    @Test("distinguishes identity tokens and registry tokens", arguments: tokens)
    func token(entry: String, kind: String, username: String?, why: String) async throws {
        let credential = try await lookUp(#"{"auths":{"registry.example":\#(entry)}}"#).credential
        let found =
            switch credential?.secret {
            case .password("p")?: "password"
            case .identityToken("hush")?: "identity"
            case .registryToken("hush")?: "registry"
            default: "\(credential as Any)"
            }
        #expect(found == kind, "\(why)")
        #expect(credential?.username == username, "\(why)")
    }

    static let malformed: [(json: String, why: String)] = [
        ("{", "ends early"), ("not json", "no JSON"), (#"{"auths":[]}"#, "a list"), ("[]", "another list"),
        (#"{"auths":{"registry.example":"hush"}}"#, "a text for an entry"),
        (#"{"auths":{},"auths":{"registry.example":{"auth":"hush"}}}"#, "a key twice"),
        (#"{"auths":{"registry.example":{"auth":5,"password":"hush"}}}"#, "a number"),
        (#"{"auths":{"registry.example":{"auth":hush-secret}}}"#, "no quotes around it"),
        (#"{"hush-secret":1,"hush-secret":2}"#, "the secret twice"),
        (#"{"HttpHeaders":{"X-Key":"a\r\nHost: hush-secret"}}"#, "a field that is two"),
        (#"{"HttpHeaders":{"X Key":"hush-secret"}}"#, "an invalid field name"),
    ]

    @Test("names a malformed file without quoting it", arguments: malformed)
    func rejection(json: String, why: String) async {
        let failure = await #expect(throws: Failure.self, "\(why)") { try await lookUp(json) }
        #expect(failure?.code == .configurationInvalid)
        #expect(failure?.message.hasPrefix("~/.docker/config.json ") == true)
        #expect(Secrets.found(in: "\(failure as Any)") == [])
    }

    private func config(_ path: FilePath) -> DockerConfig {
        DockerConfig(at: path, shownAs: "C", usesTLS: true, helpers: CredentialHelpers())
    }

    @Test func `a missing file has no credentials`() async throws {
        let folder = try TemporaryFolder()
        let lookup = try await config(folder.path.appending("config.json"))
            .lookUp(.dockerHub, RepositoryName(parsing: "team/plugin"), for: .pull)
        #expect(lookup.credential == nil)
        #expect(lookup.sources == ["C (not found)"])
    }

    @Test func `a folder at the path of the file is an error`() async throws {
        let folder = try TemporaryFolder()
        let failure = await #expect(throws: Failure.self) {
            try await config(folder.path).lookUp(
                .dockerHub,
                RepositoryName(parsing: "team/plugin"),
                for: .pull
            )
        }
        #expect(failure?.code == .configurationInvalid)
        #expect(failure?.message.contains("C") == true)
    }

    static let modes: [(mode: mode_t, json: String, isWarned: Bool, why: String)] = [
        (0o600, auth("u:hush"), false, "the owner alone"),
        (0o640, auth("u:hush"), true, "the group too"),
        (0o604, auth("u:hush"), true, "all other users"),
        (0o644, #"{"auths":{"a.example":{"identitytoken":"hush"}}}"#, true, "another registry's"),
        (0o644, #"{"auths":{"registry.example":{}},"credHelpers":{}}"#, false, "there is nothing to see"),
    ]

    @Test("warns if other users can read secrets, and does not change the mode", arguments: modes)
    func permissions(mode: mode_t, json: String, isWarned: Bool, why: String) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("config.json")
        try Data(json.utf8).write(to: URL(filePath: path.string))
        chmod(path.string, mode)
        let lookup = try await config(path)
            .lookUp(
                RegistryName(parsing: "registry.example"),
                RepositoryName(parsing: "team/plugin"),
                for: .pull
            )
        #expect(lookup.warnings.count == (isWarned ? 1 : 0), "\(why): \(lookup.warnings)")
        if isWarned { #expect(lookup.warnings.first?.contains("C contains secrets") == true) }
        let now = try FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions] as? Int
        #expect(now == Int(mode))
    }
}

/// The requests to a file's helpers, and the use of their responses.
@Suite(.timed, .timeLimit(.minutes(5))) struct DockerConfigHelperTests {
    let helpers: FakeHelpers
    static let config =
        #"{"auths":{"registry.example":{"auth":"dTpw"}},"credsStore":"store","credHelpers":{"own.example":"own"}}"#

    init() throws {
        helpers = try FakeHelpers()
        try helpers.add("store", #"echo '{"Username":"stored","Secret":"hush"}'"#)
        try helpers.add("own", #"echo '{"Username":"owned","Secret":"hush"}'"#)
    }

    private func store(_ json: String = config) -> DockerConfig {
        DockerConfig(
            bytes: Array(json.utf8),
            shownAs: "C",
            usesTLS: true,
            helpers: CredentialHelpers(environment: helpers.environment, timeLimit: .seconds(240))
        )
    }

    private func lookUp(
        _ registry: String,
        in store: DockerConfig? = nil,
        for access: Access = .push
    ) async throws -> CredentialLookup {
        try await (store ?? self.store()).lookUp(
            RegistryName(parsing: registry),
            RepositoryName(parsing: "team/plugin"),
            for: access
        )
    }

    @Test func `asks credHelpers, then credsStore, then reads the entries`() async throws {
        let own = try await lookUp("own.example").credential
        #expect(own?.description == "owned, from docker-credential-own (named by C (credHelpers))")
        let stored = try await lookUp("registry.example").credential
        #expect(stored?.description == "stored, from docker-credential-store (named by C (credsStore))")
        #expect(helpers.calls == ["get<own.example>", "get<registry.example>"])
    }

    @Test func `asks a helper with docker's name for the registry`() async throws {
        _ = try await lookUp("docker.io")
        _ = try await lookUp("registry.example:5000")
        #expect(helpers.calls == ["get<https://index.docker.io/v1/>", "get<registry.example:5000>"])
    }

    @Test func `reads the entries if the helper has no credential`() async throws {
        try helpers.add("store", "echo 'credentials not found in native keychain'; exit 1")
        let lookup = try await lookUp("registry.example")
        #expect(lookup.credential?.username == "u")
        #expect(lookup.warnings == [])
        #expect(try await lookUp("other.example").sources == ["C (docker-credential-store has none)"])
    }

    @Test func `a helper's failure is a warning for a pull and an error for a push`() async throws {
        try helpers.add("store", "echo 'hush, no keychain'; exit 1")
        let lookup = try await lookUp("registry.example", for: .pull)
        #expect(lookup.credential?.username == "u")
        #expect(lookup.warnings.count == 1)
        #expect(
            lookup.warnings.first?.contains(
                "docker-credential-store failed to get credentials (named by C (credsStore))"
            ) == true
        )
        #expect(lookup.warnings.first?.contains("continuing without it") == true)
        let failure = await #expect(throws: Failure.self) { try await lookUp("registry.example") }
        #expect(failure?.code == .helperFailed)
        let missing = await #expect(throws: Failure.self) {
            try await lookUp("registry.example", in: store(#"{"credsStore":"no-such-helper"}"#))
        }
        #expect(missing?.code == .helperMissing)
        #expect(missing?.message.contains("C (credsStore)") == true)
    }

    @Test("an invalid helper name is an error for every access", arguments: [Access.pull, .push])
    func name(access: Access) async throws {
        let failure = await #expect(throws: Failure.self) {
            try await lookUp("registry.example", in: store(#"{"credsStore":"../../x"}"#), for: access)
        }
        #expect(failure?.code == .configurationInvalid)
    }

    @Test func `asks a helper about a server only once, even after a failure`() async throws {
        try helpers.add("own", "exit 1")
        let store = store()
        for _ in 1...2 { _ = try await lookUp("registry.example", in: store) }
        for _ in 1...2 { _ = try await lookUp("own.example", in: store, for: .pull) }
        #expect(helpers.calls == ["get<registry.example>", "get<own.example>"])
    }

    @Test func `reports a helper's standard error as a warning once`() async throws {
        try helpers.add("store", #"echo old >&2; echo '{"Username":"stored","Secret":"hush"}'"#)
        let store = store()
        #expect(try await lookUp("registry.example", in: store).warnings == ["docker-credential-store: old"])
        #expect(try await lookUp("registry.example", in: store).warnings == [])
    }
}
