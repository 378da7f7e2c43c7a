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
}

/// Collects the findings of one file.
struct LintCollector {
    let file: String
    var object: String?
    private(set) var findings: [LintFinding] = []

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
        findings.append(
            LintFinding(
                rule: rule,
                file: file,
                place: place,
                object: object,
                message: message,
                consumerMessage: consumerMessage,
                hints: hints
            )
        )
    }
}
