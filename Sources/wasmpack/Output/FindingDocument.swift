import Diagnostics
import Packing
import Wasm

/// A finding in a JSON document.
struct FindingDocument: Encodable {
    let id: String
    let severity: String
    let message: String
    let consumerMessage: Nullable<String>
    let `try`: [String]
    let offset: Nullable<Int>

    init(_ finding: Finding) {
        id = finding.id
        severity = finding.severity.rawValue
        message = finding.message.printable
        consumerMessage = Nullable(finding.consumerMessage?.printable)
        `try` = finding.hints.map(\.printable)
        offset = Nullable(finding.offset)
    }
}

extension Finding.Severity? {
    /// The verdict that follows from the worst severity; notes do not change `ok`.
    var verdict: String {
        switch self {
        case .error?: "error"
        case .warning?: "warning"
        case .note?, nil: "ok"
        }
    }
}
