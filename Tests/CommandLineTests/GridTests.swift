import Testing

@testable import wasmpack

/// The two grids of rows, and how texts are wrapped in them.
@Suite struct GridTests {
    private static let ascii = Style(hasColor: false, hasUnicode: false)
    private static let colored = Style(hasColor: true, hasUnicode: true)
    private static let digest = "sha256:" + String(repeating: "0f", count: 32)

    private func steps(_ rows: [Row], _ style: Style = .plain, columns: Int? = nil) -> String {
        Grid.steps.text(rows, style, columns: columns)
    }

    @Test func `a step begins at column 2 and its text at column 11`() {
        #expect(
            steps([Row("packed", "plugin.wasm  947 B → 714 B")]) == "  packed   plugin.wasm  947 B → 714 B\n"
        )
        #expect(steps([Row("verified", "x")]) == "  verified x\n")
    }

    @Test func `a full digest ends at column 80 of a report`() {
        let text = Grid.reports.text([Row("digest", Self.digest)], .plain, columns: 80)
        #expect(text == "digest   \(Self.digest)\n")
        #expect(text.dropLast().count == 80)
    }

    @Test func `text is wrapped at words under its own column`() {
        let text = steps([Row("note", "the first part of it, and the rest")], columns: 30)
        #expect(text == "  note     the first part of\n           it, and the rest\n")
    }

    static let whole: [(text: String, why: String)] = [
        ("https://registry.example.com/a/very/long/path/that/does/not/fit", "a URL"),
        (digest, "a digest"),
        ("wasmpack copy --format image registry.example.com/team/plugin:v1 TO", "a command"),
        ("(wasm-opt -Oz --strip-debug plugin.wasm -o plugin.wasm)", "a command in parentheses"),
    ]

    @Test("a URL, digest or command is never wrapped", arguments: whole)
    func unbroken(text: String, why: String) {
        let lines = steps([Row("note", "see \(text)")], columns: 40).split(separator: "\n")
        #expect(lines.contains { $0.hasSuffix(text) }, "\(why): \(lines)")
    }

    @Test func `text after a command is wrapped again`() {
        let text = steps([Row("", "run wasmpack tags a/b, then the rest of the text")], columns: 36)
        #expect(text == "           run wasmpack tags a/b,\n           then the rest of the text\n")
    }

    @Test func `in a narrow terminal the text continues under its label, and sizes stay whole`() {
        let text = steps([Row("packed", "plugin.wasm  947 B → 714 B")], columns: 20)
        #expect(text == "  packed\n    plugin.wasm\n    947 B → 714 B\n")
    }

    @Test func `nothing is cut in a terminal of one column`() {
        let text = steps([Row("note", "some words")], columns: 1)
        #expect(text.contains("some") && text.contains("words"))
    }

    @Test func `labels are dim, marks have their colors, and names stay plain`() {
        let marks = WrappableText([(mark: .accepted, name: "istio"), (mark: .rejected, name: "higress")])
        let text = steps([Row("checked", marks)], Self.colored)
        #expect(
            text
                == "  \u{1B}[2mchecked\u{1B}[0m  \u{1B}[32m✓\u{1B}[0m istio  \u{1B}[31m✗\u{1B}[0m higress\n"
        )
    }

    @Test func `without UTF-8 the program's symbols are ASCII, and names stay as they are`() {
        let marks = WrappableText([
            (mark: .accepted, name: "a"), (mark: .caution, name: "b"), (mark: .rejected, name: "c"),
        ])
        #expect(steps([Row("checked", marks)], Self.ascii) == "  checked  ok a  ! b  x c\n")
        #expect(steps([Row("packed", "é.wasm → 1 B …")], Self.ascii) == "  packed   é.wasm -> 1 B ...\n")
    }

    @Test func `wide characters count two columns, combining marks none`() {
        #expect("漢字".displayWidth == 4)
        #expect("e\u{301}".displayWidth == 1)
        #expect("漢字".fitting(3) == "漢")
        let text = steps([Row("note", "漢字漢字 漢字漢字")], columns: 27)
        #expect(text == "  note     漢字漢字\n           漢字漢字\n")
    }

    static let foreign: [(text: String, why: String)] = [
        ("a\u{1B}[31mb", "an escape sequence"), ("a\rb", "a carriage return"), ("a\nb", "a line feed"),
        ("a\u{9B}2Jb", "a C1 control"), ("a\u{202E}b", "a bidirectional override"),
    ]

    @Test("text from outside cannot control the terminal", arguments: foreign)
    func harmless(text: String, why: String) {
        let line = steps([Row("note", text)], columns: 80)
        #expect(line.filter { $0 == "\n" }.count == 1, "\(why)")
        #expect(
            line.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value < 0x7F },
            "\(why)"
        )
        #expect(line.contains("\\u{"), "\(why): it is shown")
    }

    @Test func `text from outside is cut after 2,000 characters`() {
        let text = steps([Row("note", String(repeating: "x", count: 4000))])
        #expect(text.count < 2020 && text.hasSuffix("…\n"))
    }
}
