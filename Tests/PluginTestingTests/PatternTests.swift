import Testing

@testable import PluginTesting

/// The linear-time regular expressions of test files.
@Suite struct PatternTests {
    static let matches: [(pattern: String, text: String, isMatch: Bool, why: String)] = [
        ("abc", "abc", true, "letters"), ("abc", "abcd", false, "the whole text"),
        ("abc", "xabc", false, "from the start"), ("", "", true, "nothing"), ("", "a", false, "nothing"),
        ("a|bc|", "bc", true, "an alternative"), ("a|bc|", "", true, "an empty alternative"),
        ("a|bc", "abc", false, "alternatives are not a sequence"), ("(a|b)c", "bc", true, "a group"),
        ("(?:ab)+", "ababab", true, "repeated"), ("(?:ab)+", "aba", false, "half a repetition"),
        ("a*", "", true, "none"), ("a+", "", false, "at least one"), ("a?b", "b", true, "optional"),
        ("a{2}", "aa", true, "exactly two"), ("a{2}", "aaa", false, "not three"),
        ("a{2,}", "aaaa", true, "two or more"), ("a{1,2}", "aaa", false, "at most two"),
        ("a{0}b", "b", true, "zero"), ("v\\d+\\.\\d+", "v1.20", true, "digits"),
        ("\\w+", "a_1", true, "a word"), ("\\w+", "a-1", false, "no word"), ("\\S+", "a b", false, "a blank"),
        ("[a-c]+", "abcabc", true, "a range"), ("[^a-c]+", "xyz", true, "an inverted class"),
        ("[^a-c]+", "xaz", false, "in an inverted class"), ("[]a]+", "]a", true, "a bracket comes first"),
        ("[c-eb-dx]+", "bcdex", true, "ranges that overlap"), ("[c-eb-d]+", "f", false, "after all ranges"),
        ("[^c-ea]+", "b", true, "between the ranges of an inverted class"),
        ("[a-]+", "a-", true, "a dash at the end"), ("[\\d.]+", "1.2", true, "a class in a class"),
        ("[\\Dx]+", "ax-", true, "an inverted class in a class"), ("[\\Dx]+", "1", false, "a digit in it"),
        ("[x\\D]+", "ax", true, "the same in the other order"),
        (".", "é", true, "one character"), ("a.b", "a\nb", false, "no line end"),
        ("(?s)a.b", "a\nb", true, "with the flag s"), ("(?i)Abc", "aBC", true, "the flag i"),
        ("(?i:a)b", "Ab", true, "the flag in a group"), ("(?i:a)b", "AB", false, "and not after it"),
        ("(?i)[a-c]+", "ABC", true, "the flag in a class"), ("^a$", "a", true, "anchors"),
        ("a^b", "ab", false, "an anchor within"), ("\\bfoo\\b.*", "foo bar", true, "a boundary"),
        (".*\\bar", "foo bar", false, "\\b is a boundary, not a letter"),
        ("\\x41\\x{e9}", "Aé", true, "numbers"),
        ("a*?b", "aab", true, "a lazy quantifier"), ("\\{\\}", "{}", true, "escaped braces"),
        ("(a*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false, "nested stars"),
        ("(|a)+", "aaa", true, "an empty alternative that repeats"),
    ]

    @Test("matches whole texts as RE2 does", arguments: matches)
    func match(pattern: String, text: String, isMatch: Bool, why: String) throws {
        #expect(try Pattern(pattern).matches(text) == isMatch, "\(why)")
    }

    static let rejected: [(pattern: String, reason: String)] = [
        ("(a", "has no \")\""), ("a)", "has no \"(\""), ("[a", "has no \"]\""), ("*a", "follows nothing"),
        ("a**", "follows another one"), ("a{", "{m}"), ("a{2,1}", "the larger"),
        ("a{1001}", "larger than 1000"),
        ("(?=a)", "lookaround"), ("(?<n>a)", "lookaround"), ("(?x)a", "flags"), ("\\1", "not supported"),
        ("\\p", "not supported"), ("a\\", "ends with"), ("[b-a]", "no valid end"),
        ("[[:alpha:]]", "not supported"),
        ("a++", "possessive"), ("\\x4", "hexadecimal"),
        ("((a{100}){100}){100}", "too large"),
        ("(((((){1000}){1000}){1000}){1000}){1000}", "repeats too much"),
        (String(repeating: "(", count: 100), "nested deeper"),
        (String(repeating: "a", count: 10_001), "more than 10000 characters"),
    ]

    @Test("rejects what is not a pattern, needs backtracking, or is too large", arguments: rejected)
    func rejection(pattern: String, reason: String) {
        let error = #expect(throws: PatternError.self) { try Pattern(pattern) }
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func `a hostile pattern is decided in linear time, or given up`() throws {
        let text = String(repeating: "a", count: 20_000) + "!"
        #expect(try Pattern("(a|aa)+").matches(text) == false)
        #expect(try Pattern("(.*)*(.*)*(.*)*x").matches(text) == false)
        let large = try Pattern("(a?){200}a{200}b")
        #expect(large.matches(String(repeating: "a", count: 400)) == false)
        let slow = try Pattern("(.*a){1000}")
        #expect(slow.matches(String(repeating: "a", count: 4_000)) == nil)
    }
}
