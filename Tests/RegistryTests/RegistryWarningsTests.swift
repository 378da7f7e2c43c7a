import HTTPTransport
import Testing

@testable import Registry

@Suite struct RegistryWarningsTests {
    static let fields: [(field: String, text: String?, why: String)] = [
        (#"299 - "text""#, "text", "the specification's"),
        (#"299 - "a \"b\" \\ c""#, #"a "b" \ c"#, "escaped"),
        (#"299 - "text" "Sun, 06 Nov 1994 08:49:37 GMT""#, "text", "with a date (RFC 7234)"),
        (#"299 - ""#, nil, "one quote"), (#"299 - "text"#, nil, "no end"),
        (#"299 - "text\"#, nil, "an escape at the end"),
        (#"299 - """#, nil, "no text"), (#"199 - "text""#, nil, "another code"),
        (#"299 host "text""#, nil, "another agent"),
        ("299", nil, "a code alone"), ("", nil, "nothing"),
    ]

    @Test("accepts only warnings with code 299, no agent and a text", arguments: fields)
    func text(field: String, text: String?, why: String) {
        #expect(RegistryWarnings.text(of: field) == text, "\(why)")
    }

    @Test func `returns each warning once, up to a total size`() {
        let warnings = RegistryWarnings()
        func new(_ texts: String...) -> [String] {
            var headers: HeaderFields = [:]
            for text in texts { headers.add("Warning", #"299 - "\#(text)""#) }
            return warnings.new(in: Response(status: 200, headers: headers))
        }
        #expect(new("a", "b", "a") == ["a", "b"])
        #expect(new("b", "c") == ["c"])
        let long = String(repeating: "x", count: 4000)
        #expect(new(long + "1") == [long + "1"])
        #expect(new(long + "2", "d") == ["d"], "4096 bytes in all")
        for number in 0..<1000 { _ = new("number \(number)") }
        #expect(new("number 9999").isEmpty)
    }
}
