import Diagnostics
import Testing

@testable import YAML

/// What is read as YAML, and as which values.
@Suite struct YAMLReaderTests {
    static let values: [(text: String, json: String, why: String)] = [
        ("a: 1", #"{"a":1}"#, "a number"),
        ("a: -0.5e+10", #"{"a":-0.5e+10}"#, "a number keeps its text"),
        ("a: 123456789012345678901234567890", #"{"a":123456789012345678901234567890}"#, "of any size"),
        ("a: 01", #"{"a":"01"}"#, "no number of JSON"),
        ("a: 0x1F", #"{"a":"0x1F"}"#, "no number of JSON"),
        ("a: .5", #"{"a":".5"}"#, "no number of JSON"),
        ("a: -x", #"{"a":"-x"}"#, "a dash before a letter"),
        ("a: 1e", #"{"a":"1e"}"#, "an exponent without digits"),
        ("a: true\nb: false", #"{"a":true,"b":false}"#, "booleans of JSON"),
        ("a: yes\nb: no\nc: on\nd: off", #"{"a":"yes","b":"no","c":"on","d":"off"}"#, "booleans of YAML 1.1"),
        ("a: True", #"{"a":"True"}"#, "no boolean of JSON"),
        ("a:\nb: ~\nc: null", #"{"a":null,"b":null,"c":null}"#, "null"),
        (#"a: "null""#, #"{"a":"null"}"#, "quotes make a string"),
        ("a: 'it''s'", #"{"a":"it's"}"#, "single quotes"),
        (#"a: "\x41\u00e9\n""#, #"{"a":"Aé\u000a"}"#, "escapes"),
        ("a: |\n  x\n   y\n", #"{"a":"x\u000a y\u000a"}"#, "a literal block"),
        ("a: >-\n  x\n  y\n", #"{"a":"x y"}"#, "a folded block"),
        ("- a\n- - b\n  - c", #"["a",["b","c"]]"#, "lists in lists"),
        ("{a: [1, x], 'b c': {}}", #"{"a":[1,"x"],"b c":{}}"#, "flow style"),
        (#"{"a": "b", "c": [true, null]}"#, #"{"a":"b","c":[true,null]}"#, "JSON"),
        ("{\n\t\"a\":\t1\n}", #"{"a":1}"#, "JSON that is indented with tabs"),
        ("1: x\ntrue: y", #"{"1":"x","true":"y"}"#, "keys are texts"),
        ("oci://r.io:5000/a:v1", #""oci://r.io:5000/a:v1""#, "colons without a space"),
        ("%YAML 1.2\n---\na: 1\n...\n", #"{"a":1}"#, "a directive"),
        ("a: 1 # x\n# y\n", #"{"a":1}"#, "comments"),
    ]

    @Test("reads values as JSON", arguments: values)
    func reading(text: String, json: String, why: String) throws {
        #expect(try YAMLReader.document(in: Array(text.utf8)).json == json, "\(why)")
        let windows = text.replacing("\n", with: "\r\n")
        #expect(try YAMLReader.document(in: [0xEF, 0xBB, 0xBF] + windows.utf8).json == json, "CRLF: \(why)")
    }

    @Test func `reads several documents, and empty ones as null`() throws {
        let documents = try YAMLReader.documents(in: Array("a: 1\n---\n# none\n---\nb\n...\n---\n".utf8))
        #expect(documents.map(\.json) == [#"{"a":1}"#, "null", #""b""#, "null"])
        #expect(try YAMLReader.documents(in: []).isEmpty)
        #expect(try YAMLReader.documents(in: Array("# only a comment\n".utf8)).isEmpty)
    }

    static let rejected: [(text: String, kind: YAMLError.Kind, line: Int, column: Int, phrase: String)] = [
        ("a: &x 1\nb: *x", .anchor, 1, 4, "an anchor (&) is not supported"),
        ("a: *x", .anchor, 1, 4, "an alias (*)"),
        ("a: !!str 1", .tag, 1, 4, "a tag is not supported: tag:yaml.org,2002:str"),
        ("a: ! 1", .tag, 1, 4, "a tag"),
        ("a:\n  <<: {}", .mergeKey, 2, 3, "a merge key (<<)"),
        ("a: 1\nb: 2\na: 3", .duplicateKey, 3, 1, "a key is a duplicate of that in line 1: \"a\""),
        ("{a: 1, \"\\x61\": 2}", .duplicateKey, 1, 8, "a duplicate"),
        ("? [a]\n: b", .complexKey, 1, 3, "a key is a list or an object"),
        ("a:\n\tb: 1", .syntax, 2, 1, "a tab is not allowed as indentation"),
        ("a: @x", .syntax, 1, 4, "put it in quotes"),
        ("a: b: c", .syntax, 1, 5, "its value needs quotes"),
        ("a: \"b", .syntax, 1, 6, "a quote is not closed"),
        ("a: [1, 2", .syntax, 2, 1, "is expected"),
        ("a: 1\n b: 2", .syntax, 2, 3, "indented wrongly"),
        ("a: \"\\ud800\"", .syntax, 1, 7, "escape"),
        ("é: {{ .Values.x }}", .template, 1, 4, "a template of Helm"),
        ("a: 1\n{{- if .x }}\nb: 2\n{{- end }}", .template, 2, 1, "a template of Helm"),
        ("a: \"{{ x }}\"\nb: [", .syntax, 3, 1, "is expected"),
        ("a: 1 # {{ x }}\na: 2", .duplicateKey, 2, 1, "a duplicate"),
        ("a: b\u{0}", .encoding, 1, 5, "binary"),
        ("a: \u{7}", .encoding, 1, 4, "a control character"),
    ]

    @Test("rejects a text with the place and the reason", arguments: rejected)
    func rejection(text: String, kind: YAMLError.Kind, line: Int, column: Int, phrase: String) {
        let error = #expect(throws: YAMLError.self) { try YAMLReader.documents(in: Array(text.utf8)) }
        #expect(error?.kind == kind, "\(error as Any)")
        #expect(error?.place == Node.Place(line: line, column: column), "\(error as Any)")
        #expect(error?.message.contains(phrase) == true, "\(error as Any)")
    }

    static let encodings: [(bytes: [UInt8], phrase: String)] = [
        ([0xFF, 0xFE] + Array("a\u{0}:\u{0}".utf8), "UTF-16"),
        ([0xFE, 0xFF] + Array("\u{0}a\u{0}:".utf8), "UTF-16"),
        (Array("a\u{0}:\u{0}\n\u{0}".utf8), "UTF-16"),
        (Array("a: ".utf8) + [0xFF], "not UTF-8"),
        ([0x7F] + Array("ELF".utf8) + [2, 1, 1, 0], "binary"),
    ]

    @Test("names an encoding that is not UTF-8", arguments: encodings)
    func encoding(bytes: [UInt8], phrase: String) {
        let error = #expect(throws: YAMLError.self) { try YAMLReader.documents(in: bytes) }
        #expect(error?.kind == .encoding)
        #expect(error?.message.contains(phrase) == true, "\(error as Any)")
    }

    @Test func `quotes nothing for documents with secrets`() {
        let error = #expect(throws: YAMLError.self) {
            try YAMLReader.documents(in: Array("hush: 1\nhush: 2".utf8))
        }
        #expect(error?.withoutQuotation.hasPrefix("a key is a duplicate of that in line ") == true)
    }

    static let bombs: [(name: String, text: String, phrase: String)] = [
        ("depth in flow style", String(repeating: "[", count: 100_000), "nested deeper than 64"),
        ("depth in block style", String(repeating: "- ", count: 500) + "a", "nested deeper than 64"),
        ("documents", String(repeating: "---\n", count: 100_000), "more than 10000 documents"),
        ("values", "[" + String(repeating: "a,", count: 600_000) + "]", "more than 500000 values"),
        ("size", String(repeating: "# comment\n", count: 1_800_000), "larger than 16 MiB"),
    ]

    @Test("stops at a limit", arguments: bombs.map(\.name))
    func limit(name: String) throws {
        let bomb = try #require(Self.bombs.first { $0.name == name })
        let error = #expect(throws: YAMLError.self) { try YAMLReader.documents(in: Array(bomb.text.utf8)) }
        #expect(error?.kind == .limit)
        #expect(error?.message.contains(bomb.phrase) == true, "\(error as Any)")
    }

    @Test func `reads one document, and says how many there are`() throws {
        #expect(try YAMLReader.document(in: Array("a".utf8)).string == "a")
        for (text, phrase) in [("", "it is empty"), ("a\n---\nb\n", "it has 2 documents")] {
            let error = #expect(throws: YAMLError.self) { try YAMLReader.document(in: Array(text.utf8)) }
            #expect(error?.message.contains(phrase) == true)
        }
    }
}
