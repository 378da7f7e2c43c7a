import Diagnostics
import Foundation
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Registry

@Suite struct DockerConfigTests {
    /// Writes a file, asks it, and removes it.
    private func lookUp(
        _ json: String,
        registry: String = "registry.example",
        repository: String = "team/plugin"
    ) async throws -> CredentialLookup {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("config.json")
        try Data(json.utf8).write(to: URL(filePath: path.string))
        return try await DockerConfig(at: path, shownAs: "~/.docker/config.json").lookUp(
            RegistryName(parsing: registry),
            RepositoryName(parsing: repository),
            for: .pull
        )
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
            "u", "p", "what is not known is passed over"
        ),
    ]

    @Test("an entry is a user and a password", arguments: entries)
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
        ("user@registry.example", "registry.example", false, "a user is no part of a host"),
        ("[::1]:5000", "[::1]:5000", true, "IPv6"),
        ("https://index.docker.io/v1/", "docker.io", true, "what docker login writes"),
        ("index.docker.io", "docker.io", true, "Docker Hub's names"),
        ("registry-1.docker.io", "docker.io", true, "all of them"),
        ("docker.io", "docker.io", true, "the plain one"),
        ("https://index.docker.io/v1/", "registry.example", false, "Hub's credentials are Hub's"),
        ("", "registry.example", false, "an empty key"),
        ("*.example", "registry.example", false, "a pattern is no name"),
    ]

    @Test("a key names a registry, in one of a few forms", arguments: keys)
    func matching(key: String, registry: String, matches: Bool, why: String) async throws {
        let lookup = try await lookUp(#"{"auths":{"\#(key)":{"auth":"dTpw"}}}"#, registry: registry)
        #expect((lookup.credential != nil) == matches, "\(why)")
    }

    @Test func `the registry's own name is stronger than another spelling of it`() async throws {
        let json =
            #"{"auths":{"https://registry.example":{"auth":"dTpw"},"registry.example":{"auth":"eDp5"}}}"#
        #expect(try await lookUp(json).credential?.username == "x")
    }

    @Test func `an empty entry does not hide another spelling's credential`() async throws {
        let json = #"{"auths":{"registry.example":{},"https://registry.example/v2/":{"auth":"dTpw"}}}"#
        #expect(try await lookUp(json).credential?.username == "u")
    }

    static let without: [(json: String, place: String, why: String)] = [
        ("", "(0 other registries)", "an empty file is an empty configuration"),
        (" \n\t\r\n", "(0 other registries)", "so is a blank one"),
        ("{}", "(0 other registries)", "so is this"),
        (#"{"auths":{"a.example":{"auth":"dTpw"}}}"#, "(1 other registry)", "another registry"),
        (#"{"auths":{"a.example":{},"b.example":{}}}"#, "(2 other registries)", "two others"),
        (#"{"auths":{"registry.example":{}}}"#, "(no user and password for registry.example)", "a marker"),
        (#"{"auths":{"registry.example":{"username":"u"}}}"#, "(no user and password", "half an entry"),
        (
            #"{"auths":{"registry.example":{}},"credsStore":"desktop"}"#, "docker-credential-desktop",
            "a store"
        ),
        (
            #"{"credHelpers":{"registry.example":"ecr-login"},"credsStore":"desktop"}"#,
            "docker-credential-ecr-login", "the registry's own helper"
        ),
        (#"{"credHelpers":{"a.example":"gcloud"}}"#, "(0 other registries)", "another registry's helper"),
    ]

    @Test("without a credential it is said what the file has", arguments: without)
    func nothing(json: String, place: String, why: String) async throws {
        let lookup = try await lookUp(json)
        #expect(lookup.credential == nil)
        #expect(lookup.places.first?.contains(place) == true, "\(lookup.places): \(why)")
    }

    static let malformed: [(json: String, why: String)] = [
        ("{", "ends early"), ("not json", "no JSON"), (#"{"auths":[]}"#, "a list"), ("[]", "another list"),
        (#"{"auths":{"registry.example":"SECRET"}}"#, "a text for an entry"),
        (#"{"auths":{"registry.example":{"auth":"SECRET!"}}}"#, "no base64"),
        (#"{"auths":{"registry.example":{"auth":"\#(base64("SECRET"))"}}}"#, "no colon"),
        (#"{"auths":{"registry.example":{"auth":"\#(base64(":SECRET"))"}}}"#, "no user"),
        (#"{"auths":{"registry.example":{"auth":"dTr/U0VDUkVU"}}}"#, "not UTF-8"),
        (#"{"auths":{},"auths":{"registry.example":{"auth":"SECRET"}}}"#, "a key twice"),
        (#"{"auths":{"registry.example":{"auth":5,"password":"SECRET"}}}"#, "a number"),
    ]

    @Test("a file that cannot be understood is named, and nothing of it shown", arguments: malformed)
    func refusal(json: String, why: String) async {
        let failure = await #expect(throws: Failure.self, "\(why)") { try await lookUp(json) }
        #expect(failure?.code == .configurationInvalid)
        #expect(failure?.description.contains("~/.docker/config.json") == true)
        #expect(failure?.description.contains("SECRET") == false)
        #expect(failure?.description.contains("U0VDUkVU") == false)
    }

    @Test func `a file that is not there has no credentials`() async throws {
        let folder = try TemporaryFolder()
        let config = DockerConfig(at: folder.path.appending("config.json"), shownAs: "C")
        let lookup = try await config.lookUp(.dockerHub, RepositoryName(parsing: "team/plugin"), for: .pull)
        #expect(lookup.credential == nil)
        #expect(lookup.places == ["C (not there)"])
    }

    @Test func `a folder in its place is an error`() async throws {
        let folder = try TemporaryFolder()
        let failure = await #expect(throws: Failure.self) {
            try await DockerConfig(at: folder.path, shownAs: "C").lookUp(
                .dockerHub,
                RepositoryName(parsing: "team/plugin"),
                for: .pull
            )
        }
        #expect(failure?.code == .configurationInvalid)
        #expect(failure?.message.contains("C") == true)
    }

    @Test(.enabled(if: geteuid() != 0, "root may read every file"))
    func `a file that others alone may read is an error`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("config.json")
        try Data("{}".utf8).write(to: URL(filePath: path.string))
        chmod(path.string, 0)
        let failure = await #expect(throws: Failure.self) {
            try await DockerConfig(at: path, shownAs: "C").lookUp(
                .dockerHub,
                RepositoryName(parsing: "team/plugin"),
                for: .pull
            )
        }
        #expect(failure?.code == .configurationInvalid)
    }
}
