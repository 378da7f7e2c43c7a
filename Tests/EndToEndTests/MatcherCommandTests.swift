import Foundation
import TestSupport
import Testing

/// Every operator of a test file in a real Envoy, on everything that it can be applied to.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct MatcherCommandTests {
    /// An operator of matchers, with an operand that a text meets and one that it does not.
    private struct Operator: Sendable {
        let name: String
        let met: @Sendable (String) -> String
        let unmet: @Sendable (String) -> String
    }

    private static let ofTexts = [
        Operator(name: "equals", met: quoted, unmet: { quoted($0 + "z") }),
        Operator(name: "contains", met: { quoted(String($0.dropFirst().dropLast())) }, unmet: none),
        Operator(name: "prefix", met: { quoted(String($0.prefix(2))) }, unmet: none),
        Operator(name: "suffix", met: { quoted(String($0.suffix(2))) }, unmet: none),
        Operator(
            name: "regex",
            met: { quoted(".{\($0.utf8.count)}") },
            unmet: { quoted(".{\($0.utf8.count - 1)}") }
        ),
        Operator(name: "not", met: none, unmet: quoted),
    ]
    private static let ofPresence = ["absent", "present"]
    private static let ofBodies = ["json", "base64", "file"]

    @Sendable private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    @Sendable private static func none(_ text: String) -> String { quoted("zzz") }

    /// A case, and the subjects that differ; empty for a case that passes.
    private struct Row {
        let name: String
        let text: String
        let subjects: [String]
    }

    private static let (response, request) = (#"{"a":1}"#, #"{"b":[2]}"#)
    private static let line = "the request is logged"

    private static func row(_ name: String, bodies: Bool = true, expect: String, _ subjects: [String]) -> Row
    {
        let request = bodies ? #","body":\#(quoted(request))"# : ""
        let body = bodies ? #","body":\#(quoted(response))"# : ""
        return Row(
            name: name,
            text: """
                {"name":"\(name)","request":{"method":"POST","path":"/path?q","headers":{"x-b":"gamma"}\(request)},
                 "upstream":{"status":201,"headers":{"x-a":"alpha beta"}\(body)},"expect":\(expect)}
                """,
            subjects: subjects
        )
    }

    private static func rows(_ operation: Operator) -> [Row] {
        func expect(_ operand: (String) -> String) -> String {
            func matcher(_ text: String) -> String { "{\"\(operation.name)\":\(operand(text))}" }
            return """
                {"status":\(matcher("201")),"headers":{"x-a":\(matcher("alpha beta"))},"body":\(matcher(response)),
                 "upstream":{"method":\(matcher("POST")),"path":\(matcher("/path?q")),
                             "headers":{"x-b":\(matcher("gamma"))},"body":\(matcher(request))}}
                """
        }
        let all = [
            "status", "headers.x-a", "body", "upstream.method", "upstream.path", "upstream.headers.x-b",
            "upstream.body",
        ]
        return [
            row("\(operation.name) is met", expect: expect(operation.met), []),
            row("\(operation.name) is not met", expect: expect(operation.unmet), all),
        ]
    }

    private static func rows(ofPresence name: String) -> [Row] {
        func expect(_ header: String, _ field: String) -> String {
            #"{"headers":{"\#(header)":{"\#(name)":true}},"body":{"\#(name)":true},"#
                + #""upstream":{"headers":{"\#(field)":{"\#(name)":true}},"body":{"\#(name)":true}}}"#
        }
        let there = expect("x-a", "x-b")
        let gone = expect("x-none", "x-none")
        let isPresence = name == "present"
        func subjects(_ header: String, _ field: String) -> [String] {
            ["headers.\(header)", "body", "upstream.headers.\(field)", "upstream.body"]
        }
        return [
            row("\(name) with fields and bodies", expect: there, isPresence ? [] : subjects("x-a", "x-b")),
            row(
                "\(name) without them",
                bodies: false,
                expect: gone,
                isPresence ? subjects("x-none", "x-none") : []
            ),
        ]
    }

    private static func rows(ofBodies name: String) -> [Row] {
        func operand(_ text: String, _ file: String) -> String {
            switch name {
            case "json": text.replacing("1", with: "1.0")
            case "base64": quoted(Data(text.utf8).base64EncodedString())
            default: quoted(file)
            }
        }
        func expect(_ body: String, _ upstream: String) -> String {
            #"{"body":{"\#(name)":\#(body)},"upstream":{"body":{"\#(name)":\#(upstream)}}}"#
        }
        let met = expect(operand(response, "response.json"), operand(request, "request.json"))
        let unmet = expect(operand(request, "request.json"), operand(response, "response.json"))
        return [
            row("\(name) is met", expect: met, []),
            row("\(name) is not met", expect: unmet, ["body", "upstream.body"]),
        ]
    }

    /// All conditions on the log in one case each: a line that does not come is waited for.
    private static func rowsOfLog() -> [Row] {
        func expect(_ operand: (Operator) -> (String) -> String, _ level: String) -> String {
            let list = ofTexts.map { "{\"\($0.name)\":\(operand($0)(line))}" }
            return "{\"log\":[\((list + ["{\"level\":\"\(level)\"}"]).joined(separator: ","))]}"
        }
        return [
            row("the log meets", expect: expect(\.met, "info"), []),
            row(
                "the log does not meet",
                expect: expect(\.unmet, "error"),
                Array(repeating: "log", count: ofTexts.count + 1)
            ),
        ]
    }

    private static var all: [Row] {
        ofTexts.flatMap(rows) + ofPresence.flatMap(rows(ofPresence:)) + ofBodies.flatMap(rows(ofBodies:))
            + rowsOfLog()
    }

    @Test func `every operator has a case that passes and one that fails, on every subject`() async throws {
        let tested = try TestedPlugins()
        try await TrialPlugin.build(in: tested.work)
        try tested.work.write(Array(Self.response.utf8), to: "response.json")
        try tested.work.write(Array(Self.request.utf8), to: "request.json")
        try tested.write(Self.all.map(\.text).joined(separator: ",\n"))
        let run = try await tested.start(["--envoy=\(Envoy.program)", "--json"]).wait()
        #expect(run.status == 1, "\(run)")
        let document = try JSONSerialization.jsonObject(with: run.outputBytes) as? [String: Any]
        let suites = document?["suites"] as? [[String: Any]]
        let cases = try #require(suites?.first?["cases"] as? [[String: Any]], "\(run)")
        try #require(cases.count == Self.all.count)
        for (row, found) in zip(Self.all, cases) {
            let differences = found["differences"] as? [[String: Any]] ?? []
            #expect(found["name"] as? String == row.name)
            #expect(differences.map { $0["subject"] as? String } == row.subjects, "\(row.name): \(found)")
            #expect(found["ok"] as? Bool == row.subjects.isEmpty, "\(row.name)")
        }
        try tested.expectNothingLeft()
    }
}

