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
        return ClusterSecret(Array(text.utf8), named: "s.yaml")
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
        #expect(failure?.code == .configurationInvalid && failure?.message.contains(message) == true)
    }

    @Test func `an entry without credentials fails, and is not quoted`() throws {
        for entry in ["{}", #"{"auth":"aHVzaA=="}"#] {
            let secret = try Self.secret("{\"auths\":{\"reg.io\":\(entry)}}")
            let failure = #expect(throws: Failure.self) {
                _ = try secret.choice(for: RegistryName(parsing: "reg.io"), nil)
            }
            #expect(failure?.code == .configurationInvalid)
            #expect(!"\(String(describing: failure))".contains("aHVzaA"))
        }
    }

    private static let head = "apiVersion: v1\nkind: Secret\n"
    private static let full = head + "type: kubernetes.io/dockerconfigjson\n"

    static let invalid: [(text: String, code: Failure.Code, hint: String, why: String)] = [
        (
            head + "type: Opaque\nstringData: {password: hush}\n", .configurationInvalid,
            "wasmpack generate pull-secret REFERENCE --name wasm-secret", "another type"
        ),
        (
            head, .configurationInvalid, "wasmpack generate pull-secret REFERENCE --name wasm-secret",
            "no type is Opaque"
        ),
        (
            full + "stringData: {.dockerconfigjson: eyJhdXRocyI6e319}\n", .configurationInvalid,
            "rename stringData to data", "base64 in stringData"
        ),
        (
            full + #"data: {.dockerconfigjson: '{"auths":{"a.io":{"auth":"hush"}}}'}"#, .configurationInvalid,
            "rename data to stringData", "plain JSON in data"
        ),
        (
            full + "data: {.dockerconfigjson: ZXlKaGRYUm9jeUk2ZTMxOQ==}\n", .configurationInvalid,
            "wasmpack generate pull-secret REFERENCE --name wasm-secret", "base64 twice"
        ),
        (
            full
                + #"stringData: {.dockerconfigjson: '{"auths":{"https://me:hush@a.io":{"username":1}}}'}"#,
            .configurationInvalid, "wasmpack generate pull-secret REFERENCE --name wasm-secret",
            "the key of an invalid entry is quoted without its password"
        ),
        (
            "kind: ConfigMap\ndata: {a: hush}\n", .configurationInvalid, "kubectl get secret NAME -o json",
            "another kind"
        ),
        ("hush", .configurationInvalid, "kubectl get secret NAME -o yaml", "another document"),
    ]

    @Test("an invalid Secret fails at its step, with a remedy and without its content", arguments: invalid)
    func invalidSecret(text: String, code: Failure.Code, hint: String, why: String) {
        let secret = ClusterSecret(Array(text.utf8), named: "s.yaml")
        let failure = #expect(throws: Failure.self, "\(why)") { _ = try secret.step() }
        #expect(failure?.code == code && failure?.hints == [hint], "\(why): \(failure as Any)")
        #expect(failure?.description.contains("hush") == false, "\(why)")
    }

    @Test func `keys are shown without users and passwords`() throws {
        let secret = try Self.secret(
            "{\"auths\":{\"https://bob:s3/cret@other.io/v1\":\(Self.entry),\"me:s3cret@b.io\":\(Self.entry)}}"
        )
        let failure = #expect(throws: Failure.self) {
            _ = try secret.choice(for: RegistryName(parsing: "reg.io"), nil)
        }
        #expect(failure?.why == "it has entries for b.io, https://other.io/v1")
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
