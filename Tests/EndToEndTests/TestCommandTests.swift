import Foundation
import TestSupport
import Testing

/// `wasmpack test` and `wasmpack envoys` with a real Envoy.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct TestCommandTests {
    private let tested: TestedPlugins
    private var work: Workspace { tested.work }
    private static let envoy = "--envoy=\(Envoy.program)"

    init() throws { tested = try TestedPlugins() }

    private func run(_ arguments: String...) async throws -> CommandLineRun {
        try await tested.start(arguments).wait()
    }

    private func expectFailures(_ failures: [(name: String, text: String)], _ arguments: String...)
        async throws
    {
        try await tested.expectFailures(failures, arguments)
    }

    @Test func `chunks reach the plugin one by one, and its lines after the response count`() async throws {
        try await TrialPlugin.build(in: work)
        try tested.write(
            """
            {"name":"chunks","request":{"method":"POST","body":"abcdef","chunks":[1,2]},
             "expect":{"log":["body of 0001","body of 0002","body of 0003","the request is logged"],
                       "upstream":{"body":"abcdef"},"headers":{"x-plugin":"v1"}}},
            {"name":"one piece","request":{"method":"POST","body":"abcdef"},
             "expect":{"log":["body of 0006",{"not":"body of 0001"}]}},
            {"name":"chunked","request":{"method":"PUT","headers":{"transfer-encoding":"chunked"},"body":"xyz","chunks":[2]},
             "expect":{"upstream":{"body":"xyz"},"log":"body of 0002"}}
            """
        )
        try await expectFailures([])
    }

    @Test func `each case has its own configuration and state, and steps share it`() async throws {
        try await TrialPlugin.build(in: work)
        try tested.write(
            """
            {"name":"third","config":"a","steps":[{"request":{"path":"/third"},"expect":{"status":200,"log":[{"not":"b"}]},"repeat":2},
                                    {"request":{"path":"/third"},"expect":{"status":429,"body":"too many"}}]},
            {"name":"again","config":"b","steps":[{"request":{"path":"/third"},"expect":{"status":200,"log":["b",{"not":"a"}]}},
                                    {"request":{"path":"/third"},"expect":{"status":200,"log":[{"not":"b"}]}}]},
            {"name":"three times","request":{"path":"/third"},"expect":{"status":200}},
            {"name":"too often","steps":[{"request":{"path":"/third"},"expect":{"status":200},"repeat":3}]}
            """
        )
        try await expectFailures([("too often", "request 3: status: expected 200, got 429")])
    }

    @Test func `crashes, loops, floods, pauses and rejections fail only their own case`() async throws {
        try await TrialPlugin.build(in: work)
        try tested.write(
            """
            {"name":"crash","request":{"path":"/crash"}},
            {"name":"expected crash","request":{"path":"/crash"},"expect":{"crash":true,"status":503}},
            {"name":"later crash","steps":[{"request":{"path":"/crash-second"},"expect":{"status":200}},
                                           {"request":{"path":"/crash-second"},"expect":{"crash":true}}]},
            {"name":"rejected","config":"reject","request":{}},
            {"name":"expected rejection","config":"reject","expect":{"load":"rejected","log":{"level":"warn","contains":"limit"}}},
            {"name":"other log","config":"reject","expect":{"load":"rejected","log":"panic"}},
            {"name":"no rejection","expect":{"load":"rejected"}},
            {"name":"forged","request":{"path":"/forge"},
             "expect":{"log":["real\\nwarning wasm wasm log case-8 case-8: forged\\u001b[31m",{"not":{"prefix":"forged"}}]}},
            {"name":"late crash","request":{"path":"/crash-late"},"expect":{"status":200}},
            {"name":"pause","timeout":3,"request":{"path":"/pause"}},
            {"name":"loop","timeout":3,"request":{"path":"/loop"}},
            {"name":"flood","timeout":100,"request":{"path":"/flood"}},
            {"name":"crash at the start","config":"crash","request":{}},
            {"name":"last","request":{},"expect":{"status":200,"body":"hello"}}
            """
        )
        try await expectFailures([
            ("crash", "crash: expected no crash, got \"Function: proxy_on_request_headers failed: Uncaught"),
            ("rejected", "load: expected accepted, got rejected; Failed to configure base Wasm plugin"),
            ("other log", "log: expected a line: \"panic\", got none of"),
            ("no rejection", "load: expected rejected, got accepted"),
            ("late crash", "crash: expected no crash, got \"Function: proxy_on_log failed"),
            ("pause", "the plugin paused the request and did not resume it"),
            ("loop", "a callback of the plugin does not return (an endless loop); Envoy was killed"),
            ("flood", "was stopped, because the plugin logs endlessly"),
            ("crash at the start", "Function: proxy_on_configure failed"),
        ])
    }

    @Test func `the reports have every result`() async throws {
        try await TrialPlugin.build(in: work)
        try tested.write(
            """
            {"name":"passes & <all>","request":{}}, {"name":"fails #1","request":{"path":"/forge"},"expect":{"status":404}}
            """
        )
        let json = try await run(Self.envoy, "--json", "--junit", "report.xml")
        #expect(json.status == 1, "\(json)")
        let document = try #require(
            JSONSerialization.jsonObject(with: json.outputBytes) as? [String: Any],
            "\(json)"
        )
        #expect(document["ok"] as? Bool == false)
        #expect(document["passed"] as? Int == 1)
        #expect(document["failed"] as? Int == 1)
        let xml = try XMLDocumentText(work.bytes(of: "report.xml"))
        #expect(xml.text.contains("tests=\"2\" failures=\"1\""), "\(xml.text)")
        #expect(xml.text.contains("name=\"passes &amp; &lt;all&gt;\""))
        #expect(xml.text.contains("status: expected 404, got 200"))
        let read = try await work.other(
            "python3",
            "-c",
            "import sys,xml.etree.ElementTree as t; print(len(t.parse('report.xml').findall('.//testcase')))"
        )
        #expect(read.outputText == "2\n", "\(read)")
        let tap = try await run(Self.envoy, "--tap")
        #expect(
            tap.outputText.hasPrefix("TAP version 14\n1..2\nok 1 - passes & <all> (plugin-tests.json, Envoy"),
            "\(tap)"
        )
        #expect(tap.outputText.contains("not ok 2 - fails \\#1"), "\(tap)")
        let quiet = try await run(Self.envoy, "--quiet")
        #expect(
            quiet.outputText.contains(/^envoy +\S+\nFAIL +fails #1\n(\s.*\n)+FAIL +1 of 2 cases failed\n$/),
            "\(quiet)"
        )
        let quietPass = try await run(Self.envoy, "--quiet", "--filter", "passes")
        #expect(quietPass.outputText == "ok       1 case passed\n", "\(quietPass)")
        let list = try await run("--list", "--filter", "fails")
        #expect(list.outputText == "fails #1\n", "\(list)")
        let filtered = try await run(Self.envoy, "--filter", "passes")
        #expect(filtered.status == 0, "\(filtered)")
        for (path, status) in [("gone/report.xml", 74), ("-", 64)] {
            let unwritable = try await run(Self.envoy, "--junit", path)
            #expect(unwritable.status == status, "\(unwritable)")
            #expect(unwritable.outputText.isEmpty, "before Envoy starts: \(unwritable)")
        }
        let full = try await run(Self.envoy, "--filter", "passes", "--junit", "/dev/full")
        #expect(full.outputText.contains("1 case passed"), "\(full)")
        #expect(full.status != 0 && full.errorText.contains("/dev/full"), "\(full)")
        let none = try await run("--filter", "nothing")
        #expect(none.status == 64, "\(none)")
    }

    private struct XMLDocumentText {
        let text: String
        init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }
    }

    @Test func `an image is tested as it will be deployed, from a layout, an archive and a registry`()
        async throws
    {
        try work.write(Modules.plugin, to: "plugin.wasm")
        let reference = "registry.example.com/a/b:v1"
        for arguments in [["build", "plugin.wasm", "-t", reference], ["copy", "plugin-oci", "x.tar"]] {
            let run = try await work.start(arguments).wait()
            #expect(run.status == 0, "\(run)")
        }
        let registry = try await ServeTests.start(work, "--layout", "plugin-oci", "--read-only")
        try tested.write(
            "{\"name\":\"no header\",\"request\":{},\"expect\":{\"status\":403}}",
            plugin: "gone.wasm"
        )
        for target in ["plugin-oci", "x.tar", "\(registry.address)/a/b:v1"] {
            let run = try await run(Self.envoy, "--plugin", target)
            #expect(run.status == 0, "\(run)")
        }
        registry.program.signal(SIGTERM)
        _ = try await registry.program.wait()
        try tested.expectNothingLeft()
        let gone = try await run(Self.envoy)
        #expect(gone.status == 66, "\(gone)")
        #expect(gone.errorText.contains("plugin-tests.json:1:11: plugin: no such file: gone.wasm"), "\(gone)")
    }

    @Test func `an image that needs a login is an error that says so`() async throws {
        let password = "s3cret-of-this-test"
        let registry = try await ServeTests.start(
            work,
            ["--username", "ci", "--password-stdin"],
            input: password
        )
        try tested.write("{\"name\":\"no header\",\"request\":{}}")
        let target = "\(registry.address)/a/b:v1"
        let test = try await run(Self.envoy, "--plugin", target)
        let run = try await work.start(["run", Self.envoy, target, "--request", "/"]).wait()
        for run in [test, run] {
            #expect(run.status == 77, "\(run)")
            #expect(run.errorText.contains("requires a login"), "\(run)")
            #expect(run.outputText.isEmpty, "\(run)")
        }
        registry.program.signal(SIGTERM)
        _ = try await registry.program.wait()
        try tested.expectNothingLeft()
    }

    @Test func `of 10,000 cases, those with a name are listed and run`() async throws {
        try await TrialPlugin.build(in: work)
        let cases = (1...10_000).map { "{\"name\":\"number \($0).\",\"request\":{\"path\":\"/\($0)\"}}" }
        try tested.write(cases.joined(separator: ","))
        let list = try await run("--list")
        #expect(list.status == 0, "\(list.errorText)")
        #expect(list.outputText.split(separator: "\n").count == 10_000)
        let last = try await run(Self.envoy, "--filter", "number 10000.")
        #expect(last.outputText.contains("ok       number 10000."), "\(last)")
        #expect(last.outputText.hasSuffix("ok       1 case passed\n"), "\(last)")
    }

    @Test func `the test file in YAML is read before the one in JSON`() async throws {
        try work.write(Modules.plugin, to: "plugin.wasm")
        try work.write(Array("not read".utf8), to: "plugin-tests.json")
        let yaml = """
            plugin: plugin.wasm
            cases:
              - name: no header
                request: {path: /a}
                expect: {status: 403, upstream: not called}
              - name: allowed
                request:
                  headers: {allow: true}
                expect: {status: 200}
            """
        try work.write(Array(yaml.utf8), to: "plugin-tests.yaml")
        let run = try await run(Self.envoy)
        #expect(run.status == 0 && run.outputText.hasSuffix("ok       2 cases passed\n"), "\(run)")
        try work.write(Array(yaml.replacing("403", with: "[]").utf8), to: "plugin-tests.yaml")
        let wrong = try await self.run(Self.envoy)
        #expect(wrong.status == 65, "\(wrong)")
        #expect(wrong.errorText.contains("plugin-tests.yaml:5:22: cases[0].expect.status: "), "\(wrong)")
    }

    @Test func `a run that cannot begin says so in the Test Anything Protocol`() async throws {
        try tested.write("{\"name\":\"any\",\"request\":{}}")
        try work.write(Modules.plugin, to: "plugin.wasm")
        let run = try await run("--envoy=./no-envoy", "--tap")
        #expect(run.status == 78, "\(run)")
        #expect(run.outputText.hasPrefix("TAP version 14\nBail out! Envoy not found: ./no-envoy"), "\(run)")
        #expect(run.errorText.contains("error[envoy-missing]"), "\(run)")
    }

    @Test func `a module or a program instead of a test file is an error with the right command`()
        async throws
    {
        try work.write(Modules.plugin, to: "plugin.wasm")
        let module = try await run("plugin.wasm")
        #expect(module.status == 65, "\(module)")
        #expect(module.errorText.contains("plugin.wasm is a module, not a test file"), "\(module)")
        #expect(module.errorText.contains("try: wasmpack test --plugin=plugin.wasm FILE"), "\(module)")
        let program = try await run("--envoy", "/bin/sh", "cases.json")
        #expect(program.errorText.contains("/bin/sh is a program, not a test file"), "\(program)")
        #expect(program.errorText.contains("try: wasmpack test --envoy=/bin/sh FILE"), "\(program)")
        try work.write(Array(#"{"cases":[{"name":"any","request":{}}]}"#.utf8), to: "none.json")
        let none = try await run("none.json", Self.envoy)
        #expect(none.errorText.contains("none.json:1:2: the file names no plugin"), "\(none)")
    }

    @Test("ends with everything when it is interrupted", arguments: [SIGINT, SIGTERM, SIGHUP, SIGKILL])
    func interruption(signal: Int32) async throws {
        try await TrialPlugin.build(in: work)
        try tested.write("{\"name\":\"loop\",\"timeout\":3600,\"request\":{\"path\":\"/loop\"}}")
        let temporary = tested.temporary.path
        let program = try tested.start([Self.envoy])
        // Only Envoy and its supervisor have such a command line.
        try await wait(for: "Envoy", within: .seconds(60)) {
            if program.hasEnded { throw PeerError(try await program.wait().description) }
            return try TestedPlugins.processes(mentioning: temporary).count >= 2
        }
        program.signal(signal)
        let run = try await program.wait()
        let expected = [SIGINT: Int32(130), SIGTERM: 143, SIGHUP: 129, SIGKILL: -SIGKILL]
        #expect(run.status == expected[signal], "\(run)")
        try await wait(for: "the end of Envoy", within: .seconds(60)) {
            try TestedPlugins.processes(mentioning: temporary).isEmpty
        }
        try await wait(for: "the removal of its files", within: .seconds(60)) {
            try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty
        }
    }

    @Test func `envoys lists what is found, with the releases of meshes`() async throws {
        try work.writeScript(
            "#!/bin/sh\necho 'envoy  version: 9e55/1.38.4/Clean/RELEASE/BoringSSL'\n",
            to: "home/.func-e/versions/1.38.4/bin/envoy"
        )
        try work.writeScript(
            "#!/bin/sh\necho 'envoy  version: 9e55/1.36.2/Clean/RELEASE/BoringSSL'\n",
            to: "home/.local/share/func-e/envoy-versions/1.36.2/bin/envoy"
        )
        try work.writeScript("#!/bin/sh\necho something else\n", to: "venv/bin/envoy")
        try work.writeScript(
            "#!/bin/sh\necho 'envoy  version: 9e55/1.40.0/Clean/RELEASE/BoringSSL'\n",
            to: "bin/envoy"
        )
        let environment = ["VIRTUAL_ENV": work.path("venv"), "WASMPACK_ENVOY": "bin/envoy"]
        let run = try await work.run("envoys", "--json", adding: environment)
        let document = try JSONSerialization.jsonObject(with: run.outputBytes) as? [String: Any]
        let envoys = document?["envoys"] as? [[String: Any]] ?? []
        #expect(
            envoys.map { $0["version"] as? String } == ["1.40.0", "1.40.0", "1.36.2", "1.38.4"],
            "\(run)"
        )
        #expect(envoys.last?["releases"] as? [String] == ["Istio 1.30", "Envoy Gateway 1.8"], "\(run)")
        #expect(envoys.last?["source"] as? String == "func-e")
        let none = try await work.run("envoys", adding: ["WASMPACK_ENVOY": "venv/bin/envoy"])
        #expect(none.status == 78, "\(none)")
        #expect(none.errorText.contains("$WASMPACK_ENVOY: venv/bin/envoy is not Envoy"), "\(none)")
        #expect(!none.errorText.contains("wasmpack check"), "\(none)")
    }

    @Test func `without a usable Envoy, the error says so`() async throws {
        try work.write(Modules.plugin, to: "plugin.wasm")
        try tested.write("{\"name\":\"a\",\"request\":{}}")
        let missing = try await run()
        #expect(missing.status == 78, "\(missing)")
        #expect(missing.errorText.contains("error[envoy-missing]: Envoy not found"), "\(missing)")
        try work.writeScript("#!/bin/sh\necho 'x/1.20.1/Clean/RELEASE/BoringSSL'\n", to: "old")
        let old = try await run("--envoy=./old")
        #expect(old.errorText.contains("Envoy 1.20.1 is too old: ./old"), "\(old)")
        try work.writeScript(
            "#!/bin/sh\n[ \"$1\" = --version ] && exec echo 'x/1.40.0/Clean/RELEASE/BoringSSL'\necho broken >&2\nexit 3\n",
            to: "broken"
        )
        let broken = try await run("--envoy=./broken")
        #expect(broken.status == 1, "\(broken)")
        #expect(broken.outputText.contains("load: expected accepted, got an Envoy that exited"), "\(broken)")
        try tested.expectNothingLeft()
    }

    @Test func `the JSON schema accepts the reference test file, and rejects mistakes`() async throws {
        let schema = Fixtures.path("../docs/reference/plugin-tests.schema.json")
        let reference = Fixtures.path("wasm/header-authorization/plugin-tests.json")
        let mistakes = [
            "{\"cases\":[]}", "{\"cases\":[{\"request\":{}}]}",
            "{\"cases\":[{\"name\":\"a\",\"expects\":{}}]}",
            "{\"cases\":[{\"name\":\"a\",\"request\":{},\"expect\":{\"status\":99}}]}",
            "{\"cases\":[{\"name\":\"a\",\"request\":{\"path\":\"x\"}}]}",
            "{\"cases\":[{\"name\":\"a\",\"request\":{},\"expect\":{\"body\":{\"jsno\":1}}}]}",
        ]
        for (number, text) in mistakes.enumerated() { try work.write(Array(text.utf8), to: "\(number).json") }
        let tool = Fixtures.path("../.venv/bin/jsonschema")
        let valid = try await work.other(tool, schema, "-i", reference)
        #expect(valid.status == 0, "\(valid)")
        for number in mistakes.indices {
            let run = try await work.other(tool, schema, "-i", "\(number).json")
            #expect(run.status == 1, "\(mistakes[number]): \(run)")
            let own = try await self.run("\(number).json", "--list")
            #expect(own.status == 65, "\(own)")
        }
    }
}

/// A start of which `wasmpack test` waits for the end as long as for a slow machine's.
@Suite(.long, .timed, .timeLimit(.minutes(5)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct EndlessStartLongTests {
    @Test func `a start that does not end fails its case, and the others still run`() async throws {
        let tested = try TestedPlugins()
        try await TrialPlugin.build(in: tested.work)
        try tested.write(
            """
            {"name":"first","request":{},"expect":{"status":200}},
            {"name":"loop","config":"loop","request":{}},
            {"name":"last","request":{},"expect":{"status":200}}
            """
        )
        try await tested.expectFailures([("loop", "did not respond within 24 s")], ["--case-timeout", "4"])
    }
}
