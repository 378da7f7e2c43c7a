import Diagnostics
import EnvoyRunner
import SystemPackage
import TestSupport
import Testing

@testable import PluginTesting

/// Test files: what is read, and how mistakes are reported.
@Suite struct TestFileTests {
    private func file(_ text: String) throws -> TestFile { try TestFile(Array(text.utf8), at: "dir/t.json") }

    private func failure(_ text: String) -> Failure? {
        do {
            _ = try file(text)
            return nil
        } catch {
            return error as? Failure
        }
    }

    @Test func `the test file of the reference plugin is read`() throws {
        let path = FilePath(Fixtures.path("wasm/header-authorization/plugin-tests.json"))
        let file = try TestFile(reading: path)
        #expect(file.plugin == "plugin.wasm")
        #expect(file.cases.count == 4)
        #expect(file.cases.map(\.steps.count) == [1, 1, 4, 0])
    }

    static let mistakes: [(text: String, message: String, hint: String?)] = [
        ("{\"cases\":[]}", "t.json:1:2: cases: a file has 1 to 10000 cases, not 0", nil),
        ("[]", "t.json: an object is expected, not a list", "write the list below \"cases\""),
        (
            "{\"cases\":[{\"name\":\"a\",\"request\":\"/foo\"}]}", "cases[0].request: an object is expected",
            "write \"request\": {\"path\": \"/foo\"}"
        ),
        (
            "{\"cases\":[{\"name\":\"a\",\"request\":{},\"expect\":403}]}",
            "cases[0].expect: an object is expected", "write \"expect\": {\"status\": 403}"
        ),
        (
            "{\"cases\":[{\"name\":\"a\",\"request\":{},\"status\":403}]}", "unknown key \"status\"",
            "move it below \"expect\""
        ),
        ("{}", "\"cases\" is missing", nil),
        (
            "{\"envoy\":1.30,\"cases\":[]}", "t.json:1:10: envoy: a version is a string",
            "write \"1.30\", with the quotation marks"
        ),
        ("{\"envoy\":[\"1.38\",1.40],\"cases\":[]}", "envoy[1]: a version is a string", nil),
        ("{\"case\":1}", "t.json:1:2: unknown key \"case\"", "write cases"),
        (
            "{\"cases\":[\n {\"name\":\"a\",\n  \"expects\":{}}]}",
            "t.json:3:3: cases[0]: unknown key \"expects\"", "write expect"
        ),
        ("{\"cases\":[{\"request\":{}}]}", "cases[0]: \"name\" is missing", nil),
        ("{\"cases\":[{\"name\":\"\",\"request\":{}}]}", "cases[0].name: the text is empty", nil),
        ("{\"cases\":[{\"name\":\"a\"}]}", "has neither request nor steps", nil),
        ("{\"cases\":[{\"name\":\"a\",\"request\":{},\"steps\":[]}]}", "cannot be used together", nil),
        (
            "{\"cases\":[{\"name\":\"a\",\"request\":{}},{\"name\":\"a\",\"request\":{}}]}",
            "cases[1]: a second case has the name \"a\"", nil
        ),
        (
            "{\"cases\":[{\"name\":\"a\",\"request\":{},\"expect\":{\"load\":\"rejected\"}}]}",
            "a rejected plugin gets no requests", nil
        ),
        (
            "{\"cases\":[{\"name\":\"a\",\"expect\":{\"load\":\"no\"}}]}",
            "cases[0].expect.load: \"no\" is not a valid value", nil
        ),
        (
            "{\"cases\":[{\"name\":\"a\",\"request\":{},\"upstream\":{\"status\":204,\"body\":\"x\"}}]}",
            "a response with the status 204 has no body", nil
        ),
        (expecting("{\"status\":99}"), "expect.status: a number from 100 to 599", nil),
        (
            expecting("{\"status\":\"4xx\"}"), "\"4xx\" is not a status",
            "for every 4xx: {regex: \"4[0-9][0-9]\"}"
        ),
        (expecting("{\"status\":[]}"), "a string is expected, not a list", nil),
        (expecting("{\"body\":{}}"), "expect.body: a matcher is expected", nil),
        (expecting("{\"body\":{\"regex\":\"(\"}}"), "expect.body.regex: the pattern is not valid", nil),
        (expecting("{\"body\":{\"base64\":\"%\"}}"), "not valid Base64", nil),
        (expecting("{\"body\":{\"file\":\"none\"}}"), "no such file", nil),
        (expecting("{\"headers\":{\"a b\":\"x\"}}"), "not a valid name of a header field", nil),
        (expecting("{\"headers\":{\"a\":{\"json\":1}}}"), "unknown key \"json\"", nil),
        (expecting("{\"upstream\":\"never\"}"), "\"not called\" or an object is expected", nil),
        (expecting("{\"log\":[{\"level\":\"trace\"}]}"), "is not a level", nil),
        (expecting("{\"log\":{\"not\":{\"not\":\"x\"}}}"), "not follows another not", nil),
        (requesting("{\"path\":\"x\"}"), "a path begins with /", "/x"),
        (requesting("{\"path\":\"/a b\"}"), "a path contains no blanks", "write a blank as %20, # as %23"),
        (requesting("{\"method\":\"G T\"}"), "is not a valid method", nil),
        (requesting("{\"headers\":{\"a\":\"x\\ny\"}}"), "contains a control character", nil),
        (requesting("{\"body\":\"ab\",\"chunks\":[3]}"), "the chunks are larger than the body", nil),
        (requesting("{\"body\":\"ab\",\"chunks\":[0]}"), "a number from 1", nil),
        (requesting("{\"body\":{\"json\":1,\"file\":\"x\"}}"), "one of json, base64 and file", nil),
        ("{\"cases\":[", "t.json is not valid JSON", nil),
        ("{\"cases\":[],\"cases\":[]}", "is not valid JSON", nil),
        ("{\"defaults\":{\"failStrategy\":\"FAIL\"},\"cases\":[]}", "is not a valid value", nil),
        ("{\"defaults\":{\"timeout\":0},\"cases\":[]}", "a number from 1 to 3600", nil),
        ("{\"defaults\":{\"env\":{\"\":\"x\"}},\"cases\":[]}", "is not a name of a variable", nil),
    ]

