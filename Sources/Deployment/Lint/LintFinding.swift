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
}

/// Collects the findings of one file.
struct LintCollector {
    let file: String
    var object: String?
    private(set) var findings: [LintFinding] = []

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
