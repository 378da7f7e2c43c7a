import Testing

@testable import Packing

@Suite struct PathPatternTests {
    /// Rows of Go's own tests of `filepath.Match`, and of moby's `patternmatcher`.
    static let rowsRows: [(pattern: String, path: String, matches: Bool)] = [
        ("abc", "abc", true), ("*", "abc", true), ("*c", "abc", true), ("a*", "a", true),
        ("a*", "ab/c", false),
        ("a*/b", "abc/b", true), ("a*/b", "a/c/b", false), ("a*b*c*d*e*/f", "axbxcxdxe/f", true),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", false), ("ab[c]", "abc", true), ("ab[b-d]", "abc", true),
        ("ab[e-g]", "abc", false), ("ab[^c]", "abc", false), ("ab[^e-g]", "abc", true),
        ("a\\*b", "a*b", true),
        ("a\\*b", "ab", false), ("a?b", "a☺b", true), ("a[^a]b", "a☺b", true), ("a???b", "a☺b", false),
        ("[a-ζ]*", "α", true), ("*[a-ζ]", "A", false), ("a?b", "a/b", false), ("a*b", "a/b", false),
        ("[\\]a]", "]", true), ("[\\-]", "-", true), ("[x\\-]", "-", true), ("[\\-x]", "a", false),
        ("*x", "xxx", true),
    ]

    @Test("matches patterns like Go", arguments: rowsRows)
    func matching(pattern: String, path: String, matches: Bool) throws {
        #expect(try #require(PathPattern(pattern)).matches(path) == matches)
    }

    static let deepRows: [(pattern: String, path: String, matches: Bool)] = [
        ("**", "a/b", true), ("**/b", "b", true), ("**/b", "a/c/b", true), ("**/b", "ab", false),
        ("a/**", "a/b/c", true), ("a/**", "a", false), ("a/**/c", "a/c", true), ("a/**/c", "a/b/b/c", true),
        ("a/**/c", "a/bc", false), ("**.log", "x.log", true), ("**.log", "a/b/x.log", true),
        ("**/*.log", "a/x.log", true),
        ("**/**/b", "b", true), ("**/**/b", "a/c/b", true), ("**/**/b", "a/bc", false),
        ("a/**/**", "a/b/c", true), ("a****b", "ac/b", true), ("a****b", "acb", false),
        ("**/a/**", "x/a/y", true), ("dir/**/*.wasm", "dir/x.wasm", true), ("a**b", "ab", true),
    ]

    @Test("two stars match any number of folders", arguments: deepRows)
    func depth(pattern: String, path: String, matches: Bool) throws {
        #expect(try #require(PathPattern(pattern, knowsDepth: true)).matches(path) == matches)
    }

    static let aboveRows: [(pattern: String, path: String, matches: Bool)] = [
        ("a", "a/b/c", true), ("a/b", "a/b/c", true), ("b", "a/b/c", false), ("a*", "ab/c", true),
        ("ab", "a/b", false),
        ("**/b", "a/b/c", true), ("a/b/c/d", "a/b/c", false), ("a", "abc/d", false), ("?", "é/b", true),
    ]

    @Test("matches the folders above a path too, if they count", arguments: aboveRows)
    func above(pattern: String, path: String, matches: Bool) throws {
        let pattern = try #require(PathPattern(pattern, knowsDepth: true))
        #expect(pattern.matches(path, orFolderAbove: true) == matches)
    }

    @Test(
        "rejects an invalid pattern",
        arguments: ["[", "[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "[^", "a[", "\\", "[\\"]
    )
    func broken(pattern: String) {
        #expect(PathPattern(pattern) == nil)
    }

    @Test func `matches many stars in time proportional to the product of both lengths`() throws {
        let pattern = try #require(PathPattern(String(repeating: "*a", count: 200), knowsDepth: true))
        #expect(!pattern.matches(String(repeating: "a", count: 2000) + "b"))
    }
}
