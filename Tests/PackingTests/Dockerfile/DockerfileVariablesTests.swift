import Diagnostics
import Testing

@testable import Packing

@Suite struct DockerfileVariablesTests {
    private static let location = SourceLocation(file: "Dockerfile", line: 7)

    private func expand(_ word: String, escape: Unicode.Scalar = "\\") throws -> String {
        var variables = DockerfileVariables(escape: escape, ["a": "1", "empty": "", "long_Name2": "x y"])
        return try variables.expand(word, at: Self.location)
    }

    static let wordsRows: [(word: String, result: String)] = [
        ("plain", "plain"), ("$a", "1"), ("${a}", "1"), ("$a.wasm", "1.wasm"), ("$ab", ""), ("x$", "x$"),
        ("$long_Name2-", "x y-"), ("'$a'", "$a"), ("\"$a\"", "1"), ("\\$a", "$a"), ("\"\\$a\"", "$a"),
        ("\"\\x\"", "\\x"), ("\\x", "x"), ("a\"b c\"'d'", "ab cd"), ("\"\\\"\"", "\""), ("end\\", "end"),
        ("${a:-b}", "1"), ("${no:-b}", "b"), ("${empty:-b}", "b"), ("${empty-b}", ""), ("${no-b}", "b"),
        ("${a:+b}", "b"), ("${no:+b}", ""), ("${empty:+b}", ""), ("${empty+b}", "b"), ("${no:-$a}", "1"),
        ("${no:-${no:-x$a}}", "x1"), ("${no:-'}'}", "}"), ("${a:?message}", "1"), ("$1x", "x"), ("$?", ""),
    ]

    @Test("expands words like a shell", arguments: wordsRows)
    func expansion(word: String, result: String) throws {
        #expect(try expand(word) == result)
    }

    @Test func `with another escape character, a backslash is literal`() throws {
        #expect(try expand("a\\b`$a", escape: "`") == "a\\b$a")
    }

    static let rejectedRows: [(word: String, code: Failure.Code, phrase: String)] = [
        ("'a", .dockerfileInvalid, "a ' is not closed"),
        ("\"a", .dockerfileInvalid, "a \" is not closed"),
        ("${a", .dockerfileInvalid, "the closing } is missing"),
        ("${}", .dockerfileInvalid, "a name is missing"),
        ("${a:-b", .dockerfileInvalid, "the closing } is missing"),
        ("${a:=b}", .dockerfileInvalid, "the modifier after ${a is unknown"),
        ("${no:?say which}", .dockerfileInvalid, "the variable no is required: say which"),
        ("${a%.wasm}", .dockerfileUnsupported, "the substring or replacement"),
        ("${a#x}", .dockerfileUnsupported, "the substring or replacement"),
        ("${a/x/y}", .dockerfileUnsupported, "the substring or replacement"),
        (
            String(repeating: "${no:-", count: 100) + String(repeating: "}", count: 100), .dockerfileInvalid,
            "too deep"
        ),
        (String(repeating: "${no:-", count: 100_000), .dockerfileInvalid, "too deep"),
    ]

    @Test("explains why a word cannot be expanded, and names the line", arguments: rejectedRows)
    func rejection(word: String, code: Failure.Code, phrase: String) {
        let failure = #expect(throws: Failure.self) { try expand(word) }
        #expect(failure?.code == code)
        #expect(failure?.message.hasPrefix("Dockerfile:7: ") == true)
        let text = "\(failure?.message ?? "") \(failure?.why ?? "")"
        #expect(text.contains(phrase), "\(String(describing: failure))")
    }

    @Test func `limits variables that double themselves`() {
        let lines = (1...60).map { "ARG A\($0)=${A\($0 - 1)}${A\($0 - 1)}" }
        let text = "FROM scratch\nARG A0=xxxxxxxx\n" + lines.joined(separator: "\n")
        let failure = #expect(throws: Failure.self) { try Dockerfile(parsing: Array(text.utf8)) }
        #expect(failure?.message.contains("a word of more than 65536 bytes") == true)
        let many = (1...200).map { "ENV B\($0)=$A" }.joined(separator: "\n")
        let long = "FROM scratch\nARG A=\(String(repeating: "x", count: 60_000))\n\(many)"
        let total = #expect(throws: Failure.self) { try Dockerfile(parsing: Array(long.utf8)) }
        #expect(total?.message.contains("more than 4194304 bytes in total") == true)
    }
}
