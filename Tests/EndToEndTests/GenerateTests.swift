import Foundation
import TestSupport
import Testing

/// The generated documents against their schemas, kubectl and Envoy.
@Suite(
    .timed,
    .timeLimit(.minutes(5)),
    .enabled(if: Kubernetes.isExpected, Kubernetes.whySkipped)
)
struct GenerateTests {
    static let image =
        "registry.example.com/team/header-auth:v1@sha256:"
        + "f7b5f7bb15535fbd1c390f8537fccda1a6847b9fbe666ff263a8d665c541a6e8"

    /// Every option of each kind, and none.
    static let commands: [(kind: String, options: [String])] = [
        ("wasmplugin", []),
        (
            "wasmplugin",
            [
                "--name", "a.b", "--namespace", "prod", "--selector", "app=x", "--selector", "on=yes",
                "--phase",
                "authn", "--priority", "-2147483648", "--fail-strategy", "close", "--plugin-config",
                #"{"no":"no","a":[1e3,null,true,"---\n\t: x"],"":{}}"#, "--env", "A=1e3", "--env", "B",
                "--match",
                "both:80,443", "--match", "client", "--type", "network", "--pull-policy", "Always",
                "--pull-secret",
                "wasm-secret", "--root-id", "no", "--for", "asm@1.20",
            ]
        ),
        ("wasmplugin", ["--target", "Gateway/a", "--target", "Service/b", "--target", "ServiceEntry/c"]),
        ("wasmplugin", ["--no-pin"]),
        ("trafficextension", []),
        (
            "trafficextension",
            [
                "--selector", "app=x", "--phase", "STATS", "--priority", "1", "--fail-strategy", "close",
                "--plugin-config", #"{"a":1}"#, "--env", "A=", "--match", "server", "--type", "http",
                "--pull-policy",
                "IfNotPresent", "--pull-secret", "s", "--root-id", "r", "--for", "istio@1.31",
            ]
        ),
        ("trafficextension", ["--target", "GatewayClass/istio-waypoint"]),
        ("envoy-gateway", []),
        (
            "envoy-gateway",
            [
                "--target", "HTTPRoute/a", "--target", "ListenerSet/b", "--fail-strategy", "open",
                "--plugin-config",
                "no: 1\n", "--env", "A", "--pull-policy", "Always", "--pull-secret", "s", "--root-id", "r",
            ]
        ),
        ("envoy-gateway", ["--plugin-config", #"["a",{"b":1.5}]"#, "--fail-strategy", "close"]),
        ("higress", []),
        (
            "higress",
            [
                "--phase", "AUTHZ", "--priority", "5", "--fail-strategy", "open", "--plugin-config",
                #"{"a":1}"#,
                "--env", "A=1", "--pull-policy", "Always", "--pull-secret", "s", "--root-id", "r",
            ]
        ),
        ("image-volume", []), ("image-volume", ["--pull-secret", "s", "--pull-policy", "Never"]),
    ]

    @Test(
        "a document passes its schema, and kubectl reads it as the same object",
        arguments: commands.indices
    )
    func accepted(number: Int) async throws {
        let (kind, options) = Self.commands[number]
        let work = try Workspace()
        let arguments = ["generate", kind, Self.image, "--offline"] + options
        let yaml = try await work.start(arguments).wait()
        #expect(yaml.status == 0, "\(yaml)")
        if kind != "image-volume" { try await work.expectValid(yaml.outputText, kind) }
        let json = try await work.start(arguments + ["--json"]).wait()
        let report = try #require(JSONSerialization.jsonObject(with: json.outputBytes) as? [String: Any])
        let documents = try #require(report["documents"] as? [NSDictionary])
        #expect(try await work.readByKubectl(yaml.outputText) == documents)
    }

    static let blocks: [(kind: String, member: String, removed: String?)] = [
        ("wasmplugin", "selector:", nil), ("trafficextension", "selector:", nil),
        ("envoy-gateway", "targetSelectors:", "targetRefs:"), ("envoy-gateway", "tls:", nil),
        ("higress", "matchRules:", nil),
    ]

    @Test("a commented block is valid when its comment is removed", arguments: blocks.indices)
    func uncommented(number: Int) async throws {
        let (kind, member, removed) = Self.blocks[number]
        let work = try Workspace()
        let run = try await work.run("generate", kind, Self.image, "--offline")
        var lines = run.outputText.split(separator: "\n").map(String.init)
        let start = try #require(
            lines.firstIndex { $0.trimmingCharacters(in: .whitespaces) == "# \(member)" }
        )
        for index in start..<lines.count {
            guard let mark = lines[index].firstMatch(of: #/^ *# /#)?.range else { break }
            lines[index].replaceSubrange(
                mark,
                with: String(
                    repeating: " ",
                    count: lines[index].distance(from: mark.lowerBound, to: mark.upperBound) - 2
                )
            )
        }
        if let removed, let first = lines.firstIndex(where: { $0 == "  \(removed)" }) {
            let next = lines[(first + 1)...].firstIndex { !$0.hasPrefix("  - ") && !$0.hasPrefix("    ") }
            lines.removeSubrange(first..<(next ?? lines.count))
        }
        let text = lines.joined(separator: "\n")
        #expect(
            text.contains("\n" + String(repeating: " ", count: member == "tls:" ? 8 : 2) + member),
            "\(text)"
        )
        try await work.expectValid(text, kind)
    }

    @Test func `kubectl builds a kustomization with the same objects, and the Secret from its file`()
        async throws
    {
        let work = try Workspace()
        let kinds = ["wasmplugin", "trafficextension", "envoy-gateway", "higress"]
        let options = ["--pull-secret", "wasm-secret", "--offline"]
        let run = try await work.start(
            ["generate", "kustomization", Self.image, "-o", "deploy", "--with", "pull-secret"] + options
                + kinds.flatMap { ["--with", $0] }
        ).wait()
        #expect(run.status == 0, "\(run)")
        let files = (kinds + ["kustomization"]).map { "deploy/\($0).yaml" } + ["deploy/.gitignore"]
        #expect(Set(run.outputText.split(separator: "\n").map(String.init)) == Set(files))
        #expect(try work.bytes(of: "deploy/.gitignore") == Array("pull-secret.json\n".utf8))
        try work.write(Array(#"{"auths":{}}"#.utf8), to: "deploy/pull-secret.json")
        let built = try await work.other(Kubernetes.kubectl, "kustomize", "deploy")
        #expect(built.status == 0, "\(built)")
        let objects = try await work.readByKubectl(built.outputText)
        var expected: [NSDictionary] = []
        for kind in kinds {
            let one = try await work.start(["generate", kind, Self.image] + options).wait()
            expected += try await work.readByKubectl(one.outputText)
        }
        for object in expected { #expect(objects.contains(object), "\(object)") }
        let secrets = objects.filter { $0["kind"] as? String == "Secret" }
        #expect(secrets.count == 3 && objects.count == 7)
        #expect(
            secrets.allSatisfy { ($0["metadata"] as? [String: Any])?["name"] as? String == "wasm-secret" }
        )

        // Nothing is replaced without --force, and the user's own lines are kept with it.
        try work.write(Array("*.bak\n".utf8), to: "deploy/.gitignore")
        try work.write(Array("changed\n".utf8), to: "deploy/wasmplugin.yaml")
        let again = ["generate", "kustomization", Self.image, "-o", "deploy", "--with", "wasmplugin"]
        let rejected = try await work.start(again + ["--with", "pull-secret"] + options).wait()
        #expect(rejected.status == 1, "\(rejected)")
        #expect(rejected.outputText.isEmpty)
        #expect(try work.bytes(of: "deploy/wasmplugin.yaml") == Array("changed\n".utf8))
        let forced = try await work.start(again + ["--with", "pull-secret", "--force"] + options).wait()
        #expect(forced.status == 0, "\(forced)")
        #expect(try work.bytes(of: "deploy/.gitignore") == Array("*.bak\npull-secret.json\n".utf8))
    }

    @Test(.enabled(if: Envoy.isExpected, Envoy.whySkipped), arguments: ["http", "network"])
    func `Envoy accepts the bootstrap with every option`(type: String) async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let run = try await work.run(
            "generate",
            "envoy",
            Self.image,
            "--offline",
            "--module",
            work.path("plugin.wasm"),
            "--type",
            type,
            "--fail-strategy",
            "reload",
            "--plugin-config",
            "no: 1\n---\t\"",
            "--env",
            "A=no",
            "--env",
            "HOME",
            "--root-id",
            "1e3",
            "--name",
            "a.b",
            "--for",
            "envoy@1.40"
        )
        #expect(run.status == 0, "\(run)")
        try work.write(run.outputBytes, to: "envoy.yaml")
        let checked = try await work.other(Envoy.program, "--mode", "validate", "-c", "envoy.yaml")
        #expect(checked.status == 0, "\(checked)")
    }
}

/// kubectl and the schemas, which `make test-deps` installs.
enum Kubernetes {
    static let kubectl = CredentialToolTests.kubectl
    private static let python = Fixtures.path("../.venv/bin/python")
    static let whySkipped: Comment = "kubectl, PyYAML or jsonschema is not installed (make test-deps)"

    static var isExpected: Bool {
        Workspace.isCI
            || FileManager.default.isExecutableFile(atPath: kubectl)
                && (try? Tool.run(python, ["-c", "import yaml, jsonschema"]))?.status == 0
    }

    /// Arguments of the program that validates and reads YAML.
    static let schemas = [python, Fixtures.path("../Tests/Support/schemas.py")]
}

extension Workspace {
    /// Expects documents to pass the schema of their kind.
    func expectValid(_ yaml: String, _ kind: String) async throws {
        let schema = Fixtures.path("schemas/\(kind).json")
        let run = try await other(
            Kubernetes.schemas[0],
            Kubernetes.schemas[1],
            "validate",
            schema,
            input: yaml
        )
        #expect(run.status == 0, "\(run)\n\(yaml)")
    }

    /// Returns the objects as kubectl reads them, without an API server: a label is added, and removed here.
    func readByKubectl(_ yaml: String) async throws -> [NSDictionary] {
        let run = try await other(
            Kubernetes.kubectl,
            "label",
            "--local",
            "-f",
            "-",
            "x=y",
            "-o",
            "json",
            input: yaml
        )
        try #require(run.status == 0, "\(run)\n\(yaml)")
        // Objects follow each other without a separator; PyYAML reads JSON, if each one is a document.
        let stream = run.outputText.replacing("\n}\n{\n", with: "\n}\n---\n{\n")
        let lines = try await other(Kubernetes.schemas[0], Kubernetes.schemas[1], "read", input: stream)
        try #require(lines.status == 0, "\(lines)")
        return try lines.outputText.split(separator: "\n").map { line in
            let object = try #require(
                JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            )
            var metadata = object["metadata"] as? [String: Any] ?? [:]
            var labels = metadata["labels"] as? [String: String] ?? [:]
            #expect(labels.removeValue(forKey: "x") == "y")
            metadata["labels"] = labels.isEmpty ? nil : labels
            return (object.merging(["metadata": metadata]) { $1 }) as NSDictionary
        }
    }
}
