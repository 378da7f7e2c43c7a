import Diagnostics
import Testing

@testable import Packing

@Suite struct IgnoreRulesTests {
    static let rowsRows: [(rules: String, path: String, isIgnored: Bool, why: String)] = [
        ("", "a", false, "no rules"),
        ("# a\n\n  \n", "a", false, "comments and empty lines"),
        ("a", "a", true, "the name itself"),
        ("a", "b/a", false, "only at the top"),
        ("a", "a/b/c", true, "what is in a folder that is left out"),
        ("/a", "a", true, "a slash in front means the context"),
        ("./a/", "a/b", true, "paths are cleaned"),
        ("  a  ", "a", true, "white space around it"),
        ("a\r", "a", true, "CR LF"),
        ("\u{FEFF}a", "a", true, "a byte-order mark"),
        ("*.wasm", "a.wasm", true, "a pattern"),
        ("*.wasm", "b/a.wasm", false, "a star stays in its folder"),
        ("**/*.wasm", "b/c/a.wasm", true, "two stars do not"),
        ("*\n!a", "a", false, "an exception"),
        ("*\n!a", "b", true, "an exception for another one"),
        ("!a\n*", "a", true, "the last rule that matches decides"),
        ("dir\n!dir/a", "dir/a", false, "an exception in a folder"),
        ("dir\n!dir/a\ndir/*", "dir/a", true, "and out again"),
        ("*\n! a", "a", false, "white space behind the !"),
        (" # a", "# a", true, "a # behind white space is a name"),
    ]

    @Test("a path is left out as docker leaves it out", arguments: rowsRows)
    func ignoring(rules: String, path: String, isIgnored: Bool, why: String) throws {
        let rules = try IgnoreRules(Array(rules.utf8), of: ".dockerignore")
        #expect((rules.excluding(path) != nil) == isIgnored, "\(why)")
    }

    @Test func `the rule that left it out is named with its line`() throws {
        let rules = try IgnoreRules(Array("# x\na\n*.wasm\n".utf8), of: "x/.dockerignore")
        #expect(rules.excluding("b.wasm") == #"x/.dockerignore:3 has "*.wasm""#)
    }

    @Test("a broken rule is refused", arguments: ["a\n!", "a\n[", "a\n[b-"])
    func broken(text: String) {
        let failure = #expect(throws: Failure.self) { try IgnoreRules(Array(text.utf8), of: ".dockerignore") }
        #expect(failure?.code == .dockerfileInvalid)
        #expect(failure?.message.hasPrefix(".dockerignore:2: ") == true)
    }

    @Test func `a rule that is no text is refused`() {
        let failure = #expect(throws: Failure.self) { try IgnoreRules([0x61, 0x0A, 0xFF], of: "i") }
        #expect(failure?.message == "i:2: the rule is not text in UTF-8")
    }
}
