import Testing

@testable import wasmpack

/// Annotations of GitHub Actions, and text from outside that looks like a workflow command.
@Suite struct WorkflowCommandTests {
    /// How the runner finds a command in a line (actions/runner, `ActionCommand`), with its comparison that skips
    /// invisible characters.
    private static func isCommand(_ line: String) -> Bool {
        let visible = line.unicodeScalars.filter {
            switch $0.properties.generalCategory {
            case .format, .nonspacingMark, .enclosingMark: false
            case .control: $0.properties.isWhitespace
            default: !$0.properties.isDefaultIgnorableCodePoint
            }
        }
        let start = visible.drop { $0.properties.isWhitespace }
        return String(String.UnicodeScalarView(start)).hasPrefix("::")
            || String(String.UnicodeScalarView(visible)).contains("##[")
    }

    static let hostile: [(text: String, why: String)] = [
        ("::set-output name=x::y", "a command"),
        ("   \u{A0}\u{2003}::add-mask::x", "after any space, which the runner skips"),
        ("\u{200B}::warning::x", "after an invisible character"),
        (":\u{AD}:warning::x", "with an invisible character in it"),
        ("text ##[add-mask]x", "an old command, anywhere in the line"),
        ("#\u{200B}#\u{2060}[error]x", "with invisible characters in it"),
        ("###[error]x", "with more signs"),
        ("a\n::error::b", "in a later line"),
    ]

    @Test("text from outside cannot be a workflow command", arguments: hostile)
    func neutralized(text: String, why: String) {
        #expect(
            text.split(separator: "\n").contains { Self.isCommand(String($0)) },
            "\(why): it would be one"
        )
        let result = WorkflowCommands.neutralized(text)
        for line in result.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(!Self.isCommand(String(line)), "\(why): \(result)")
        }
    }

    static let harmless = [
        "", "a::b", "10.0.0.1:80", "[a] #1", "a # [b]", "IPv6 [::1]:5000", "  note     ::", "\n\n", "é ✓ ::",
    ]

    @Test("other text is not changed", arguments: harmless.filter { !$0.hasPrefix("  note") })
    func unchanged(text: String) {
        #expect(WorkflowCommands.neutralized(text) == text)
    }

    @Test func `a JSON document keeps its meaning`() {
        #expect(
            WorkflowCommands.neutralizedJSON(###"{"a":["##[error]x"],"b":"#"}"###)
                == ###"{"a":["##\u005berror]x"],"b":"#"}"###
        )
    }

    @Test func `an annotation is one line, and its message cannot end it`() {
        #expect(
            WorkflowCommands.annotation(.error, title: "a: b, c", "100%\r\n::x ##[y]")
                == "::error title=a%3A b%2C c::100%25%0D%0A: :x ## [y]\n"
        )
    }
}
