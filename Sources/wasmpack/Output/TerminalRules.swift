/// What the environment allows on the output streams, by the conventions of terminals and CI systems.
struct TerminalRules: Sendable {
    private let variable: @Sendable (String) -> String?

    /// Takes a function that returns a variable of the environment; `nil` if it is unset or empty.
    init(_ variable: @escaping @Sendable (String) -> String?) { self.variable = variable }

    /// Whether a line on a terminal may be drawn again: not in CI, and not on a terminal that cannot move its cursor.
    var allowsRedrawing: Bool { !isCI && variable("TERM").map { $0 != "dumb" } ?? false }

    /// `CI` is set by every CI system; `CI=false` is how people deny it.
    private var isCI: Bool { variable("CI").map { $0.lowercased() != "false" } ?? false }

    /// Whether to use color, by the user's choice, then `NO_COLOR`, `CLICOLOR_FORCE` and `CLICOLOR`.
    func hasColor(_ choice: ColorChoice, isTerminal: Bool) -> Bool {
        switch choice {
        case .always: true
        case .never: false
        case .auto where variable("NO_COLOR") != nil: false
        case .auto where variable("CLICOLOR_FORCE") != nil: true
        case .auto: isTerminal && allowsRedrawing && variable("CLICOLOR") != "0"
        }
    }

    /// Whether text may have characters outside ASCII, by the variables of the locale (POSIX, "Locale").
    var hasUnicode: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first?.lowercased()
        return locale.map { $0.contains("utf-8") || $0.contains("utf8") } ?? false
    }

    /// Whether the output is read by a runner of GitHub Actions.
    var isGitHubActions: Bool { variable("GITHUB_ACTIONS") == "true" }
}
