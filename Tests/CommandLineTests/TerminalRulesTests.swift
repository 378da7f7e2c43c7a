import Testing

@testable import wasmpack

/// What the variables of the environment allow.
@Suite struct TerminalRulesTests {
    private func rules(_ variables: [String: String]) -> TerminalRules {
        TerminalRules(variables)
    }

    static let redrawing: [(variables: [String: String], allowed: Bool, why: String)] = [
        (["TERM": "xterm"], true, "a terminal"), (["TERM": "dumb"], false, "it cannot move its cursor"),
        ([:], false, "no TERM"), (["TERM": "xterm", "CI": "true"], false, "CI"),
        (["TERM": "xterm", "CI": "1"], false, "CI"), (["TERM": "xterm", "CI": "false"], true, "denied"),
        (["TERM": "xterm", "CI": ""], true, "empty"),
    ]

    @Test("a line is drawn again only where that works", arguments: redrawing)
    func redraws(variables: [String: String], allowed: Bool, why: String) {
        #expect(rules(variables).allowsRedrawing == allowed, "\(why)")
    }

    static let colors:
        [(variables: [String: String], choice: ColorChoice, isTerminal: Bool, hasColor: Bool, why: String)] =
            [
                (["TERM": "xterm"], .auto, true, true, "a terminal"),
                (["TERM": "xterm"], .auto, false, false, "a pipe"),
                (["TERM": "xterm", "NO_COLOR": "1"], .auto, true, false, "NO_COLOR"),
                (["TERM": "xterm", "NO_COLOR": ""], .auto, true, true, "an empty NO_COLOR"),
                (["TERM": "xterm", "NO_COLOR": "1"], .always, false, true, "the option is stronger"),
                (["CLICOLOR_FORCE": "1"], .auto, false, true, "CLICOLOR_FORCE"),
                (["TERM": "xterm", "CLICOLOR": "0"], .auto, true, false, "CLICOLOR=0"),
                (["TERM": "xterm", "CI": "true"], .auto, true, false, "CI"),
                (["TERM": "dumb"], .auto, true, false, "dumb"),
                (["TERM": "xterm"], .never, true, false, "never"),
            ]

    @Test("color follows the option, then the variables", arguments: colors)
    func usesColor(
        _ row: (
            variables: [String: String], choice: ColorChoice, isTerminal: Bool, hasColor: Bool, why: String
        )
    ) {
        #expect(
            rules(row.variables).hasColor(row.choice, isTerminal: row.isTerminal) == row.hasColor,
            "\(row.why)"
        )
    }

    static let locales: [(variables: [String: String], hasUnicode: Bool)] = [
        ([:], false), (["LANG": "en_US.UTF-8"], true), (["LANG": "en_US.utf8", "LC_ALL": "C"], false),
        (["LC_CTYPE": "C.UTF-8", "LANG": "C"], true), (["LC_ALL": "xx_XX"], false), (["LC_ALL": ""], false),
    ]

    @Test("characters outside ASCII need a locale of UTF-8", arguments: locales)
    func usesUnicode(variables: [String: String], hasUnicode: Bool) {
        #expect(rules(variables).hasUnicode == hasUnicode)
    }
}
