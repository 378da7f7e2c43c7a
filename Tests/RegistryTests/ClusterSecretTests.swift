import Diagnostics
import HTTPTransport
import OCI
import TestSupport
import Testing

@testable import Registry

/// Pull Secrets as meshes read them.
@Suite struct ClusterSecretTests {
    private static func secret(_ configuration: String, type: String = "kubernetes.io/dockerconfigjson")
        throws
        -> ClusterSecret
    {
        let key = type.hasSuffix("dockercfg") ? ".dockercfg" : ".dockerconfigjson"
        let text = """
            apiVersion: v1
            kind: Secret
            type: \(type)
            stringData:
              \(key): '\(configuration)'
            """
        return try ClusterSecret(Array(text.utf8), named: "s.yaml")
    }

    private static let entry = #"{"username":"me","password":"hush"}"#

    static let keys: [(keys: [String], registry: String, chosen: String?, why: String)] = [
        (["reg.io:5000"], "reg.io:5000", "reg.io:5000", "the exact name"),
        (["https://reg.io/v2/"], "reg.io", "https://reg.io/v2/", "a URL"),
        (["reg.io/team"], "reg.io", "reg.io/team", "the path is not looked at"),
        (["reg.io"], "reg.io:5000", nil, "another port"),
        (["*.reg.io"], "a.reg.io", nil, "no patterns"),
        (["reg.io/team", "reg.io"], "reg.io", "reg.io", "the exact name before others"),
        (["https://index.docker.io/v1/"], "docker.io", "https://index.docker.io/v1/", "Docker Hub"),
        (["docker.io"], "docker.io", nil, "Docker Hub has one key"),
    ]

    @Test("Istio chooses an entry by its key", arguments: keys)
    func choice(keys: [String], registry: String, chosen: String?, why: String) throws {
        let entries = keys.map { "\"\($0)\":\(Self.entry)" }.joined(separator: ",")
        let secret = try Self.secret("{\"auths\":{\(entries)}}")
        let name = try RegistryName(parsing: registry)
        guard let chosen else {
            let failure = #expect(throws: Failure.self, "\(why)") { _ = try secret.choice(for: name, nil) }
            #expect(failure?.code == .authenticationRequired, "\(why)")
            return
        }
        let choice = try secret.choice(for: name, nil)
        #expect(choice.key == chosen && choice.credential.username == "me" && !choice.isAmbiguous, "\(why)")
    }

    @Test func `several keys for one host are ambiguous`() throws {
        let secret = try Self.secret("{\"auths\":{\"reg.io/a\":\(Self.entry),\"reg.io/b\":\(Self.entry)}}")
        #expect(try secret.choice(for: RegistryName(parsing: "reg.io"), nil).isAmbiguous)
    }

    static let unusable: [(configuration: String, type: String, message: String)] = [
        (#"{"credsStore":"desktop"}"#, "kubernetes.io/dockerconfigjson", "names a credential helper"),
        (
            #"{"auths":{},"credHelpers":{"a.io":"x"}}"#, "kubernetes.io/dockerconfigjson",
            "names a credential helper"
        ),
        ("{}", "kubernetes.io/dockercfg", "has the type kubernetes.io/dockercfg"),
    ]

    @Test("a Secret that no proxy can use fails", arguments: unusable)
    func unusableSecret(configuration: String, type: String, message: String) throws {
        let secret = try Self.secret(configuration, type: type)
        let failure = #expect(throws: Failure.self) { _ = try secret.step() }
        #expect(failure?.code == .checkFailed && failure?.message.contains(message) == true)
    }

    @Test func `an entry without credentials fails, and is not quoted`() throws {
        for entry in ["{}", #"{"auth":"aHVzaA=="}"#] {
            let secret = try Self.secret("{\"auths\":{\"reg.io\":\(entry)}}")
            let failure = #expect(throws: Failure.self) {
                _ = try secret.choice(for: RegistryName(parsing: "reg.io"), nil)
            }
            #expect(failure?.code == .checkFailed)
            #expect(!"\(String(describing: failure))".contains("aHVzaA"))
        }
    }

    static let realms: [(challenge: String, message: String?)] = [
        (#"Bearer realm="https://auth.example.com/token""#, nil),
        (#"Bearer realm="https://8.8.8.8/token""#, nil),
        (#"Basic realm="Registry Realm""#, #"realm scheme "" not allowed"#),
        (#"Bearer realm="/token""#, #"realm scheme "" not allowed"#),
        (#"Bearer realm="https://localhost/token""#, "rejected unsafe bearer realm"),
        (
            #"Bearer realm="https://10.0.0.1/token""#,
            "rejected unsafe bearer realm: realm targets private/loopback/link-local IP"
        ),
    ]

    @Test("Istio rejects realms that are no public URLs", arguments: realms)
    func realm(challenge: String, message: String?) throws {
        let parsed = try #require(AuthChallenge.all(in: [challenge]).first)
        let url = try HTTPURL(parsing: "https://reg.io/v2/")
        #expect(ClusterSecret.realmViolation(parsed, url) == message)
    }
}
