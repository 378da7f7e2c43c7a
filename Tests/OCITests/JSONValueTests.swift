import Diagnostics
import OCI
import Testing

@Suite struct JSONValueTests {
    static let documents: [(text: String, why: String)] = [
        ("null", "nothing"),
        ("[true,false]", "truth, and not one and zero"),
        ("[0,-1,9223372036854775807,-9223372036854775808]", "integers to the last bit"),
        ("[1.5,-0.25]", "other numbers"),
        (#"["","a/b","ü","\"\\\n"]"#, "texts"),
        (#"{"a":{"b":[{"c":null}]},"d":[]}"#, "one within the other"),
        ("{}", "an empty object"),
    ]

    @Test("writes back a document unchanged", arguments: documents)
    func roundTrip(text: String, why: String) throws {
        let value = try CanonicalJSON.decode(
            JSONValue.self,
            from: Array(text.utf8),
            as: "document",
            failing: .configurationInvalid
        )
        #expect(try String(decoding: CanonicalJSON.encode(value), as: UTF8.self) == text, "\(why)")
    }

    @Test func `holds every encodable value`() throws {
        let value = try JSONValue(
            encoding: Descriptor(mediaType: .imageIndex, digest: Digest(of: []), size: 1)
        )
        guard case .object(let members) = value else {
            Issue.record("a descriptor is an object")
            return
        }
        #expect(members.keys.sorted() == ["digest", "mediaType", "size"])
        #expect(members["size"] == .integer(1))
    }
}
