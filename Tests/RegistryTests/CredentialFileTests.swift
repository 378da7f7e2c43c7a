import Diagnostics
import Foundation
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Registry

/// The kinds of files that `--authfile` accepts.
@Suite struct CredentialFileTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func lookUp(
        _ name: String,
        registry: String = "registry.example",
        repository: String = "team/plugin"
    ) async throws -> CredentialLookup {
        try await DockerConfig(explicit: scratch.appending(name), usesTLS: true, helpers: CredentialHelpers())
            .lookUp(RegistryName(parsing: registry), RepositoryName(parsing: repository), for: .push)
    }

    private func write(_ text: String, to name: String = "file") throws {
        let path = try scratch.write(Array(text.utf8), to: name)
        chmod(path.string, 0o600)
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    static let auths = #"{"registry.example":{"username":"u","password":"hush"}}"#

    private static func secret(_ members: String, type: String = "kubernetes.io/dockerconfigjson") -> String {
        #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"pull"},"type":"\#(type)",\#(members)}"#
    }

    private static let yaml = """
        apiVersion: v1
        kind: Secret
        metadata:
          name: pull
        type: kubernetes.io/dockerconfigjson
        data:
          .dockerconfigjson: \(base64(#"{"auths":\#(auths)}"#))

        """

    static let forms: [(name: String, text: String, why: String)] = [
        ("file", #"{"auths":\#(auths)}"#, "docker's"),
        ("x.dockerconfigjson", #"{"auths":\#(auths)}"#, "under any name"),
        (".dockercfg", auths, "docker's old form, which its name tells"),
        (
            "file", secret(#""data":{".dockerconfigjson":"\#(base64(#"{"auths":\#(auths)}"#))"}"#),
            "a Secret as kubectl prints it"
        ),
        (
            "file", secret(#""data":{".dockercfg":"\#(base64(auths))"}"#, type: "kubernetes.io/dockercfg"),
            "a Secret of the old form"
        ),
        (
            "file",
            secret(
                #""data":{".dockerconfigjson":"e30="},"stringData":{".dockerconfigjson":"{\"auths\":{\"registry.example\":{\"auth\":\"dTpw\"}}}"}"#
            ),
            "stringData is stronger, as in Kubernetes"
        ),
        ("secret.yaml", yaml, "a Secret as YAML"),
        ("file", "\u{FEFF}# from kubectl\r\n" + yaml.replacing("\n", with: "\r\n"), "as Windows writes it"),
        ("file", "kind: WasmPlugin\n---\n" + yaml + "---\n", "beside other documents"),
        (
            "file",
            "kind: Secret\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: |\n    "
                + #"{"auths":\#(auths)}"#,
            "stringData in a block"
        ),
        ("folder/.dockerconfigjson", #"{"auths":\#(auths)}"#, "a mounted Secret"),
        ("folder/.dockercfg", auths, "of the old form"),
        ("folder/config.json", #"{"auths":\#(auths)}"#, "a folder of docker's"),
    ]

    @Test("reads credentials from a file, a Secret or a folder", arguments: forms)
    func reading(name: String, text: String, why: String) async throws {
        try write(text, to: name)
        let lookup = try await lookUp(name.hasPrefix("folder/") ? "folder" : name)
        #expect(lookup.credential?.username == "u", "\(why)")
        #expect(lookup.credential?.source == scratch.appending(name).string, "\(why)")
        #expect(lookup.warnings == [])
        // An explicit credential: its rejection is final, even for a pull.
        #expect(lookup.isExplicit)
    }

    @Test func `does not warn about the permissions of a mounted Secret`() async throws {
        try write(#"{"auths":\#(Self.auths)}"#, to: "folder/.dockerconfigjson")
        chmod(scratch.appending("folder/.dockerconfigjson").string, 0o644)
        #expect(try await lookUp("folder").warnings == [])
    }

    static let rejected: [(text: String, code: Failure.Code, phrase: String)] = [
        (
            secret(#""data":{"password":"aHVzaA=="}"#, type: "Opaque"), .configurationInvalid,
            "its type is Opaque"
        ),
        (
            #"{"kind":"Secret","data":{".dockerconfigjson":"e30="}}"#, .configurationInvalid,
            "its type is Opaque"
        ),
        (#"{"kind":"List","items":[]}"#, .configurationInvalid, "its kind is List"),
        (secret(#""data":{".dockercfg":"e30="}"#), .configurationInvalid, "it has no .dockerconfigjson"),
        (secret(#""data":{".dockerconfigjson":"hush!"}"#), .configurationInvalid, "is not base64"),
        (
            secret(#""data":{".dockerconfigjson":"aHVzaA=="}"#), .configurationInvalid,
            "a value is expected, at line 1, column 1: a letter"
        ),
        (
            "apiVersion: v1\nkind: Secret\nhush: 1\nhush: 2\n", .configurationInvalid,
            "a key is a duplicate of that in line 3, at line 4, column 1"
        ),
        ("---\n# x\nkind: ConfigMap\ndata: {a: hush}\n", .configurationInvalid, "its kind is ConfigMap"),
        (
            "kind: Secret\ndata: &hush {}\n", .configurationInvalid,
            "an anchor (&) is not supported, at line 2"
        ),
        ("kind: Secret\nmetadata: {name: {{ hush }}}\n", .configurationInvalid, "a template of Helm"),
        (yaml + "---\n" + yaml, .configurationInvalid, "it has 2 pull Secrets"),
        ("hush", .configurationInvalid, "not a valid JSON"),
    ]

    @Test("rejects other files with a reason and without their content", arguments: rejected)
    func rejection(text: String, code: Failure.Code, phrase: String) async throws {
        try write(text)
        let failure = await #expect(throws: Failure.self) { try await lookUp("file") }
        #expect(failure?.code == code)
        #expect(failure?.description.contains(phrase) == true, "\(failure as Any)")
        #expect(failure?.description.contains(scratch.appending("file").string) == true)
        #expect(failure?.description.contains("hush") == false)
        #expect(failure?.description.contains("aHVzaA") == false)
    }

    @Test func `fails if the file that the user named is missing`() async throws {
        let failure = await #expect(throws: Failure.self) { try await lookUp("missing") }
        #expect(failure?.code == .fileMissing)
        try write("", to: "folder/other")
        let empty = await #expect(throws: Failure.self) { try await lookUp("folder") }
        #expect(empty?.code == .configurationInvalid)
    }

    /// The kubelet's rules, except for paths: here, only whole parts of a path match.
    static let patterns: [(key: String, registry: String, matches: Bool, why: String)] = [
        ("registry.example", "registry.example", true, "the host"),
        ("https://registry.example/v1/", "registry.example", true, "a URL of old"),
        ("https://registry.example/v2/team", "registry.example", true, "the version is not part of the path"),
        ("https://registry.example/team", "registry.example", true, "a URL keeps its path"),
        ("https://registry.example/other", "registry.example", false, "which has to fit"),
        ("registry.example/te", "registry.example", false, "a part is whole or nothing"),
        ("*.example", "registry.example", true, "a pattern"),
        ("*.example.io", "a.example.io", true, "for one part"),
        ("*.example.io", "a.b.example.io", false, "and not for two"),
        ("*.example.io", "example.io", false, "nor for none"),
        ("*.*.io", "a.example.io", true, "two patterns"),
        ("reg*.example", "registry.example", true, "the beginning"),
        ("*try.example", "registry.example", true, "the end"),
        ("r*s*y.example", "registry.example", true, "several"),
        ("registr?.example", "registry.example", true, "one letter"),
        ("registry?.example", "registry.example", false, "no letter"),
        ("registr[x-z].example", "registry.example", true, "a range"),
        ("registr[abc].example", "registry.example", false, "a set without it"),
        ("registr[^abc].example", "registry.example", true, "a set turned round"),
        ("registr[y.example", "registry.example", false, "a set without an end"),
        ("registr[].example", "registry.example", false, "a set of nothing"),
        ("registr[z-a].example", "registry.example", false, "a range of nothing"),
        ("registr[^].example", "registry.example", false, "a set of nothing, turned round"),
        ("registr[^x-]].example", "registry.example", false, "the end of a set is not the end of a range"),
        ("registr[^y].example", "registry.example", false, "a set turned round, with it"),
        ("registr[a-cx-z].example", "registry.example", true, "two ranges"),
        ("registr[x-].example", "registry.example", false, "a range without an end"),
        ("registr[-y].example", "registry.example", false, "a range without a beginning"),
        ("registr[]y].example", "registry.example", false, "a set is not empty first"),
        ("registr[\\y].example", "registry.example", true, "a letter in a set that is just that"),
        ("registr[x-\\z].example", "registry.example", true, "also as an end"),
        (
            String(repeating: "*a", count: 30) + "*b", String(repeating: "a", count: 63), false,
            "whatever the pattern, the answer comes"
        ),
        ("\\registry.example", "registry.example", true, "a letter that is just that"),
        ("*.example:5000", "registry.example:5000", true, "with a port"),
        ("*.example:5000", "registry.example", false, "ports are equal"),
        ("*.example", "registry.example:5000", false, "also the other way"),
        ("*.example:*", "registry.example:5000", false, "no pattern in a port"),
        ("registry.example:443", "registry.example", false, "the kubelet does not know 443 either"),
        ("*.EXAMPLE", "registry.example", true, "hosts have no case"),
        ("*.example/team", "registry.example", true, "a pattern with a path"),
        ("*.example/other", "registry.example", false, "which has to fit"),
        ("https://index.docker.io/v1/", "docker.io", true, "Docker Hub"),
        ("*", "registry.example", false, "one part is not two"),
        ("", "registry.example", false, "nothing"),
    ]

    @Test("accepts patterns in the keys of a pull Secret", arguments: patterns)
    func matching(key: String, registry: String, matches: Bool, why: String) async throws {
        let entries = String(
            decoding: try JSONEncoder().encode(["auths": [key: ["username": "u", "password": "hush"]]]),
            as: UTF8.self
        )
        try write(entries, to: "folder/.dockerconfigjson")
        let lookup = try await lookUp("folder", registry: registry)
        #expect((lookup.credential != nil) == matches, "\(why)")
    }

    @Test func `prefers a longer path over a host, and a host over a pattern`() async throws {
        let keys = ["registry.example/team", "registry.example", "*.example"]
        for count in 1...3 {
            let chosen = keys.suffix(count)
            let entries = chosen.map { #""\#($0)":{"username":"\#($0)","password":"p"}"# }
            try write(#"{"auths":{\#(entries.joined(separator: ","))}}"#, to: "folder/.dockerconfigjson")
            #expect(try await lookUp("folder").credential?.username == chosen.first)
        }
    }
}
