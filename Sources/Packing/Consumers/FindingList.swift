package import Diagnostics

/// The findings of several consumers, each once with the names of its consumers.
package struct FindingList: Sendable {
    /// A finding and its consumers.
    package struct Row: Sendable {
        package let finding: Finding
        /// The names of the consumers; empty for a finding that applies to all of them.
        package fileprivate(set) var consumers: [String]
    }

    /// The rows, the most severe first, then in the order of the check.
    package let rows: [Row]

    /// Lists the findings of a check.
    package init(_ check: PluginCheck) {
        var rows: [Row] = []
        func add(_ finding: Finding, of consumer: String) {
            if let index = rows.firstIndex(where: { $0.finding == finding }) {
                rows[index].consumers.append(consumer)
            } else {
                rows.append(Row(finding: finding, consumers: [consumer]))
            }
        }
        for answer in check.answers {
            for finding in answer.imageFindings { add(finding, of: answer.consumer.name) }
        }
        let imageRowCount = rows.count
        for answer in check.answers {
            for finding in answer.moduleFindings { add(finding, of: answer.consumer.name) }
        }
        let hostCount = check.answers.filter { $0.consumer.host != nil }.count
        for index in 0..<imageRowCount where rows[index].consumers.count == check.answers.count {
            rows[index].consumers = []
        }
        for index in imageRowCount..<rows.count where rows[index].consumers.count == hostCount {
            rows[index].consumers = []
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
    /// The consumers and the message, in one line.
    package var line: String {
        (consumers.isEmpty ? "" : consumers.joined(separator: ", ") + ": ") + finding.message
    }
}
