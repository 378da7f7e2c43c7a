import Diagnostics

/// Findings of which only the first of each kind are kept, because a module may have a million of them.
struct LimitedFindings {
    /// The number of findings of a kind that are kept.
    static let limitPerKind = 100

    /// The findings, in the order in which they were added.
    private(set) var kept: [Finding] = []
    private var counts: [String: Int] = [:]
    private var omitted = 0
    private var omittedSeverity: Finding.Severity?

    /// Starts with some findings.
    init(_ findings: [Finding] = []) {
        for finding in findings { add(finding) }
    }

    /// Adds a finding.
    mutating func add(_ finding: Finding) { add(finding.id, finding.severity, finding) }

    /// Adds a finding of a kind; it is not made over the limit.
    mutating func add(_ id: String, _ severity: Finding.Severity, _ make: @autoclosure () -> Finding) {
        counts[id, default: 0] += 1
        guard counts[id, default: 0] <= Self.limitPerKind else { return omit(1, severity) }
        kept.append(make())
    }

    /// Adds other findings, and the number of those that they omit.
    mutating func add(_ others: LimitedFindings) {
        for finding in others.kept { add(finding) }
        if let severity = others.omittedSeverity { omit(others.omitted, severity) }
    }

    private mutating func omit(_ count: Int, _ severity: Finding.Severity) {
        omitted += count
        omittedSeverity = max(omittedSeverity ?? .note, severity)
    }

    /// Sorts the findings by offset, like the file; findings without an offset come last.
    mutating func sort() {
        kept = kept.enumerated().sorted { left, right in
            (left.element.offset ?? .max, left.offset) < (right.element.offset ?? .max, right.offset)
        }.map(\.element)
    }

    /// The kept findings, and one for those that are omitted.
    var all: [Finding] {
        guard let omittedSeverity else { return kept }
        return kept + [
            Finding(
                "more-findings",
                omittedSeverity,
                "\(omitted) more findings of the same kinds are omitted"
            )
        ]
    }
}
