import Diagnostics
import Foundation
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Registry

/// Small rules of the places of credentials, one by one.
@Suite(.timed, .timeLimit(.minutes(5))) struct CredentialRuleTests {
    let scratch: ScratchDirectory
    let registry: RegistryName

    init() throws {
        scratch = try ScratchDirectory()
        registry = try RegistryName(parsing: "registry.example")
    }

    private func config(_ text: String) -> DockerConfig {
        DockerConfig(text: text, shownAs: "C", usesTLS: true, helpers: CredentialHelpers())
    }

    private func chosen(_ name: String) -> DockerConfig {
        DockerConfig(chosen: scratch.appending(name), usesTLS: true, helpers: CredentialHelpers())
    }

    private func lookUp(_ store: some CredentialStore) async throws -> CredentialLookup {
        try await store.lookUp(registry, RepositoryName(parsing: "team/plugin"), for: .push)
    }

    private func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
        chmod(try scratch.write(Array(text.utf8), to: name).string, mode)
    }

    @Test func `a helper has half a minute, whoever asks it`() throws {
        let helper = try CredentialHelper(suffix: "x", namedBy: "a file")
        for value in [Mirror(reflecting: helper), Mirror(reflecting: CredentialHelpers())] {
            #expect(value.descendant("timeLimit") as? Duration == .seconds(30))
        }
    }

    @Test func `of what a helper says besides, the first ten lines are kept`() async throws {
        let helpers = try FakeHelpers()
        try helpers.add("x", #"seq 1 12 >&2; echo '{"Username":"u","Secret":"hush"}'"#)
        let remarks = try await helpers.helper("x").answer(to: "registry.example").remarks
        #expect(remarks == (1...10).map { "docker-credential-x: \($0)" })
    }

    static let secrets = [
        #"{"username":"u","password":"hush"}"#, #"{"registrytoken":"hush"}"#, #"{"identitytoken":"hush"}"#,
        #"{"auth":"dTpodXNo"}"#,
    ]

    @Test("a chosen file that others may read is warned of, as it is or in a Secret", arguments: secrets)
    func shared(entry: String) async throws {
        let config = #"{"auths":{"registry.example":\#(entry)}}"#
        let data = Data(config.utf8).base64EncodedString()
        let secret =
            #"{"kind":"Secret","type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"\#(data)"}}"#
        for text in [config, secret] {
            try write(text, to: "file", mode: 0o640)
            let warnings = try await lookUp(chosen("file")).warnings
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains("others may read it") == true, "\(warnings)")
            try write(text, to: "file")
            #expect(try await lookUp(chosen("file")).warnings == [])
        }
    }

    @Test func `of the files in a folder the first name wins`() async throws {
        let auths = { (user: String) in #"{"registry.example":{"username":"\#(user)","password":"hush"}}"# }
        try write(#"{"auths":\#(auths("docker"))}"#, to: "folder/config.json")
        #expect(try await lookUp(chosen("folder")).credential?.username == "docker")
        try write(auths("old"), to: "folder/.dockercfg")
        #expect(try await lookUp(chosen("folder")).credential?.username == "old")
        try write(#"{"auths":\#(auths("mounted"))}"#, to: "folder/.dockerconfigjson")
        #expect(try await lookUp(chosen("folder")).credential?.username == "mounted")
    }

    static let malformed: [(name: String, text: String)] = [
        (".dockercfg", #"{"registry.example":{"auth":hush}}"#),
        (".dockercfg", #"{"hush":1,"hush":2}"#),
        ("secret", #"{"kind":"Secret","type":"kubernetes.io/dockercfg","data":{"hush":1,"hush":2}}"#),
        ("secret", #"{"kind":"Secret","type":"kubernetes.io/dockercfg","data":{".dockercfg":hush}}"#),
        ("secret", #"{"kind":"Secret","type":"kubernetes.io/dockercfg","data":"hush"}"#),
        (
            "secret",
            #"{"kind":"Secret","type":"kubernetes.io/dockercfg","data":{".dockercfg":"eyJodXNoIjoxLCJodXNoIjoyfQ=="}}"#
        ),
    ]

    @Test("nothing is shown of an old file or a Secret that cannot be understood", arguments: malformed)
    func notUnderstood(name: String, text: String) async throws {
        try write(text, to: name)
        let failure = await #expect(throws: Failure.self) { try await lookUp(chosen(name)) }
        #expect(failure?.code == .configurationInvalid)
        #expect(Secrets.found(in: "\(failure as Any)") == [])
    }

    @Test func `a version is the end of a registry's URL, and else a part of a repository's name`()
        async throws
    {
        for (key, isMeant) in [
            ("registry.example/v1", true), ("registry.example/v2/", true),
            ("registry.example/v1/team", false), ("registry.example/v2/team/plugin", false),
        ] {
            let text = #"{"auths":{"\#(key)":{"auth":"dTpodXNo"}}}"#
            #expect(try await (lookUp(config(text)).credential != nil) == isMeant, "\(key)")
            let edit = try DockerConfigEdit(parsing: Array(text.utf8), as: "C")
            #expect(edit.keys(of: registry) == (isMeant ? [key] : []))
            #expect(edit.pathKeys(of: registry) == (isMeant ? [] : [key]))
        }
    }

    @Test func `nothing of an older token stays beside a new password`() throws {
        let old = #"{"auths":{"registry.example":{"registrytoken":"hush-old","identitytoken":"hush-old"}}}"#
        var edit = try DockerConfigEdit(parsing: Array(old.utf8), as: "C")
        try edit.set(Credential(username: "u", password: "hush", source: "test"), for: registry)
        let written = String(decoding: edit.root.bytes, as: UTF8.self)
        #expect(written.filter { !$0.isWhitespace } == #"{"auths":{"registry.example":{"auth":"dTpodXNo"}}}"#)
    }

    private struct Warning: CredentialStore {
        let text: String
        let credential: Credential?

        func lookUp(_: RegistryName, _: RepositoryName, for _: Access) -> CredentialLookup {
            CredentialLookup(credential, places: [text], warnings: [text])
        }
    }

    @Test func `what the places say on the way is kept, with a credential and without`() async throws {
        let credential = Credential(username: "u", password: "hush", source: "b")
        for last in [credential, nil] {
            let stores = [Warning(text: "a", credential: nil), Warning(text: "b", credential: last)]
            #expect(try await lookUp(CredentialChain(stores)).warnings == ["a", "b"])
        }
    }

    @Test func `only what was named for this one command is given`() async throws {
        let text = #"{"auths":{"registry.example":{"auth":"dTpodXNo"}}}"#
        try write(text, to: "file")
        #expect(try await lookUp(chosen("file")).isGiven)
        #expect(try await !lookUp(config(text)).isGiven)
        #expect(try await !lookUp(CredentialChain([config("{}"), config(text)])).isGiven)
        let credential = Credential(username: "u", password: "hush", source: "a flag")
        let other = try RegistryName(parsing: "other.example")
        #expect(try await lookUp(GivenCredential(credential, place: "a", only: registry)).isGiven)
        #expect(try await !lookUp(GivenCredential(credential, place: "a", only: other)).isGiven)
    }
}
