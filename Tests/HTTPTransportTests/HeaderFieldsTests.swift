import HTTPTransport
import Testing

@Suite struct HeaderFieldsTests {
    @Test func `compares names without case and keeps the order of values`() {
        var fields: HeaderFields = ["Accept": "a", "Link": "x"]
        fields.add("accept", "b")
        #expect(fields["ACCEPT"] == "a")
        #expect(fields.all("Accept") == ["a", "b"])
        #expect(fields["Missing"] == nil)
        #expect(fields.all("Missing").isEmpty)
        #expect(fields.fields.map(\.name) == ["Accept", "Link", "accept"])
    }

    @Test func `ignores case only for ASCII letters`() {
        let fields: HeaderFields = ["[": "bracket", "\u{212A}": "kelvin"]
        #expect(fields["{"] == nil, "differs from \"[\" in the bit that is the case of letters")
        #expect(fields["k"] == nil, "Unicode folds the Kelvin sign to k")
    }

    static let unsendable: [(name: String, value: String, why: String)] = [
        ("X", "a\r\nX-Injected: yes", "a line end"),
        ("X", "a\rb", "a CR alone"),
        ("X", "a\nb", "an LF alone"),
        ("X", "a\u{0}b", "a NUL, which would cut the field"),
        ("X", "a\u{1B}b", "an escape"),
        ("X", "\r\n", "a line end alone: String calls it one character"),
        ("X\r\nY", "a", "a line end in the name"),
        ("X Y", "a", "a space in the name"),
        ("X:", "a", "a colon in the name"),
        ("", "a", "no name"),
        ("Ü", "a", "a name that is not ASCII"),
        ("Host", "evil.example", "the transport's own"),
        ("content-length", "3", "the transport's own"),
        ("Transfer-Encoding", "chunked", "the transport's own"),
        ("Expect", "100-continue", "the transport's own"),
        ("Accept-Encoding", "gzip", "the transport's own"),
    ]

    @Test("rejects an invalid field before sending anything", arguments: unsendable)
    func unsendableField(name: String, value: String, why: String) async throws {
        // Nothing listens on this port, so an attempt to send would fail differently.
        let url = try HTTPURL(parsing: "http://127.0.0.1:1/")
        let error = await #expect(throws: TransferError.self, "\(why)") {
            try await exchange(.get, url, headers: [name: value], over: CurlTransport())
        }
        #expect(error?.kind == .invalidRequest)
    }

    @Test(arguments: [HTTPMethod.get, .head])
    func `GET and HEAD have no body`(method: HTTPMethod) async throws {
        let url = try HTTPURL(parsing: "http://127.0.0.1:1/")
        let error = await #expect(throws: TransferError.self) {
            try await exchange(method, url, body: .bytes([1]), over: CurlTransport())
        }
        #expect(error?.kind == .invalidRequest)
    }

    @Test func `rejects a user agent with control characters`() {
        let error = #expect(throws: TransferError.self) {
            try CurlTransport(TransportOptions(userAgent: "a\r\nX-Injected: yes"))
        }
        #expect(error?.kind == .invalidRequest)
    }
}
