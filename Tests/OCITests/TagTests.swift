import Diagnostics
import OCI
import TestSupport
import Testing

@Suite struct TagTests {
    @Test(
        "accepts a valid tag unchanged",
        arguments: [
            "latest", "v0.0.1", "V1", "_", "_.-", "0", "1.2.3-rc.1", String(repeating: "a", count: 128),
        ]
    )
    func taking(text: String) throws {
        #expect(try Tag(parsing: text).description == text)
    }

    static let rejected: [(text: String, phrase: String, suggestion: [String], why: String)] = [
        ("", "is empty", ["v0.0.1"], "nothing"),
        ("v0.0.1+build5", "is not allowed", ["v0.0.1-build5"], "a build of semantic versioning"),
        (".hidden", "is not allowed", ["hidden"], "starts with a dot"),
        ("-x", "is not allowed", ["x"], "starts with a hyphen, as an option does"),
        ("feature/x", "is not allowed", ["feature-x"], "a slash belongs to the repository name"),
        ("a b", "is not allowed", ["a-b"], "a space"),
        ("a:b", "is not allowed", ["a-b"], "a colon"),
        ("a\u{301}", "is not allowed", ["a-"], "a combining mark"),
        ("a\r\nb", "is not allowed", ["a--b"], "a header injection"),
        ("\u{212A}", "is not allowed", [], "a sign that Swift lowercases to k"),
        ("...", "is not allowed", [], "nothing can be made of it"),
        (
            String(repeating: "a", count: 129), "is too long", [String(repeating: "a", count: 128)],
            "one over the limit"
        ),
        (
            String(repeating: "+", count: 5) + "a", "is not allowed", ["a"],
            "characters to replace before the first"
        ),
        (
            String(repeating: "a", count: 200) + "/", "is not allowed", [String(repeating: "a", count: 128)],
            "a suggestion is cut too"
        ),
    ]

    @Test("rejects an invalid tag", arguments: rejected)
    func rejection(text: String, phrase: String, suggestion: [String], why: String) throws {
        let failure = #expect(throws: Failure.self, "\(why)") { try Tag(parsing: text) }
        #expect(failure?.code == .tagInvalid)
        #expect(failure?.message.contains(phrase) == true, "\(failure?.message ?? "")")
        #expect(failure?.hints == suggestion, "\(why)")
        for hint in suggestion { _ = try Tag(parsing: hint) }
    }

    @Test func `reports the position of the first invalid character`() {
        let failure = #expect(throws: Failure.self) { try Tag(parsing: "v0.0.1+build5") }
        #expect(failure?.why?.hasPrefix("\"+\" at character 7;") == true)
    }

    @Test func `truncates a long tag in messages and reports its length`() {
        let failure = #expect(throws: Failure.self) {
            try Tag(parsing: String(repeating: "a", count: 100_000))
        }
        #expect(failure?.why?.contains("this tag has 100000") == true)
        #expect((failure?.description.utf8.count ?? 0) < 1024)
    }

    @Test func `every suggestion is a valid tag`() throws {
        var random = SeededGenerator(seed: 6)
        for _ in 0..<5_000 {
            let bytes = (0..<random.next(below: 150)).map { _ in UInt8.random(in: 0...255, using: &random) }
            do {
                _ = try Tag(parsing: String(decoding: bytes, as: UTF8.self))
            } catch {
                for hint in error.hints { _ = try Tag(parsing: hint) }
            }
        }
    }
}
