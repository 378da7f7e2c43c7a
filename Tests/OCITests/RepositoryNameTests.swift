import Diagnostics
import OCI
import TestSupport
import Testing

@Suite struct RepositoryNameTests {
    static let taken: [(text: String, why: String)] = [
        ("a", "one letter"),
        ("0", "one digit"),
        ("test-oci/header-authorization", "two parts"),
        ("a.b_c__d-e---f/g", "every separator"),
        ("a/b/c/d/e/f/g/h", "many parts"),
        ("library/nginx", "an official image"),
        (String(repeating: "a", count: 255), "at the limit"),
    ]

    @Test("accepts a valid name unchanged", arguments: taken)
    func taking(text: String, why: String) throws {
        #expect(try RepositoryName(parsing: text).description == text, "\(why)")
    }

    static let rejected: [(text: String, phrase: String, why: String)] = [
        ("/a", "\"/\" at character 1;", "an empty part first"),
        ("a/", "it ends with a separator", "an empty part last"),
        ("a//b", "\"/\" at character 3;", "an empty part between"),
        (".a", "\".\" at character 1;", "a separator first"),
        ("a-", "it ends with a separator", "a separator last"),
        ("a/-b", "\"-\" at character 3;", "a separator first in a part"),
        ("a./b", "\"/\" at character 3;", "a separator last in a part"),
        ("a..b", "\".\" at character 3;", "two dots"),
        ("a___b", "\"_\" at character 4;", "three underscores"),
        ("a._b", "\"_\" at character 3;", "two separators"),
        ("a-.b", "\".\" at character 3;", "two separators"),
        ("..", "\".\" at character 1;", "a path"),
        ("a/../b", "\".\" at character 3;", "a path"),
        ("a:b", "\":\" at character 2;", "a tag"),
        ("a@b", "\"@\" at character 2;", "a digest"),
        ("a b", "\" \" at character 2;", "a space"),
        ("a\\b", "\"\\\" at character 2;", "a back-slash"),
        ("aé", "\"é\" at character 2;", "not ASCII"),
        ("a\u{301}", "at character 2;", "a combining mark alone"),
        ("A..b", "\"A\" at character 1;", "would not be a name in lower case either"),
    ]

    @Test("rejects an invalid name with the position", arguments: rejected)
    func rejection(text: String, phrase: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try RepositoryName(parsing: text) }
        #expect(failure?.code == .referenceInvalid)
        #expect(failure?.message.contains("is not a repository name") == true)
        #expect(failure?.why?.contains(phrase) == true, "\(why): \(failure?.why ?? "")")
    }

    @Test func `empty and too long names have specific messages`() {
        let empty = #expect(throws: Failure.self) { try RepositoryName(parsing: "") }
        #expect(empty?.message == "repository name must have at least one component")
        let long = #expect(throws: Failure.self) {
            try RepositoryName(parsing: String(repeating: "a", count: 256))
        }
        #expect(long?.message == "repository name must not be more than 255 characters")
        #expect(long?.why == "it has 256")
    }

    static let likely: [(text: String, hints: [String], why: String)] = [
        ("c/", ["c"], "a slash at the end"),
        ("/c//d/", ["c/d"], "slashes too many"),
        ("my plugin", ["my-plugin"], "a space"),
        ("My Plugin/", ["my-plugin"], "and upper case"),
        ("c-", ["c"], "a separator at the end"),
        ("c%2fd", ["c-2fd"], "an escape"),
        ("c..d", [], "no suggestion for two dots"),
        ("/", [], "nothing is left"),
        (
            String(repeating: "a/", count: 120) + "a?", [String(repeating: "a/", count: 120) + "a"],
            "a long one"
        ),
    ]

    @Test("suggests a corrected name", arguments: likely)
    func suggestion(text: String, hints: [String], why: String) throws {
        let failure = #expect(throws: Failure.self, "\(why)") { try RepositoryName(parsing: text) }
        #expect(failure?.hints == hints, "\(why)")
        for hint in hints { _ = try RepositoryName(parsing: hint) }
    }

    @Test func `rejects upper case and suggests the lower-case name`() {
        let failure = #expect(throws: Failure.self) { try RepositoryName(parsing: "acme/My-Plugin") }
        #expect(failure?.code == .repositoryUppercase)
        #expect(failure?.message == "repository name must be lowercase: \"acme/My-Plugin\"")
        #expect(failure?.why == "\"M\" at character 6")
        #expect(failure?.hints == ["acme/my-plugin"])
    }

    @Test func `follows the specification's regular expression`() throws {
        let expression = try Regex(
            #"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"#
        )
        var random = SeededGenerator(seed: 5)
        let alphabet = Array("ab0.__--//A")
        for _ in 0..<5_000 {
            let text = String(
                (0..<1 + random.next(below: 9)).map { _ in alphabet[random.next(below: alphabet.count)] }
            )
            let isName = try expression.wholeMatch(in: text) != nil
            #expect(((try? RepositoryName(parsing: text)) != nil) == isName, "\(text)")
        }
    }
}
