import Diagnostics
package import YAML

/// A finding with its place in a file.
package struct LintFinding: Sendable {
    package let rule: LintRule
    /// The file as the user named it, or `-`.
    package let file: String
    package let place: Node.Place
    /// The object, such as `WasmPlugin istio-system/auth`; `nil` for a file as a whole.
    package let object: String?
    /// The finding, as one sentence.
    package let message: String
    /// What the consumer prints, word for word; `nil` if it says nothing.
    package let consumerMessage: String?
    package let hints: [String]

    package init(
        rule: LintRule,
        file: String,
        place: Node.Place,
        object: String?,
        message: String,
        consumerMessage: String?,
        hints: [String]
    ) {
        self.rule = rule
        self.file = file
        self.place = place
        self.object = object
        self.message = message
        self.consumerMessage = consumerMessage
        self.hints = hints
    }

    /// Returns the finding with another message or other hints.
    func with(message: String? = nil, hints: [String]? = nil) -> LintFinding {
        LintFinding(
            rule: rule,
            file: file,
            place: place,
            object: object,
            message: message ?? self.message,
            consumerMessage: consumerMessage,
            hints: hints ?? self.hints
        )
    }
}

/// Collects the findings of one file.
struct LintCollector {
    let file: String
    var object: String?
    /// The most findings of an object or file.
    private static let limit = 100
    private var shown: [LintFinding] = []
    /// The findings beyond the limit: the first of the worst ones, and how many they are.
    private var omitted: (worst: LintFinding, count: Int)?

    /// The findings; those beyond the limit are one, which keeps the severity of the worst of them.
    var findings: [LintFinding] {
        guard let (worst, count) = omitted, count > 1 else {
            return shown + [omitted?.worst].compactMap(\.self)
        }
        return shown + [
            worst.with(message: "\(worst.message); and \(count - 1) more findings in this object")
        ]
    }

    /// The file as an argument of a command; `FILE` if a shell would read its name as something else.
    var pathArgument: String {
        let isPlain = file.utf8.allSatisfy { byte in
            byte.isDigit || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
                || "/._-".utf8.contains(byte)
        }
        return isPlain && !file.hasPrefix("-") ? file : "FILE"
    }

    init(_ file: String, object: String? = nil) {
        self.file = file
        self.object = object
    }

    mutating func add(
        _ rule: LintRule,
        at place: Node.Place,
        _ message: String,
        consumerMessage: String? = nil,
        try hints: [String] = []
    ) {
        let finding = LintFinding(
            rule: rule,
            file: file,
            place: place,
            object: object,
            message: message,
            consumerMessage: consumerMessage,
            hints: hints
        )
        guard shown.count >= Self.limit else { return shown.append(finding) }
        guard let (worst, count) = omitted else { return omitted = (finding, 1) }
        omitted = (worst.rule.severity < rule.severity ? finding : worst, count + 1)
    }
}
