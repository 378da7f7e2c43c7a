import Diagnostics
import OCI
import Testing

@Suite struct CanonicalJSONTests {
    @Test func `writes sorted keys, unescaped slashes and no white space`() throws {
        let value = ["b": "x/y", "a": "ü\n\"", "B": "", "a10": "1", "a2": "2", "a/b": "3"]
        #expect(
            try String(decoding: CanonicalJSON.encode(value), as: UTF8.self)
                == #"{"B":"","a":"ü\n\"","a/b":"3","a10":"1","a2":"2","b":"x/y"}"#
        )
    }

    @Test func `equal values always have equal bytes`() throws {
        let annotations = Dictionary(uniqueKeysWithValues: (0..<50).map { ("key-\($0)", "value/\($0)") })
        let first = try CanonicalJSON.encode(annotations)
        for _ in 0..<100 {
            let reordered = Dictionary(uniqueKeysWithValues: annotations.shuffled())
            #expect(try CanonicalJSON.encode(reordered) == first)
        }
    }

    @Test func `reports a value that JSON cannot hold as an internal error`() {
        let failure = #expect(throws: Failure.self) { try CanonicalJSON.encode([Double.nan]) }
        #expect(failure?.code == .internalError)
        #expect(failure?.message == "a document cannot be written as JSON")
    }

    struct Document: Codable, Equatable {
        struct Part: Codable, Equatable {
            let size: Int
        }

        let name: String
        let parts: [Part]
        let labels: [String: String]?
        let digest: Digest?
    }

    @Test func `a canceled task stops before the decoder, which cannot be interrupted`() async {
        let text = Array(("[" + String(repeating: "1,", count: 10_000) + "1]").utf8)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return #expect(throws: Failure.self) {
                try CanonicalJSON.decode(JSONValue.self, from: text, as: "document", failing: .layoutCorrupt)
            }?.code
        }
        #expect(await task.value == .interrupted)
    }

    static let largeNumbers: [(text: String, place: String)] = [
        ("{\"a\":[1,1e400]}", "\"a[1]\" exceeds a 64-bit float"), ("-1e999", "the document exceeds"),
    ]

    @Test("names a number that no value of this program holds", arguments: largeNumbers)
    func largeNumber(text: String, place: String) {
        let failure = #expect(throws: Failure.self) {
            try CanonicalJSON.decode(
                JSONValue.self,
                from: Array(text.utf8),
                as: "index",
                failing: .layoutCorrupt
            )
        }
        #expect(
            failure?.why?.contains("a number is too large: \(place)") == true,
            "\(String(describing: failure))"
        )
    }

    static let rejected: [(text: String, why: String)] = [
        (#"{"parts":[]}"#, #"the document has no "name""#),
        (#"{"name":"a","parts":[{"size":1},{}]}"#, #""parts[1]" has no "size""#),
        (#"{"name":1,"parts":[]}"#, #""name" has the wrong type"#),
        (#"{"name":null,"parts":[]}"#, #""name" is null"#),
        (#"{"name":"a","parts":{}}"#, #""parts" has the wrong type"#),
        (#"{"name":"a","parts":[{"size":"1"}]}"#, #""parts[0].size" has the wrong type"#),
        (#"{"name":"a","parts":[{"size":18446744073709551616}]}"#, "a number is too large"),
        (#"{"name":"a","parts":[{"size":1.5}]}"#, "a number is too large or not an integer"),
        (#"{"name":"a","parts":[],"labels":{"a.b":1}}"#, #""labels.a.b" has the wrong type"#),
        (#"[]"#, "the document has the wrong type"),
        (#"1"#, "the document has the wrong type"),
        (#"{"name":"a","name":"b","parts":[]}"#, #"the key "name" is a duplicate, at line 1, column 13"#),
        (#"{"name":"a","parts":[],"digest":"sha256:x"}"#, #"invalid digest format: "sha256:x""#),
        ("", "it ends too early, at line 1, column 1: the end of the text"),
        ("{}\n }", #"unexpected text after the value, at line 2, column 2: "}""#),
        ("{\"é\":\n\"ü\u{1}\"}", "a string contains a control character, at line 2, column 4"),
        ("{\n  \"a\": 1,\n}", #"a key is expected, at line 3, column 1: "}""#),
        ("\u{FEFF}{}", "it begins with a byte order mark"),
        ("eyJuYW1lIjoiYSIsInBhcnRzIjpbXX0=\n", "it is base64 of JSON"),
        ("<!DOCTYPE html>", "it is XML or a web page"),
        ("{\0}\0", "it is UTF-16"),
    ]

    @Test("describes an error in terms of the document", arguments: rejected)
    func rejection(text: String, why: String) {
        let failure = #expect(throws: Failure.self) {
            try CanonicalJSON.decode(
                Document.self,
                from: Array(text.utf8),
                as: "index.json",
                failing: .layoutCorrupt
            )
        }
        #expect(failure?.code == .layoutCorrupt)
        #expect(failure?.message.hasPrefix("the index.json is not ") == true)
        #expect(failure?.why?.hasPrefix(why) == true, "\(failure?.why ?? "")")
        for word in ["Swift", "Dictionary", "Array<", "Int", "CodingKey", "Document", "Optional", "Decod"] {
            #expect(failure?.description.contains(word) == false, "\(failure?.description ?? "")")
        }
    }

    @Test func `truncates a long key in messages`() {
        let key = String(repeating: "k", count: 100_000)
        for text in [#"{"name":"a","parts":[],"labels":{"\#(key)":1}}"#, #"{"\#(key)":1,"\#(key)":2}"#] {
            let failure = #expect(throws: Failure.self) {
                try CanonicalJSON.decode(
                    Document.self,
                    from: Array(text.utf8),
                    as: "config",
                    failing: .configurationInvalid
                )
            }
            #expect((failure?.description.utf8.count ?? 0) < 1024)
        }
    }

    @Test func `reads back a document that it wrote`() throws {
        let document = Document(
            name: "ü/\u{1F600}\0",
            parts: [.init(size: .max)],
            labels: [:],
            digest: Digest(of: [])
        )
        let bytes = try CanonicalJSON.encode(document)
        #expect(
            try CanonicalJSON.decode(Document.self, from: bytes, as: "config", failing: .configurationInvalid)
                == document
        )
    }
}
