package import Diagnostics

/// The findings of several consumers, each once with the names of its consumers.
package struct FindingList: Sendable {
    /// A finding, or the first of several with one cause, and its consumers.
    package struct Row: Sendable {
        package let finding: Finding
        /// The names of all things with this fault; empty for a single finding.
        package fileprivate(set) var subjects: [String] = []
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
        for result in check.results {
            for finding in result.imageFindings { add(finding, of: result.name) }
        }
        let imageRowCount = rows.count
        for result in check.results {
            for finding in result.moduleFindings { add(finding, of: result.name) }
        }
        let hostCount = check.results.filter { $0.consumer.host != nil }.count
        for index in 0..<imageRowCount where rows[index].consumers.count == check.results.count {
            rows[index].consumers = []
        }
        for index in imageRowCount..<rows.count where rows[index].consumers.count == hostCount {
            rows[index].consumers = []
        }
        self.init(rows)
    }

    private init(_ rows: [Row]) {
        self.rows = Finding.Severity.allCases.reversed().flatMap { severity in
            Self.joined(rows.filter { $0.finding.severity == severity })
        }
    }

    /// Joins the rows of one cause at the position of the first.
    private static func joined(_ rows: [Row]) -> [Row] {
        var result: [Row] = []
        var positions: [String: Int] = [:]
        for row in rows {
            guard let cause = row.finding.cause, let name = row.finding.subject?.name else {
                result.append(row)
                continue
            }
            let key = cause + row.consumers.joined(separator: ",")
            if let position = positions[key] {
                result[position].subjects.append(name)
            } else {
                positions[key] = result.count
                result.append(row)
                result[result.count - 1].subjects = [name]
            }
        }
        return result.map { row in
            var row = row
            if row.subjects.count == 1 { row.subjects = [] }
            return row
        }
    }
}

extension FindingList.Row {
    /// The consumers and the message, in one line.
    package var line: String {
        (consumers.isEmpty ? "" : consumers.joined(separator: ", ") + ": ")
            + (subjects.isEmpty ? finding.message : finding.message(forAll: subjects.count))
    }
}
