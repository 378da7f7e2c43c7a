package import Diagnostics

/// What several consumers say, each thing once and with everybody who says it.
package struct FindingList: Sendable {
    /// One thing that is said.
    package struct Row: Sendable {
        package let finding: Finding
        /// Who says it; empty for what is true of the module for everybody.
        package fileprivate(set) var speakers: [String]
    }

    /// The worst first, else in the order in which they come up.
    package let rows: [Row]

    /// Lists what a check has shown.
    package init(_ check: PluginCheck) {
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

    private init(_ rows: [Row]) {
        self.rows = Finding.Severity.allCases.reversed().flatMap { severity in
            rows.filter { $0.finding.severity == severity }
        }
    }
}

extension FindingList.Row {
    /// What is said, by whom, in one line.
    package var line: String {
        (speakers.isEmpty ? "" : speakers.joined(separator: ", ") + ": ") + finding.message
    }
}