/// Bodies and patterns at their limits.
@Suite(.long, .timed, .timeLimit(.minutes(10)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct LargeBodyLongTests {
    @Test func `64 MiB pass in both directions, and a pattern that explodes over them is given up`()
        async throws
    {
        let tested = try TestedPlugins()
        try await TrialPlugin.build(in: tested.work)
        let size = 64 << 20
        try tested.work.write(repeatElement(UInt8(ascii: "a"), count: size), to: "large")
        func testCase(_ name: String, expecting body: String) -> String {
            """
            {"name":"\(name)","timeout":300,"request":{"method":"POST","body":{"file":"large"}},
             "upstream":{"body":{"file":"large"}},"expect":{"status":200,"body":\(body),"upstream":{"body":{"file":"large"}}}}
            """
        }
        try tested.write(
            [
                testCase("the whole", expecting: #"{"file":"large"}"#),
                testCase("a pattern", expecting: #"{"regex":"(a|aa|a*)+b"}"#),
            ]
            .joined(separator: ",")
        )
        try await tested.expectFailures([("a pattern", "the pattern takes too long to decide")])
        let run = try await tested.work.start(
            [
                "run", "--envoy=\(Envoy.program)", "plugin.wasm", "--request", "POST /", "--body", "@large",
                "--respond", "200:ok",
            ],
            adding: ["TMPDIR": tested.temporary.path]
        )
        .wait()
        #expect(run.status == 0 && run.outputText.hasSuffix("\nok"), "\(run)")
        try tested.work.write(repeatElement(UInt8(ascii: "a"), count: size + 1), to: "large")
        let larger = try await tested.start(["--envoy=\(Envoy.program)"]).wait()
        #expect(larger.status == 65, "\(larger)")
        #expect(larger.errorText.contains("body.file: ./large is larger than 67108864 bytes"), "\(larger)")
        try tested.expectNothingLeft()
    }
}