    private static func expecting(_ text: String) -> String {
        "{\"cases\":[{\"name\":\"a\",\"request\":{},\"expect\":\(text)}]}"
    }

    private static func requesting(_ text: String) -> String {
        "{\"cases\":[{\"name\":\"a\",\"request\":\(text)}]}"
    }

    @Test("a mistake is reported with its place and its path", arguments: mistakes)
    func mistake(text: String, message: String, hint: String?) {
        let failure = failure(text)
        #expect(failure?.code == .testFileInvalid)
        #expect(failure?.message.contains(message) == true, "\(String(describing: failure))")
        if let hint { #expect(failure?.hints.first == hint) }
    }

    @Test func `YAML and JSON have the same meaning`() throws {
        let yaml = """
            # The plugin is beside this file.
            plugin: plugin.wasm
            envoy: ["1.38", 1.40]
            defaults:
              config: {b: 1.50, a: [true, null, é]}
            cases:
              - name: rejected
                request: {path: /status/418, headers: {allow: no, x-n: 1}}
                expect:
                  status: 403
                  body: Forbidden
              - name: a text
                config: |
                  two
                  lines
                expect: {load: accepted}
            """
        let json = """
            {"plugin":"plugin.wasm","envoy":["1.38","1.40"],"defaults":{"config":{"a":[true,null,"é"],"b":1.50}},"cases":[
            {"name":"rejected","request":{"path":"/status/418","headers":{"allow":"no","x-n":"1"}},
             "expect":{"status":403,"body":"Forbidden"}},
            {"name":"a text","config":"two\\nlines\\n","expect":{"load":"accepted"}}]}
            """
        let own = try TestFile(Array(yaml.replacing("1.40]", with: "\"1.40\"]").utf8), at: "dir/t.yaml")
        let its = try file(json)
        #expect(own.plugin == its.plugin && own.envoys == its.envoys)
        #expect(own.pluginPlace == "dir/t.yaml:2:9")
        #expect(own.cases.map(\.name) == its.cases.map(\.name))
        #expect(own.cases.map(\.settings) == its.cases.map(\.settings))
        #expect(own.cases.map { $0.steps.map(\.request) } == its.cases.map { $0.steps.map(\.request) })
    }

    static let mistakesInYAML: [(text: String, message: String, why: String)] = [
        (
            "cases:\n  - name: a\n    expects: {}\n", "t.yaml:3:5: cases[0]: unknown key \"expects\"",
            "an unknown key"
        ),
        (
            "cases:\n  - name: a\n    request: []\n", "t.yaml:3:14: cases[0].request: an object",
            "another kind of value"
        ),
        ("envoy: 1.30\ncases: []\n", "t.yaml:1:8: envoy: a version is a string", "a number"),
        ("cases:\n  - &a 1\n", "t.yaml:2:5: not valid YAML", "an anchor"),
        ("cases: []\ncases: []\n", "t.yaml:2:1: not valid YAML", "a key twice"),
        ("cases: [\n", "not valid YAML", "an unfinished list"),
        ("cases: []\n---\ncases: []\n", "not valid YAML", "two documents"),
        ("", "t.yaml:1:1: not valid YAML", "an empty file"),
        ("plugin: {{ .Values.plugin }}\n", "not valid YAML", "a template"),
    ]

    @Test("a mistake in YAML is reported with its place", arguments: mistakesInYAML)
    func mistakeInYAML(text: String, message: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") {
            try TestFile(Array(text.utf8), at: "dir/t.yaml")
        }
        #expect(failure?.code == .testFileInvalid, "\(why)")
        #expect(failure?.message.contains(message) == true, "\(why): \(String(describing: failure))")
    }

    @Test func `a configuration that is text is passed verbatim, and JSON compact with sorted keys`() throws {
        let file = try file(
            """
            {"defaults":{"config":" {\\"b\\": 1} "},"cases":[{"name":"a","request":{}},
            {"name":"b","request":{},"config":{"b":1.50,"a":[true,null,"\\u00e9\\n"]}},
            {"name":"c","request":{},"config":null}]}
            """
        )
        #expect(
            file.cases.map(\.settings.configuration)
                == [" {\"b\": 1} ", "{\"a\":[true,null,\"é\\n\"],\"b\":1.50}", nil]
        )
    }

    @Test func `10,000 cases are read, and 10,001 are not`() throws {
        func text(_ count: Int) -> String {
            let cases = (0..<count).map { "{\"name\":\"\($0)\",\"request\":{}}" }
            return "{\"cases\":[\(cases.joined(separator: ","))]}"
        }
        #expect(try file(text(10_000)).cases.count == 10_000)
        #expect(failure(text(10_001))?.message.contains("1 to 10000 cases") == true)
    }
}
