import Deployment
import Testing

@Suite struct YAMLWriterTests {
    static let texts: [(text: String, written: String, why: String)] = [
        ("plugin", "plugin", "a word"),
        ("oci://reg.io:5000/a/b@sha256:0af3", "oci://reg.io:5000/a/b@sha256:0af3", "a URL"),
        ("no", "\"no\"", "a boolean in YAML 1.1"),
        ("Y", "\"Y\"", "a boolean in YAML 1.1"),
        ("", "\"\"", "nothing"),
        ("null", "\"null\"", "nothing"),
        ("1e3", "\"1e3\"", "a number"),
        ("0x1F", "\"0x1F\"", "a number"),
        ("12:30:45", "\"12:30:45\"", "a number of YAML 1.1, in base 60"),
        ("2026-11-30", "\"2026-11-30\"", "a date"),
        ("a: b", "\"a: b\"", "a mapping"),
        ("a:", "\"a:\"", "a mapping"),
        ("a #b", "\"a #b\"", "a comment"),
        ("- a", "\"- a\"", "a sequence"),
        ("---", "\"---\"", "the end of a document"),
        ("a\tb\nc\r", "\"a\\tb\\nc\\r\"", "a tab and line ends"),
        ("a\"b\\", "\"a\\\"b\\\\\"", "quotes"),
        ("é😀", "\"é😀\"", "letters beyond ASCII"),
        (
            "\u{1}\u{85}\u{2028}\u{202E}\u{FEFF}", "\"\\u0001\\u0085\\u2028\\u202e\\ufeff\"",
            "nothing that can be seen"
        ),
        ("*a", "\"*a\"", "an alias"),
        ("{a}", "\"{a}\"", "a flow mapping"),
    ]

    @Test("a text is quoted where a reader could take it for something else", arguments: texts)
    func quotes(text: String, written: String, why: String) {
        #expect(YAMLWriter.text(of: .string(text)) == written + "\n", "\(why)")
    }

    @Test func `writes blocks with comments and without trailing space`() {
        let document = YAMLNode.mapping([
            YAMLEntry("a", [YAMLEntry("b", .integer(1), comment: "one\nline")]),
            YAMLEntry(comments: ["between", ""]),
            YAMLEntry(
                "list",
                [.mapping([YAMLEntry("x", "1"), YAMLEntry("y", [.null, .bool(true)])]), "z"]
            ),
            YAMLEntry("none", .sequence([])),
            YAMLEntry("empty", .mapping([])),
        ])
        #expect(
            YAMLWriter.text(of: document, comments: ["above"]) == """
                # above
                a:
                  b: 1  # one line
                # between
                #
                list:
                - x: "1"
                  "y":
                  - null
                  - true
                - z
                none: []
                empty: {}

                """
        )
    }
}
