import Testing

@testable import YAML

/// The places of values, and what other readers make of them.
@Suite struct NodeTests {
    @Test func `tells the line, the column and the bytes of each value`() throws {
        let text = "\u{FEFF}# é\r\nkind: 'é'\r\nurl:   oci://é/a:v1  # v1\r\nlist:\r\n- {a: \"x\"}\r\n"
        let bytes = Array(text.utf8)
        let root = try YAMLReader.document(in: bytes)
        func written(_ node: Node?) -> String? {
            node.map { String(decoding: bytes[$0.range], as: UTF8.self) }
        }
        #expect(root.place == Node.Place(line: 2, column: 1))
        #expect(written(root["kind"]) == "'é'")
        #expect(root["url"]?.place == Node.Place(line: 3, column: 8))
        #expect(written(root["url"]) == "oci://é/a:v1")
        let item = try #require(root["list"]?.elements?.first)
        #expect(item.place == Node.Place(line: 5, column: 3))
        #expect(item["a"]?.place == Node.Place(line: 5, column: 7))
        #expect(written(item["a"]) == "\"x\"")
        #expect(root.members?.map(\.place.line) == [2, 3, 4])
    }

    @Test func `tells how a scalar is written`() throws {
        let root = try YAMLReader.document(in: Array("a: x\nb: 'x'\nc: |\n  x\nd: {}".utf8))
        #expect(root.members?.map(\.value.style) == [.plain, .quoted, .block, .collection])
    }

    static let readings: [(text: String, reading: String?)] = [
        ("yes", "a boolean"), ("No", "a boolean"), ("ON", "a boolean"), ("oFf", nil), ("y", "a boolean"),
        ("True", "a boolean"), ("NULL", "null"), ("017", "a number"), ("0x1F", "a number"),
        ("0b11", "a number"),
        ("0b12", nil), ("1_000", "a number"), ("_1", nil), ("+1", "a number"), (".5", "a number"),
        ("1.", "a number"),
        ("1.2.3", nil), (".", nil), ("-", nil), (".inf", "a number"), (".NaN", "a number"), ("1e3x", nil),
        ("01e3", "a number"),
        ("sha256", nil), ("'yes'", nil), ("v1", nil), ("0e", nil), ("'017'", nil),
    ]

    @Test("knows what a reader of YAML 1.1 makes of a string", arguments: readings)
    func reading(text: String, reading: String?) throws {
        #expect(try YAMLReader.document(in: Array(text.utf8)).otherReading == reading)
    }

    static let integers: [(text: String, integer: Int64?)] = [
        ("10", 10), ("+10", 10), ("-10", -10), ("010", 8), ("-010", -8), ("08", 8), ("0", 0), ("0x1F", 31),
        ("-0b11", -3), ("0o17", 15), ("1_000", 1000), ("1e3", 1000), ("1.0", 1), ("1.5", nil), (".inf", nil),
        ("1e999", nil), ("9223372036854775808", nil), ("'10'", nil), ("yes", nil), ("[1]", nil),
    ]

    @Test("reads an integer as a reader of YAML 1.1 does", arguments: integers)
    func integer(text: String, integer: Int64?) throws {
        #expect(try YAMLReader.document(in: Array(text.utf8)).integer == integer)
    }

    @Test func `a member that is null is absent`() throws {
        let root = try YAMLReader.document(in: Array("a: null\nb:\nc: \"\"".utf8))
        #expect(root["a"] == nil && root["b"] == nil && root["c"]?.string == "")
        #expect(root.members?.count == 3)
    }

    @Test func `finds members and elements`() throws {
        let root = try YAMLReader.document(in: Array("a: {b: [1, 2]}".utf8))
        #expect(root["a"]?["b"]?.elements?.count == 2)
        #expect(root["x"] == nil)
        #expect(root["a"]?.string == nil)
        #expect(root["a"]?["b"]?["c"] == nil)
        #expect(root.kind == "an object")
    }
}
