/// What the environment allows on the output streams, by the conventions of terminals and CI systems.
struct TerminalRules: Sendable {
    private static let names = [
        "TERM", "CI", "NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "LC_ALL", "LC_CTYPE", "LANG",
        "GITHUB_ACTIONS",
    ]

    /// Set variables that are not empty.
    private let environment: [String: String]

    /// Creates the rules from variables; an empty one counts as unset.
    init(_ variables: [String: String]) { environment = variables.filter { !$0.value.isEmpty } }

    /// Reads the environment of this process; a variable that is not valid UTF-8 counts as unset.
    static var current: TerminalRules {
        let environment = Environment.current
        let values = names.map { name in
            (name, environment.bytes(name).flatMap { String(validating: $0, as: UTF8.self) } ?? "")
        }
        return TerminalRules(Dictionary(uniqueKeysWithValues: values))
    }

    /// Whether a line on a terminal may be drawn again: not in CI, and not on a terminal that cannot move its cursor.
    var allowsRedrawing: Bool { !isCI && environment["TERM"].map { $0 != "dumb" } ?? false }

    /// `CI` is set by every CI system; `CI=false` is how people deny it.
    private var isCI: Bool { environment["CI"].map { $0.lowercased() != "false" } ?? false }

    /// Whether to use color, by the user's choice, then `NO_COLOR`, `CLICOLOR_FORCE` and `CLICOLOR`.
    func hasColor(_ choice: ColorChoice, isTerminal: Bool) -> Bool {
        switch choice {
        case .always: true
        case .never: false
        case .auto where environment["NO_COLOR"] != nil: false
        case .auto where environment["CLICOLOR_FORCE"] != nil: true
        case .auto: isTerminal && allowsRedrawing && environment["CLICOLOR"] != "0"
        }
    }

    /// Whether text may have characters outside ASCII, by the variables of the locale (POSIX, "Locale").
    var hasUnicode: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first?.lowercased()
        return locale.map { $0.contains("utf-8") || $0.contains("utf8") } ?? false
    }

    /// Whether the output is read by a runner of GitHub Actions.
    var isGitHubActions: Bool { environment["GITHUB_ACTIONS"] == "true" }
}
