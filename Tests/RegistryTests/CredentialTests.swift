import Diagnostics
import OCI
import Testing

@testable import Registry

/// Expects that no description, dump or mirror of a value contains a secret.
func expectNoSecret(
    _ secret: String,
    in value: some Sendable,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    var dumped = ""
    dump(value, to: &dumped)
    var shown = ["\(value)", String(describing: value), String(reflecting: value), dumped]
    shown += ["\([value])", "\(Optional(value) as Any)", "\(["key": value])"]
    shown += Mirror(reflecting: value).children.map { "\($0.value)" }
    for text in shown {
        #expect(!text.contains(secret), sourceLocation: sourceLocation)
    }
}

@Suite struct CredentialTests {
    let credential = Credential(username: "ci", password: "pa:ss \u{E4}\"", source: "a file")

    @Test func `descriptions do not contain the password`() {
        #expect(credential.description == "ci, from a file")
        for secret in ["pa:ss", "cGE6c3M", "Y2k6cGE"] {
            expectNoSecret(secret, in: credential)
            expectNoSecret(secret, in: CredentialLookup(credential, sources: ["a file"]))
            expectNoSecret(secret, in: ExplicitCredential(credential, source: "--username"))
            expectNoSecret(
                secret,
                in: CredentialChain([ExplicitCredential(credential, source: "--username")])
            )
        }
    }

    @Test func `Basic is base64 of user name and password in UTF-8`() throws {
        #expect(try credential.basicAuthorization() == "Basic Y2k6cGE6c3Mgw6Qi")
    }

    static let userNames: [(name: String, phrase: String)] = [
        ("a:b", "a colon"), ("a\r\nX-Evil: 1", "U+000D"), ("a\nb", "U+000A"), ("a\u{0}b", "U+0000"),
        ("a\u{7F}", "U+007F"), ("a\u{85}b", "U+0085"),
    ]

    @Test func `accepts user names in any script, like docker`() throws {
        let credential = Credential(username: "m\u{FC}ller", password: "pw", source: "a file")
        #expect(try credential.basicAuthorization() == "Basic bcO8bGxlcjpwdw==")
    }

    @Test("rejects a user name that Basic does not allow", arguments: userNames)
    func userName(name: String, phrase: String) {
        let credential = Credential(username: name, password: "hush-name", source: "a file")
        let failure = #expect(throws: Failure.self) { try credential.basicAuthorization() }
        #expect(failure?.code == .configurationInvalid)
        #expect(failure?.why?.contains(phrase) == true, "\(failure?.description ?? "")")
        #expect(failure?.description.contains("hush") == false)
    }

    @Test func `rejects a registry token that is not valid in a header field`() {
        for token in ["", "hush token", "hush\r\nX-Evil: 1", "hush\u{E9}"] {
            let credential = Credential(registryToken: token, source: "a file")
            let failure = #expect(throws: Failure.self) { try credential.registryTokenAuthorization() }
            #expect(failure?.code == .configurationInvalid)
            #expect(failure?.description.contains("hush") == false)
        }
    }
}

@Suite struct CredentialChainTests {
    let registry = RegistryName.dockerHub
    let one = Credential(username: "one", password: "p", source: "first")
    let two = Credential(username: "two", password: "p", source: "second")

    private func lookUp(_ stores: [any CredentialStore]) async throws -> CredentialLookup {
        try await CredentialChain(stores).lookUp(registry, RepositoryName(parsing: "team/plugin"), for: .pull)
    }

    @Test func `the first source with a credential ends the search`() async throws {
        let lookup = try await lookUp([
            ExplicitCredential(nil, source: "a"), ExplicitCredential(one, source: "b"), Unreadable(),
        ])
        #expect(lookup.credential?.username == "one")
        #expect(lookup.sources == ["a", "b"])
        #expect(lookup.isExplicit)
    }

    @Test func `lists every searched source if there is no credential`() async throws {
        let lookup = try await lookUp([
            ExplicitCredential(nil, source: "a"), ExplicitCredential(nil, source: "b"),
        ])
        #expect(lookup.credential == nil)
        #expect(lookup.sources == ["a", "b"])
    }

    @Test func `sends a credential for one registry only to that registry`() async throws {
        let other = try RegistryName(parsing: "other.example")
        let lookup = try await lookUp([
            ExplicitCredential(one, source: "a", only: other),
            ExplicitCredential(two, source: "b", only: registry),
        ])
        #expect(lookup.credential?.username == "two")
    }

    @Test func `does not skip a source that cannot be read`() async {
        let failure = await #expect(throws: Failure.self) {
            try await lookUp([Unreadable(), ExplicitCredential(one, source: "b")])
        }
        #expect(failure?.code == .configurationInvalid)
    }

    private struct Unreadable: CredentialStore {
        func lookUp(_: RegistryName, _: RepositoryName, for _: Access) async throws(Failure)
            -> CredentialLookup
        {
            throw Failure(.configurationInvalid, "cannot read it")
        }
    }
}
