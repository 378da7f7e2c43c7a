import Diagnostics
import Testing

@testable import Registry

@Suite struct OrderedJSONTests {
    private func parse(_ text: String) throws(Failure) -> OrderedJSON {
        try OrderedJSON(parsing: Array(text.utf8), as: "config.json", failing: .configurationInvalid)
    }

    private func text(_ value: OrderedJSON) -> String { String(decoding: value.bytes, as: UTF8.self) }

    @Test func `keeps the order, numbers and text of unchanged members`() throws {
        var document = try parse(
            #"{"z":1.50,"a":{"y":12345678901234567890123,"b":[1e400,-0,[],{}]},"\u0061\/b":"\u00e9\n","n":null,"t":true}"#
        )
        try document.set("n", to: OrderedJSON("a \"b\" / c"))
        try document.set("new", to: .object([]))
        #expect(
            text(document) == """
                {
                \t"z": 1.50,
                \t"a": {
                \t\t"y": 12345678901234567890123,
                \t\t"b": [
                \t\t\t1e400,
                \t\t\t-0,
                \t\t\t[],
                \t\t\t{}
                \t\t]
                \t},
                \t"\\u0061\\/b": "\\u00e9\\n",
                \t"n": "a \\"b\\" / c",
                \t"t": true,
                \t"new": {}
                }

                """
        )
        // The written document is read back unchanged.
        #expect(try parse(text(document)) == document)
    }

    @Test func `finds a member by its decoded name`() throws {
        var document = try parse(#" { "\u0061\/b" : "\u00e9" , "a" : 1 } "#)
        #expect(document["a/b"]?.string == "é")
        try document.set("a/b", to: OrderedJSON("x"))
        #expect(document.members.count == 2)
        #expect(text(document).contains(#""\u0061\/b": "x""#))
        document.remove(["a/b", "not there"])
        #expect(document.members.map(\.name) == ["a"])
        #expect(document["a"]?.string == nil)
        #expect(document["a/b"] == nil)
    }

    @Test func `parses strings with braces, commas and quotes`() throws {
        let document = try parse(#"{"a":"}],:{[\"\\","b":["]"],"":{"c":"\\"}}"#)
        #expect(document["a"]?.string == #"}],:{["\"#)
        #expect(document["b"] == .array([.scalar(#""]""#)]))
        #expect(document[""]?["c"]?.string == #"\"#)
        #expect(try parse(text(document)) == document)
    }

    static let malformed: [(text: String, why: String)] = [
        ("", "nothing"), ("{", "ends early"), (#"{"a":1,"a":2}"#, "a name twice"), ("{} {}", "two values"),
        (#"{"a":1,}"#, "a comma too many"), (#"{'a':1}"#, "other quotes"), (#"{"a":tru}"#, "no value"),
        (String(repeating: "[", count: 65) + String(repeating: "]", count: 65), "too deep"),
        ("// c\n{}", "a comment"), ("\u{FEFF}{}", "a mark of the byte order"),
    ]

    @Test("rejects invalid JSON", arguments: malformed)
    func rejection(text: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try parse(text) }
        #expect(failure?.code == .configurationInvalid)
        #expect(failure?.message.contains("config.json") == true)
    }

    @Test("accepts a single value as a document", arguments: ["1", #""a""#, "null", "[]", "[[1],[2]]"])
    func lone(text: String) throws {
        #expect(try parse(self.text(parse(text))) == parse(text))
    }
}
