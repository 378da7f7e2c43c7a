import Diagnostics
import Packing

/// What several consumers say, each thing once and with everybody who says it.
struct FindingList {
    /// One thing that is said.
    struct Row {
        let finding: Finding
        /// Who says it; empty for what is true of the module for everybody.
        var speakers: [String]
    }

    /// The worst first, else in the order in which they come up.
    let rows: [Row]

    /// Lists what a check has shown.
    init(_ check: PluginCheck) {
        var rows: [Row] = []
        func add(_ finding: Finding, from speaker: String) {
            if let place = rows.firstIndex(where: { $0.finding == finding }) {
                rows[place].speakers.append(speaker)
            } else {
                rows.append(Row(finding: finding, speakers: [speaker]))
            }
        }
        for answer in check.answers {
            for finding in answer.imageFindings { add(finding, from: answer.consumer.name) }
        }
        let imageRowCount = rows.count
        for answer in check.answers {
            for finding in answer.moduleFindings { add(finding, from: answer.consumer.name) }
        }
        let hostCount = check.answers.filter { $0.consumer.host != nil }.count
        for place in imageRowCount..<rows.count where rows[place].speakers.count == hostCount {
            rows[place].speakers = []
        }
        self.init(rows)
    }

    init(_ rows: [Row]) {
        self.rows = Finding.Severity.allCases.reversed().flatMap { severity in
            rows.filter { $0.finding.severity == severity }
        }
    }
}

extension FindingList.Row {
    /// What is said, by whom, in one line.
    var line: String {
        (speakers.isEmpty ? "" : speakers.joined(separator: ", ") + ": ") + finding.message
    }
}

/// A finding in a document.
struct FindingDocument: Encodable {
    let id: String
    let severity: String
    let message: String
    let saying: Nullable<String>
    let `try`: [String]
    let offset: Nullable<Int>

    init(_ finding: Finding) {
        id = finding.id
        severity = finding.severity.rawValue
        message = finding.message.printable
        saying = Nullable(finding.saying?.printable)
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
