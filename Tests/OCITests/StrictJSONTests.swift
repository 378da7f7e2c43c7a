import Diagnostics
import OCI
import TestSupport
import Testing

@Suite struct StrictJSONTests {
    /// Any JSON, so that only the check of the text can reject it.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    private func rejection(of bytes: [UInt8]) -> Failure? {
        do {
            _ = try CanonicalJSON.decode(
                Anything.self,
                from: bytes,
                as: "document",
                failing: .configurationInvalid
            )
            return nil
        } catch {
            return error
        }
    }

    static let taken: [(text: String, why: String)] = [
        ("{}", "an empty object"),
        ("[]", "an empty array"),
        ("\"\"", "a text alone"),
        ("0", "a number alone"),
        ("true", "a literal"),
        ("null", "a literal"),
        (" \t\r\n{ \"a\" : [ 1 , -0.5e+3 , null , true , false ] } \n", "white space everywhere"),
        (#"{"a":{"a":1},"b":{"a":1}}"#, "the same key in two objects"),
        (#"{"a":1,"A":2}"#, "keys that differ in case"),
        (#"["\ud83d\ude00","\u0000","\b\f\n\r\t\/\\\""]"#, "every escape"),
        (#"{"\ud83d\ude00":1,"\ud83d\ude01":2}"#, "keys beyond the first plane"),
        ("\"\u{7F}\u{2028}\"", "controls that JSON allows"),
        ("[1E5,1e-5,10,-1,0.0]", "numbers of all shapes"),
    ]

    @Test("accepts valid JSON", arguments: taken)
    func taking(text: String, why: String) {
        #expect(rejection(of: Array(text.utf8)) == nil, "\(why)")
    }

    static let rejected: [(text: String, phrase: String, why: String)] = [
        ("", "ends too early", "nothing"),
        (" \n", "ends too early", "only white space"),
        (#"{"a":1,"a":2}"#, "is a duplicate", "a key twice"),
        (#"{"a":1,"\u0061":2}"#, "is a duplicate", "a key twice, once escaped"),
        (#"{"\/":1,"/":2}"#, "is a duplicate", "a key twice, once escaped otherwise"),
        (#"{"\ud83d\ude00":1,"😀":2}"#, "is a duplicate", "a key twice, once in surrogates"),
        (#"{"\u00E9":1,"\u00e9":2}"#, "is a duplicate", "a key twice, in two cases of hexadecimal"),
        ("{\"\u{E9}\":1,\"e\u{301}\":2}", "is a duplicate", "keys that are one text to Swift"),
        (#"[{"x":{"a":1,"b":2,"a":3}}]"#, "is a duplicate", "a key twice, deep inside"),
        (#"{"":1,"":2}"#, "is a duplicate", "the empty key twice"),
        ("{} x", "unexpected text after the value", "text after the value"),
        ("{}{}", "unexpected text after the value", "two values"),
        ("{}\0", "unexpected text after the value", "NUL after the value"),
        ("1 2", "unexpected text after the value", "two numbers"),
        ("{", "a key is expected", "an object without an end"),
        (#"{"a"}"#, "\":\" is expected", "no value"),
        (#"{"a":}"#, "a value is expected", "no value after the colon"),
        (#"{"a":1,}"#, "a key is expected", "a comma too many"),
        (#"{,}"#, "a key is expected", "a comma alone"),
        (#"{a:1}"#, "a key is expected", "a bare key"),
        (#"{'a':1}"#, "a key is expected", "wrong quotes"),
        (#"{"a":1 "b":2}"#, "\",\" or \"}\" is expected", "no comma"),
        (#"{"a":1]"#, "\",\" or \"}\" is expected", "the wrong bracket"),
        ("[1,]", "a value is expected", "a comma too many in an array"),
        ("[1 2]", "\",\" or \"]\" is expected", "no comma in an array"),
        ("[1}", "\",\" or \"]\" is expected", "the wrong bracket for an array"),
        ("// x\n{}", "a value is expected", "a comment"),
        ("\u{FEFF}{}", "begins with a byte order mark", "a byte order mark"),
        ("\"a", "a string is not terminated", "no quote at the end"),
        ("\"a\nb\"", "a control character", "a line end in a text"),
        ("\"\u{1F}\"", "a control character", "the last control"),
        ("\"\0\"", "a control character", "NUL in a text"),
        (#""\x41""#, "an escape is unknown", "an escape from C"),
        (#""\"#, "an escape is incomplete", "half an escape"),
        (#""\u12""#, "four hexadecimal characters", "half an escape of Unicode"),
        (#""\u+123""#, "four hexadecimal characters", "a sign in it"),
        (#""\ud800""#, "a surrogate is unpaired", "a high surrogate alone"),
        (#""\udc00""#, "a surrogate is unpaired", "a low surrogate alone"),
        (#""\ud800\ud800""#, "a surrogate is unpaired", "two high ones"),
        (#""\ud800\n""#, "a surrogate is unpaired", "another escape after a high one"),
        (#""\ud800x""#, "a surrogate is unpaired", "a letter after a high one"),
        ("NaN", "a value is expected", "no number"),
        ("tru", "is not a value", "half a literal"),
        ("truefalse", "is not a value", "two literals"),
        (#"{"a":nul}"#, "is not a value", "half a literal inside"),
        ("01", "is not a value", "a zero first"),
        ("-", "is not a value", "a sign alone"),
        ("+1", "is not a value", "a plus"),
        ("1.", "is not a value", "nothing after the dot"),
        (".5", "is not a value", "nothing before the dot"),
        ("1e", "is not a value", "no exponent"),
        ("1-1", "is not a value", "a sum"),
        ("[1e5.5]", "is not a value", "a broken exponent"),
        ("0x10", "is not a value", "hexadecimal"),
    ]

    @Test("rejects invalid and ambiguous JSON", arguments: rejected)
    func rejections(text: String, phrase: String, why: String) {
        let failure = rejection(of: Array(text.utf8))
        #expect(failure?.code == .configurationInvalid, "\(why)")
        #expect(failure?.why?.contains(phrase) == true, "\(why): \(failure?.why ?? "nothing")")
    }

    @Test func `rejects text that is not UTF-8`() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3]] {
            let failure = rejection(of: [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")])
            #expect(failure?.why?.contains("not UTF-8") == true, "\(bytes)")
        }
    }

    @Test("reads 64 levels of nesting and rejects 65", arguments: ["", "1", "\"x\""])
    func depth(core: String) {
        for count in [64, 65, 200_000] {
            let arrays = String(repeating: "[", count: count) + core + String(repeating: "]", count: count)
            let inner = core.isEmpty ? "{}" : core
            let levels = core.isEmpty ? count - 1 : count
            let objects =
                String(repeating: "{\"a\":", count: levels) + inner + String(repeating: "}", count: levels)
            for text in [arrays, objects] {
                let failure = rejection(of: Array(text.utf8))
                #expect((failure == nil) == (count == 64), "\(count) levels of \(text.prefix(1))")
                #expect(failure?.why?.contains("deeper than 64 levels") != false)
            }
        }
    }

    private static let document = #"""
         { "schemaVersion" : 2, "a\u00e9\ud83d\ude00" : [ 1, -2.5e+10, true, false, null, "x\n\"\\" ],
           "config": {"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "é": {}} }
        """#

    @Test func `rejects a document that is cut anywhere`() {
        let bytes = Array(Self.document.utf8)
        #expect(rejection(of: bytes) == nil)
        for length in bytes.indices {
            #expect(rejection(of: Array(bytes[..<length])) != nil, "\(length) bytes")
        }
    }

    @Test func `no mutation crashes the reader`() {
        var random = SeededGenerator(seed: 8)
        let original = Array(Self.document.utf8)
        let likely = Array("{}[]\",:\\u0dD8e-+.tfn \u{1F}".utf8)
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0...random.next(below: 4) {
                let place = random.next(below: bytes.count)
                switch random.next(below: 4) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[place] = likely[random.next(below: likely.count)]
                case 2: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[place...].prefix(random.next(below: 20)), at: place)
                }
            }
            if let failure = rejection(of: bytes) { #expect(failure.code == .configurationInvalid) }
        }
    }
}
