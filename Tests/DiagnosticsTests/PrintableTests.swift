import Diagnostics
import Foundation
import Testing

@Suite struct PrintableTests {
    @Test(
        "escapes terminal control characters",
        arguments: [
            ("\u{00}", "\\u{0}"), ("\n", "\\u{a}"), ("\u{1B}", "\\u{1b}"), ("\u{7F}", "\\u{7f}"),
            ("\u{85}", "\\u{85}"), ("\u{9B}", "\\u{9b}"), ("\u{61C}", "\\u{61c}"), ("\u{200F}", "\\u{200f}"),
            ("\u{2028}", "\\u{2028}"), ("\u{202E}", "\\u{202e}"), ("\u{2066}", "\\u{2066}"),
            ("\u{2069}", "\\u{2069}"),
        ]
    )
    func controls(text: String, shown: String) {
        #expect(("a" + text + "b").printable == "a" + shown + "b")
    }

    @Test func `a JSON document without control characters has the same value`() throws {
        let text = (0...0x2100).compactMap(Unicode.Scalar.init).reduce(into: "") {
            $0.unicodeScalars.append($1)
        }
        let document = String(decoding: try JSONEncoder().encode([text]), as: UTF8.self)
        #expect(document.unicodeScalars.contains("\u{9B}") && document.unicodeScalars.contains("\u{202E}"))
        let shown = document.printableJSON
        #expect(shown == shown.printable)
        #expect(try JSONDecoder().decode([String].self, from: Data(shown.utf8)) == [text])
        #expect("{\"a\":\"é👍\"}".printableJSON == "{\"a\":\"é👍\"}")
    }

    @Test func `truncates a letter with any number of combining marks`() {
        let text = "a" + String(repeating: "\u{301}", count: 100_000)
        #expect(text.truncated(to: 160).unicodeScalars.count == 161)
        #expect("".truncated(to: 0) == "")
        #expect("e\u{301}".truncated(to: 2) == "e\u{301}")
    }
}
