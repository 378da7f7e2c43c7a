import Foundation
import TestSupport
import Testing

/// `lint` without a registry: files, directories, outputs and exit statuses.
@Suite(.timed, .timeLimit(.minutes(5))) struct LintTests {
    struct Document: Decodable {
        struct Item: Decodable {
            let file: String
            let line: Int
            let id: String
            let severity: String
        }
        struct Fixed: Decodable {
            let file: String
            let line: Int
            let digest: String
        }
        let ok: Bool
        let files: Int
        let objects: Int
        let errors: Int
        let warnings: Int
        let online: Bool
        let fixed: [Fixed]
        let findings: [Item]

        init(_ run: CommandLineRun) throws {
            self = try JSONDecoder().decode(Self.self, from: run.outputBytes)
        }

        var ids: [String] { findings.map(\.id) }
    }

    static func plugin(_ url: String, _ more: String = "") -> [UInt8] {
        Array(
            """
            apiVersion: extensions.istio.io/v1alpha1
            kind: WasmPlugin
            metadata: {name: p, namespace: ns}
            spec:
              selector: {matchLabels: {a: b}}
              url: \(url)
            \(more.isEmpty ? "" : "  \(more)\n")
            """.utf8
        )
    }

    @Test func `prints each finding with its place, id and remedy, and exits 1 on an error`() async throws {
        let work = try Workspace()
        try work.write(Self.plugin("registry:5000/a:v1", "phase: authn"), to: "p.yaml")
        let run = try await work.run("lint", "p.yaml", "--offline")
        #expect(run.status == 1, "\(run)")
        #expect(run.outputText.contains("p.yaml:6:8: without oci://"), "\(run)")
        #expect(run.outputText.contains("[url-port]"), "\(run)")
        #expect(
            run.outputText.contains("the consumer reports: \"url contains unsupported scheme: registry\""),
            "\(run)"
        )
        #expect(run.outputText.contains("try: write oci://registry:5000/a:v1"), "\(run)")
        #expect(run.outputText.contains("try: write AUTHN"), "\(run)")
        #expect(
            run.outputText.contains(
                "FAIL     2 errors; 1 object in 1 file; no registry was asked (--offline)"
            ),
            "\(run)"
        )
        let document = try await Document(work.run("lint", "p.yaml", "--offline", "--json"))
        #expect(!document.ok && !document.online && document.errors == 2 && document.objects == 1)
        #expect(document.ids == ["url-port", "wrong-value"])
    }

    @Test func `warnings fail only with --strict`() async throws {
        let work = try Workspace()
        try work.write(Self.plugin("oci://r.io/a:v1"), to: "p.yaml")
        let run = try await work.run("lint", "p.yaml", "--offline")
        #expect(run.status == 0 && run.outputText.contains("ok       1 warning; 1 object"), "\(run)")
        let strict = try await work.run("lint", "p.yaml", "--offline", "--strict")
        #expect(
            strict.status == 1 && strict.outputText.contains("warnings count as errors (--strict)"),
            "\(strict)"
        )
    }

    @Test func `reads standard input, several files and the versions of --for`() async throws {
        let work = try Workspace()
        let text = Self.plugin(
            "oci://r.io/a@sha256:\(String(repeating: "a", count: 64))",
            "failStrategy: FAIL_RELOAD"
        )
        try work.write(text, to: "p.yaml")
        let piped = try await work.start(
            ["lint", "-", "p.yaml", "--offline", "--json", "--for", "istio@1.26"],
            input: String(decoding: text, as: UTF8.self)
        ).wait()
        let document = try Document(piped)
        #expect(
            document.findings.map(\.file) == ["-", "p.yaml"] && document.ids == ["too-new", "too-new"],
            "\(piped)"
        )
        let newer = try await work.run("lint", "p.yaml", "--offline", "--for", "istio@1.27")
        #expect(newer.status == 0, "\(newer)")
    }

    @Test func `accepts every document that generate writes`() async throws {
        for (kind, options) in GenerateTests.commands where kind != "image-volume" {
            let work = try Workspace()
            let made = try await work.start(["generate", kind, GenerateTests.image, "--offline"] + options)
                .wait()
            try #require(made.status == 0, "\(made)")
            try work.write(made.outputBytes, to: "made.yaml")
            let document = try await Document(work.run("lint", "made.yaml", "--offline", "--json"))
            #expect(document.objects == 1, "\(made)")
            #expect(
                document.findings.filter { $0.severity == "error" }.isEmpty,
                "\(options): \(document.findings)"
            )
        }
    }

    @Test func `writes a SARIF log`() async throws {
        let work = try Workspace()
        try work.write(Self.plugin("oci://r.io/a:v1"), to: "my plugins/p.yaml")
        let run = try await work.run("lint", "my plugins", "--offline", "--sarif", "out.sarif")
        #expect(run.status == 0, "\(run)")
        let log = try JSONSerialization.jsonObject(with: Data(work.bytes(of: "out.sarif"))) as? [String: Any]
        #expect(log?["version"] as? String == "2.1.0")
        let results = ((log?["runs"] as? [[String: Any]])?.first?["results"] as? [[String: Any]]) ?? []
        #expect(results.map { $0["ruleId"] as? String } == ["unpinned"])
        let text = String(decoding: try work.bytes(of: "out.sarif"), as: UTF8.self)
        #expect(
            text.contains(
                #""artifactLocation":{"uri":"my%20plugins/p.yaml"},"region":{"startColumn":8,"startLine":6}"#
            )
        )
    }

    @Test func `--sarif - writes only the log, on standard output`() async throws {
        let work = try Workspace()
        try work.write(Self.plugin("docker://r.io/a:v1"), to: "p.yaml")
        let run = try await work.run("lint", "p.yaml", "--offline", "--sarif", "-")
        #expect(run.status == 1, "\(run)")
        let log = try JSONSerialization.jsonObject(with: run.outputBytes) as? [String: Any]
        #expect(log?["version"] as? String == "2.1.0")
        #expect(!FileManager.default.fileExists(atPath: work.path("-")))
    }

    @Test func `a module is told apart from a manifest`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let run = try await work.run("lint", "plugin.wasm", "--offline")
        #expect(run.status == 1 && run.outputText.contains("try: wasmpack check plugin.wasm"), "\(run)")
    }

    @Test func `a directory without manifests is a warning, and fails with --strict`() async throws {
        let work = try Workspace()
        try work.write(Array("kind: Service\n".utf8), to: "deploy/service.yaml")
        let run = try await work.run("lint", "deploy")
        #expect(run.status == 0 && run.errorText.contains("so nothing was checked"), "\(run)")
        let strict = try await work.run("lint", "deploy", "--strict")
        #expect(strict.status == 1 && strict.outputText.hasPrefix("FAIL     0 objects"), "\(strict)")
        #expect(try await !Document(work.run("lint", "deploy", "--strict", "--json")).ok)
        let empty = try await work.start(["lint", "-", "--strict"], input: "").wait()
        #expect(empty.status == 1 && empty.errorText.contains("so nothing was checked"), "\(empty)")
    }

    static let misuses: [(arguments: [String], status: Int32, phrase: String)] = [
        ([], 64, "lint"), (["p.yaml", "--fix", "--offline"], 64, "--fix and --offline"),
        (["-", "--fix"], 64, "standard input"),
        (["p.yaml", "--for", "envoy@1.40"], 64, "does not apply to lint"),
        (["p.yaml", "--for", "istio@1.31", "--for", "asm@1.26"], 64, "are for the same manifests"),
        (["p.yaml", "--for", "linkerd"], 64, "is not a known consumer"),
        (["missing.yaml", "--offline"], 66, "missing.yaml"),
        (["p.yaml", "--offline", "--use-secrets"], 64, "--use-secrets"),
        (["p.yaml", "--anonymous", "--use-secrets"], 64, "--use-secrets and --anonymous"),
        (["p.yaml", "--offline", "--sarif", "no/such/folder"], 74, "no/such"),
        (["p.yaml", "--offline", "--sarif", "-", "--json"], 64, "--sarif - and --json"),
    ]

    @Test("rejects options that do not fit together", arguments: misuses)
    func misuse(arguments: [String], status: Int32, phrase: String) async throws {
        let work = try Workspace()
        try work.write(Self.plugin("oci://r.io/a:v1"), to: "p.yaml")
        let run = try await work.start(["lint"] + arguments).wait()
        #expect(run.status == status, "\(run)")
        #expect(run.errorText.contains(phrase), "\(run)")
    }

    static let bombs: [(name: String, text: String, id: String)] = [
        ("aliases", "kind: WasmPlugin\na: &a [x]\nb: [*a,*a]\n", "yaml-unsupported"),
        ("depth", "kind: WasmPlugin\na: " + String(repeating: "[", count: 200_000), "yaml-limit"),
        ("documents", "kind: WasmPlugin\n" + String(repeating: "---\n", count: 100_000), "yaml-limit"),
        ("a key of 1 MB", String(repeating: "k", count: 1_000_000) + ": WasmPlugin", "yaml-syntax"),
    ]

    @Test("a bomb is a finding, and nothing is written", arguments: bombs.map(\.name))
    func bomb(name: String) async throws {
        let bomb = try #require(Self.bombs.first { $0.name == name })
        let work = try Workspace()
        try work.write(Array(bomb.text.utf8), to: "bomb.yaml")
        let run = try await work.run("lint", "bomb.yaml", "--json")
        #expect(run.status == 1)
        #expect(try Document(run).ids == [bomb.id])
        #expect(try work.bytes(of: "bomb.yaml") == Array(bomb.text.utf8))
    }
}

/// Many files.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct LintLongTests {
    @Test func `reads a directory of 10,000 files, and neither loops nor hidden directories`() async throws {
        let work = try Workspace()
        for number in 0..<10_000 {
            try work.write(
                Array("kind: ConfigMap\nn: \(number)\n".utf8),
                to: "big/d\(number % 100)/f\(number).yaml"
            )
        }
        try work.write(LintTests.plugin("oci://r.io/a:v1"), to: "big/d7/plugin.yml")
        try work.write(LintTests.plugin("docker://r.io/a:v1"), to: "big/.hidden/plugin.yaml")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: work.path("big/loop"), withDestinationPath: "..")
        try files.createSymbolicLink(atPath: work.path("big/self.yaml"), withDestinationPath: "self.yaml")
        try files.createSymbolicLink(
            atPath: work.path("big/again.yaml"),
            withDestinationPath: "d7/plugin.yml"
        )
        let document = try await LintTests.Document(work.run("lint", "big", "--offline", "--json"))
        #expect(document.files == 1 && document.objects == 1, "\(document)")
        #expect(document.ids == ["unpinned"])
    }
}
