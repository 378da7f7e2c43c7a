import EnvoyRunner
import SystemPackage
import TestSupport
import Testing

@testable import PluginTesting

/// Every operator with a value that meets it and one that does not.
@Suite struct ExpectationTests {
    private static let seen = Observation(
        response: ProxyResponse(
            status: 403,
            headers: [("X-A", "one"), ("x-a", "two"), ("server", "envoy")],
            body: Array("{\"a\": [1, 2.0]}".utf8)
        ),
        upstream: [
            UpstreamRequest(method: "POST", path: "/p?q=1", headers: [("x", "y")], body: Array("ab".utf8))
        ],
        log: [
            EnvoyLogLine(level: "warn", plugin: "p", message: "limit reached\nfor x"),
            EnvoyLogLine(level: "info", plugin: "p", message: "started"),
        ],
        crash: nil
    )

    static let rows: [(expect: String, subject: String?, why: String)] = [
        ("{\"status\":403}", nil, "a number"), ("{\"status\":404}", "status", "another number"),
        ("{\"status\":{\"regex\":\"4..\"}}", nil, "a pattern"),
        ("{\"status\":{\"regex\":\"5..\"}}", "status", "another pattern"),
        ("{\"status\":{\"not\":200}}", nil, "not"), ("{\"status\":{\"not\":403}}", "status", "not this"),
        ("{\"headers\":{\"x-a\":\"two\"}}", nil, "one of the values"),
        ("{\"headers\":{\"X-a\":\"three\"}}", "headers.X-a", "none of the values"),
        ("{\"headers\":{\"x-a\":[\"one\",\"two\"]}}", nil, "the values in order"),
        ("{\"headers\":{\"x-a\":[\"two\",\"one\"]}}", "headers.x-a", "the other order"),
        ("{\"headers\":{\"x-a\":[\"one\"]}}", "headers.x-a", "one value too few"),
        ("{\"headers\":{\"x-b\":{\"absent\":true}}}", nil, "absent"),
        ("{\"headers\":{\"x-a\":{\"absent\":true}}}", "headers.x-a", "not absent"),
        ("{\"headers\":{\"x-a\":{\"present\":true}}}", nil, "present"),
        ("{\"headers\":{\"x-b\":{\"present\":true}}}", "headers.x-b", "not present"),
        ("{\"headers\":{\"x-a\":{\"not\":{\"contains\":\"z\"}}}}", nil, "none contains it"),
        ("{\"headers\":{\"x-a\":{\"not\":{\"contains\":\"w\"}}}}", "headers.x-a", "one contains it"),
        ("{\"headers\":{\"x-a\":{\"prefix\":\"t\",\"suffix\":\"o\"}}}", nil, "two operators"),
        ("{\"headers\":{\"x-a\":{\"prefix\":\"t\",\"suffix\":\"e\"}}}", "headers.x-a", "in no single value"),
        ("{\"body\":{\"contains\":\"[1\"}}", nil, "contains"),
        ("{\"body\":{\"contains\":\"[2\"}}", "body", "contains"),
        ("{\"body\":{\"prefix\":\"{\"}}", nil, "prefix"), ("{\"body\":{\"prefix\":\"[\"}}", "body", "prefix"),
        ("{\"body\":{\"suffix\":\"}\"}}", nil, "suffix"), ("{\"body\":{\"suffix\":\"]\"}}", "body", "suffix"),
        ("{\"body\":{\"json\":{\"a\":[1.0,2]}}}", nil, "numbers are compared by value"),
        ("{\"body\":{\"json\":{\"a\":[1,3]}}}", "body", "another value"),
        ("{\"body\":{\"json\":{\"a\":[1,2],\"b\":null}}}", "body", "a missing member"),
        ("{\"body\":{\"base64\":\"eyJhIjogWzEsIDIuMF19\"}}", nil, "the same bytes"),
        ("{\"body\":{\"base64\":\"eyJhIjogWzEsIDIuMF0=\"}}", "body", "a byte less"),
        ("{\"body\":{\"file\":\"expected.json\"}}", nil, "a file"),
        ("{\"body\":{\"file\":\"other.json\"}}", "body", "another file"),
        ("{\"body\":{\"present\":true}}", nil, "a body"), ("{\"body\":{\"absent\":true}}", "body", "no body"),
        ("{\"upstream\":\"not called\"}", "upstream", "it was called"),
        (
            "{\"upstream\":{\"method\":\"POST\",\"path\":{\"suffix\":\"q=1\"},\"headers\":{\"x\":\"y\"},\"body\":\"ab\"}}",
            nil, "the request"
        ),
        ("{\"upstream\":{\"method\":\"GET\"}}", "upstream.method", "another method"),
        ("{\"upstream\":{\"path\":\"/\"}}", "upstream.path", "another path"),
        ("{\"upstream\":{\"headers\":{\"x\":{\"absent\":true}}}}", "upstream.headers.x", "a field"),
        ("{\"upstream\":{\"body\":\"a\"}}", "upstream.body", "another body"),
        ("{\"log\":\"started\"}", nil, "a line"), ("{\"log\":\"start\"}", "log", "a part of a line"),
        ("{\"log\":[{\"level\":\"warn\"},{\"contains\":\"limit\"}]}", nil, "a level, and a text"),
        ("{\"log\":[{\"level\":\"error\"}]}", "log", "another level"),
        ("{\"log\":[{\"level\":\"info\",\"contains\":\"limit\"}]}", "log", "the text at another level"),
        ("{\"log\":[{\"not\":{\"contains\":\"panic\"}}]}", nil, "no such line"),
        ("{\"log\":[{\"not\":{\"contains\":\"limit\"}}]}", "log", "such a line"),
        ("{\"log\":[{\"regex\":\"(?s)limit.*x\"}]}", nil, "a pattern over a line end"),
        ("{\"crash\":true}", "crash", "no crash"), ("{\"crash\":false}", nil, "no crash expected"),
    ]

    @Test("each operator accepts what it should, and rejects the rest", arguments: rows)
    func row(expect: String, subject: String?, why: String) throws {
        let scratch = try ScratchDirectory()
        try scratch.write(Array("{\"a\": [1, 2.0]}".utf8), to: "expected.json")
        try scratch.write([1, 2], to: "other.json")
        let text = "{\"cases\":[{\"name\":\"a\",\"request\":{},\"expect\":\(expect)}]}"
        let file = try TestFile(Array(text.utf8), at: scratch.appending("t.json"))
        let expectation = try #require(file.cases.first?.steps.first?.expectation)
        let differences = expectation.differences(from: Self.seen)
        #expect(differences.map(\.subject) == (subject.map { [$0] } ?? []), "\(why): \(differences)")
    }

    @Test(
        "an empty body is no body, also within other operators",
        arguments: [
            (Matcher.present, false), (.absent, true), (.not(.present), true), (.not(.not(.present)), false),
            (.all([.present, .not(.contains("x"))]), false), (.all([.absent, .equals("")]), true),
            (.equals(""), true), (.not(.equals("")), false),
        ]
    )
    func emptyBody(matcher: Matcher, isMet: Bool) {
        #expect(Expectation.difference(matcher, [], "body").isEmpty == isMet)
    }

    @Test func `two long texts are reported with the place where they differ`() throws {
        let long = String(repeating: "a", count: 500)
        let matcher = Matcher.equals(long + "b" + long)
        let detail = try #require(matcher.detail(of: Array((long + "c" + long).utf8)))
        #expect(detail.contains("from byte 500 on"), "\(detail)")
    }
}
