import Diagnostics
import Foundation
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Registry

/// Individual rules for the sources of credentials.
@Suite(.timed, .timeLimit(.minutes(5))) struct CredentialRuleTests {
    let scratch: ScratchDirectory
    let registry: RegistryName

    init() throws {
        scratch = try ScratchDirectory()
        registry = try RegistryName(parsing: "registry.example")
    }

    private func config(_ text: String) -> DockerConfig {
        DockerConfig(bytes: Array(text.utf8), shownAs: "C", usesTLS: true, helpers: CredentialHelpers())
    }

    private func chosen(_ name: String) -> DockerConfig {
        DockerConfig(explicit: scratch.appending(name), usesTLS: true, helpers: CredentialHelpers())
    }

    private func lookUp(_ store: some CredentialStore) async throws -> CredentialLookup {
        try await store.lookUp(registry, RepositoryName(parsing: "team/plugin"), for: .push)
    }

    private func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
        chmod(try scratch.write(Array(text.utf8), to: name).string, mode)
    }

    @Test func `limits every helper to 30 seconds`() throws {
        let helper = try CredentialHelper(suffix: "x", namedBy: "a file")
        for value in [Mirror(reflecting: helper), Mirror(reflecting: CredentialHelpers())] {
            #expect(value.descendant("timeLimit") as? Duration == .seconds(30))
        }
    }

    @Test func `keeps the first ten lines of a helper's standard error`() async throws {
        let helpers = try FakeHelpers()
        try helpers.add("x", #"seq 1 12 >&2; echo '{"Username":"u","Secret":"hush"}'"#)
        let remarks = try await helpers.helper("x").response(for: "registry.example").remarks
        #expect(remarks == (1...10).map { "docker-credential-x: \($0)" })
    }

    static let secrets = [
        #"{"username":"u","password":"hush"}"#, #"{"registrytoken":"hush"}"#, #"{"identitytoken":"hush"}"#,
        #"{"auth":"dTpodXNo"}"#,
    ]

    @Test("warns if other users can read the chosen file or Secret", arguments: secrets)
    func shared(entry: String) async throws {
        let config = #"{"auths":{"registry.example":\#(entry)}}"#
        let data = Data(config.utf8).base64EncodedString()
        let secret =
            #"{"kind":"Secret","type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"\#(data)"}}"#
        for text in [config, secret] {
            try write(text, to: "file", mode: 0o640)
            let warnings = try await lookUp(chosen("file")).warnings
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains("other users can read it") == true, "\(warnings)")
            try write(text, to: "file")
            #expect(try await lookUp(chosen("file")).warnings == [])
        }
    }

    @Test func `prefers the first known file name in a folder`() async throws {
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

    @Test("does not quote a malformed legacy file or Secret", arguments: malformed)
    func notUnderstood(name: String, text: String) async throws {
        try write(text, to: name)
        let failure = await #expect(throws: Failure.self) { try await lookUp(chosen(name)) }
        #expect(failure?.code == .configurationInvalid)
        #expect(Secrets.found(in: "\(failure as Any)") == [])
    }

    @Test func `treats v1 and v2 at the end of a registry's URL as a version`()
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

    @Test func `a new password replaces an older token`() throws {
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
            CredentialLookup(credential, sources: [text], warnings: [text])
        }
    }

    @Test func `keeps the warnings of all searched sources`() async throws {
        let credential = Credential(username: "u", password: "hush", source: "b")
        for last in [credential, nil] {
            let stores = [Warning(text: "a", credential: nil), Warning(text: "b", credential: last)]
            #expect(try await lookUp(CredentialChain(stores)).warnings == ["a", "b"])
        }
    }

    @Test func `treats only credentials for this command as explicit`() async throws {
        let text = #"{"auths":{"registry.example":{"auth":"dTpodXNo"}}}"#
        try write(text, to: "file")
        #expect(try await lookUp(chosen("file")).isExplicit)
        #expect(try await !lookUp(config(text)).isExplicit)
        #expect(try await !lookUp(CredentialChain([config("{}"), config(text)])).isExplicit)
        let credential = Credential(username: "u", password: "hush", source: "a flag")
        let other = try RegistryName(parsing: "other.example")
        #expect(try await lookUp(ExplicitCredential(credential, source: "a", only: registry)).isExplicit)
        #expect(try await !lookUp(ExplicitCredential(credential, source: "a", only: other)).isExplicit)
    }
}
