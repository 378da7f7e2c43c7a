import Diagnostics
import Packing
import Wasm

/// A finding in a document.
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
    /// What it means for who asked: a note takes nothing away from an `ok`.
    var verdict: String {
        switch self {
        case .error?: "error"
        case .warning?: "warning"
        case .note?, nil: "ok"
        }
    }
}
