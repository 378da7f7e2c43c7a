import Deployment
import Diagnostics
import OCI
import YAML

/// The result of `lint`, as text and as a JSON document.
struct LintReport {
    /// The findings that remain.
    let findings: [LintFinding]
    private let linter: Linter
    private let fileCount: Int
    private let fixed: [LintImages.Fix]
    private let isStrict: Bool
    private let isOffline: Bool

    init(_ linter: Linter, of fileCount: Int, fixed: [LintImages.Fix], isStrict: Bool, isOffline: Bool) {
        self.linter = linter
        self.fileCount = fileCount
        self.fixed = fixed
        self.isStrict = isStrict
        self.isOffline = isOffline
        findings = linter.findings.filter { finding in !fixed.contains { $0.solves(finding) } }
    }

    private func count(_ severity: Finding.Severity) -> Int {
        findings.count { $0.rule.severity == severity }
    }

    /// Whether the exit status is 1.
    ///
    /// That nothing was checked is a warning too.
    var isFailed: Bool {
        count(.error) > 0 || isStrict && (count(.warning) > 0 || linter.objects.isEmpty)
    }

    var rows: [Row] {
        fixed.map { Row("fixed", "\($0.file):\($0.place.line): pinned to \($0.digest)", tone: .good) }
            + findings.flatMap(Self.rows) + [verdict]
    }

    private static func rows(of finding: LintFinding) -> [Row] {
        [
            finding.rule.severity.row(
                "\(finding.file):\(finding.place.line):\(finding.place.column): \(finding.message) [\(finding.rule.id)]"
            )
        ]
            + (finding.consumerMessage.map { [.more("the consumer reports: \"\($0)\"")] } ?? [])
            + finding.hints.map { .remedy($0) }
    }

    private var verdict: Row {
        func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
        let scope =
            "\(counted(linter.objects.count, "object")) in \(counted(fileCount, "file"))"
            + (isOffline ? "; no registry was asked (--offline)" : "")
        let found = [(count(.error), "error"), (count(.warning), "warning")].filter { $0.0 > 0 }.map {
            counted($0, $1)
        }
        let text = found.isEmpty ? scope : "\(found.joined(separator: ", ")); \(scope)"
        guard isFailed else { return Row("ok", text, tone: .good) }
        return Row(
            "FAIL",
            text + (isStrict && count(.error) == 0 ? "; warnings count as errors (--strict)" : ""),
            tone: .bad
        )
    }

    struct Document: Encodable {
        let schema = "wasmpack.lint/v1"
        let ok: Bool
        let files: Int
        let objects: Int
        let images: Int
        let errors: Int
        let warnings: Int
        let notes: Int
        let online: Bool
        let fixed: [Fixed]
        let findings: [Item]

        struct Fixed: Encodable {
            let file: String
            let line: Int
            let digest: String
        }

        struct Item: Encodable {
            let file: String
            let line: Int
            let column: Int
            let object: Nullable<String>
            let id: String
            let severity: String
            let message: String
            let consumerMessage: Nullable<String>
            let `try`: [String]
        }
    }

    var document: Document {
        Document(
            ok: !isFailed,
            files: fileCount,
            objects: linter.objects.count,
            images: linter.images.count,
            errors: count(.error),
            warnings: count(.warning),
            notes: count(.note),
            online: !isOffline,
            fixed: fixed.map {
                Document.Fixed(file: $0.file, line: $0.place.line, digest: $0.digest.description)
            },
            findings: findings.map { finding in
                Document.Item(
                    file: finding.file,
                    line: finding.place.line,
                    column: finding.place.column,
                    object: Nullable(finding.object?.printable),
                    id: finding.rule.id,
                    severity: finding.rule.severity.rawValue,
                    message: finding.message.printable,
                    consumerMessage: Nullable(finding.consumerMessage?.printable),
                    try: finding.hints.map(\.printable)
                )
            }
        )
    }
}
