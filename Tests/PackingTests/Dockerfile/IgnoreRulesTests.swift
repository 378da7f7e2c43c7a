import Diagnostics
import Testing

@testable import Packing

@Suite struct IgnoreRulesTests {
    static let rowsRows: [(rules: String, path: String, isIgnored: Bool, why: String)] = [
        ("", "a", false, "no rules"),
        ("# a\n\n  \n", "a", false, "comments and empty lines"),
        ("a", "a", true, "the name itself"),
        ("a", "b/a", false, "a name matches only at the top level"),
        ("a", "a/b/c", true, "the contents of an excluded folder"),
        ("/a", "a", true, "a leading slash means the context"),
        ("./a/", "a/b", true, "paths are cleaned"),
        ("  a  ", "a", true, "white space around it"),
        ("a\r", "a", true, "CR LF"),
        ("\u{FEFF}a", "a", true, "a byte-order mark"),
        ("*.wasm", "a.wasm", true, "a pattern"),
        ("*.wasm", "b/a.wasm", false, "a star stays in its folder"),
        ("**/*.wasm", "b/c/a.wasm", true, "two stars match folders"),
        ("*\n!a", "a", false, "an exception"),
        ("*\n!a", "b", true, "an exception for another file"),
        ("!a\n*", "a", true, "the last rule that matches decides"),
        ("dir\n!dir/a", "dir/a", false, "an exception in a folder"),
        ("dir\n!dir/a\ndir/*", "dir/a", true, "a later rule excludes it again"),
        ("*\n! a", "a", false, "white space after the !"),
        (" # a", "# a", true, "a # after white space is part of a name"),
    ]

    @Test("excludes the same paths as docker", arguments: rowsRows)
    func ignoring(rules: String, path: String, isIgnored: Bool, why: String) throws {
        let rules = try IgnoreRules(Array(rules.utf8), of: ".dockerignore")
        #expect(try (rules.excluding(path) != nil) == isIgnored, "\(why)")
    }

    @Test func `names the rule that excludes a path, with its line`() throws {
        let rules = try IgnoreRules(Array("# x\na\n*.wasm\n".utf8), of: "x/.dockerignore")
        #expect(try rules.excluding("b.wasm") == #"x/.dockerignore:3 excludes it with "*.wasm""#)
    }

    @Test("rejects an invalid rule", arguments: ["a\n!", "a\n[", "a\n[b-"])
    func broken(text: String) {
        let failure = #expect(throws: Failure.self) { try IgnoreRules(Array(text.utf8), of: ".dockerignore") }
        #expect(failure?.code == .dockerfileInvalid)
        #expect(failure?.message.hasPrefix(".dockerignore:2: ") == true)
    }

    @Test func `rejects a rule that is not UTF-8 text`() {
        let failure = #expect(throws: Failure.self) { try IgnoreRules([0x61, 0x0A, 0xFF], of: "i") }
        #expect(failure?.message == "i:2: the rule is not UTF-8 text")
    }
}
