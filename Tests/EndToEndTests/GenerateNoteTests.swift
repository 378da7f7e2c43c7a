import Foundation
import TestSupport
import Testing

/// What `generate` says on standard error about the things that a document cannot decide.
@Suite(.timed, .timeLimit(.minutes(5))) struct GenerateNoteTests {
    private static let digest = "@sha256:f7b5f7bb15535fbd1c390f8537fccda1a6847b9fbe666ff263a8d665c541a6e8"

    static let notes: [(arguments: [String], note: String?, why: String)] = [
        (["wasmplugin", "reg.example/a"], "without --selector or --target", "a missing selector"),
        (["wasmplugin", "reg.example/a", "--selector", "a=b"], nil, "nothing to say"),
        (["envoy-gateway", "reg.example/a"], "fill in targetRefs", "a placeholder"),
        (["higress", "localhost:5000/a"], "localhost:5000 is only on this machine", "a local registry"),
        (["envoy", "localhost:5000/a"], "change both to yours", "Envoy may run on this machine"),
        (["image-volume", "reg.example/a"], "kubectl patch deployment", "not for kubectl apply"),
    ]

    @Test("a note on standard error names what is left to do", arguments: notes)
    func note(arguments: [String], note: String?, why: String) async throws {
        let work = try Workspace()
        let words = ["generate", arguments[0], arguments[1] + Self.digest] + arguments.dropFirst(2)
        let run = try await work.start(words + ["--offline"]).wait()
        let lines = run.errorText.split(separator: "\n").filter { $0.hasPrefix("  note") }
        #expect(run.status == 0 && lines.count == (note == nil ? 0 : 1), "\(why): \(run)")
        if let note { #expect(lines.first?.contains(note) == true, "\(why): \(run)") }
        let quiet = try await work.start(words + ["--offline", "-q"]).wait()
        #expect(quiet.errorText.isEmpty, "\(quiet)")
        let json = try await work.start(words + ["--offline", "--json"]).wait()
        let report = try #require(JSONSerialization.jsonObject(with: json.outputBytes) as? [String: Any])
        #expect((report["notes"] as? [String])?.count == lines.count, "\(why): \(json)")
    }

    @Test func `a kustomization names its files once, and the file of the Secret until it exists`()
        async throws
    {
        let work = try Workspace()
        let words = [
            "generate", "kustomization", "reg.example/a" + Self.digest, "--offline", "-o", "deploy",
            "--with", "wasmplugin", "--selector", "a=b", "--with", "pull-secret", "--pull-secret", "s",
        ]
        let run = try await work.start(words).wait()
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("deploy/wasmplugin.yaml\n"), "\(run)")
        #expect(!run.errorText.contains("wasmplugin.yaml"), "\(run)")
        let note = "before kubectl apply -k deploy, create deploy/pull-secret.json"
        #expect(run.errorText.contains(note), "\(run)")
        try work.write(Array(#"{"auths":{}}"#.utf8), to: "deploy/pull-secret.json")
        let again = try await work.start(words).wait()
        #expect(again.status == 0 && again.errorText.isEmpty, "\(again)")
    }

    static let namespaces: [(options: [String], note: String?)] = [
        ([], "usually default, higress-system, istio-system"),
        (["--for", "istio"], "usually istio-system"), (["--for", "higress"], "usually higress-system"),
        (["--namespace", "prod"], nil),
    ]

    @Test("a pull Secret without a namespace says which one it needs", arguments: namespaces)
    func secret(options: [String], note: String?) async throws {
        let work = try Workspace()
        let words = ["generate", "pull-secret", "reg.example", "--name", "s", "-u", "u", "--password-stdin"]
        let run = try await work.start(words + options, input: "p\n").wait()
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains("without --namespace") == (note != nil), "\(run)")
        if let note { #expect(run.errorText.contains(note), "\(run)") }
        #expect(run.outputText.contains("namespace:") == options.contains("--namespace"), "\(run)")
    }

    @Test func `a configuration that is the name of a file has the line to type`() async throws {
        let work = try Workspace()
        try work.write(Array(#"{"a":1}"#.utf8), to: "c.json")
        let words = ["generate", "wasmplugin", "reg.example/a" + Self.digest, "--offline", "--plugin-config"]
        let refused = try await work.start(words + ["c.json"]).wait()
        #expect(refused.status == 64 && refused.outputText.isEmpty, "\(refused)")
        #expect(refused.errorText.contains("try: use --plugin-config @c.json"), "\(refused)")
        let run = try await work.start(words + ["@c.json"]).wait()
        #expect(run.status == 0 && run.outputText.contains("pluginConfig:\n    a: 1\n"), "\(run)")
    }

    static let cases: [(options: [String], line: String)] = [
        (["--phase", "authn"], "phase: AUTHN"), (["--pull-policy", "always"], "imagePullPolicy: Always"),
        (["--fail-strategy", "Open"], "failStrategy: FAIL_OPEN"), (["--type", "NETWORK"], "type: NETWORK"),
    ]

    @Test("values are accepted in upper and lower case", arguments: cases)
    func anyCase(options: [String], line: String) async throws {
        let words = ["generate", "WasmPlugin", "reg.example/a" + Self.digest, "--offline"]
        let run = try await Workspace().start(words + options).wait()
        #expect(run.status == 0 && run.outputText.contains("\n  \(line)\n"), "\(run)")
    }
}
