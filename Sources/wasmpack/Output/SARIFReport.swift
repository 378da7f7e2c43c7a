import Deployment
import Diagnostics
import YAML

/// Findings as a SARIF log (OASIS SARIF 2.1.0), which code hosts show beside the lines.
struct SARIFReport: Encodable {
    private let schema = "https://json.schemastore.org/sarif-2.1.0.json"
    private let version = "2.1.0"
    private let runs: [Run]

    private enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    init(_ findings: [LintFinding]) {
        let rules = LintRule.all.filter { rule in findings.contains { $0.rule == rule } }
        runs = [
            Run(
                tool: Tool(
                    driver: Driver(
                        name: "wasmpack",
                        version: Program.version,
                        rules: rules.map { rule in
                            Rule(
                                id: rule.id,
                                shortDescription: Text(text: rule.summary),
                                defaultConfiguration: Configuration(level: rule.severity.rawValue)
                            )
                        }
                    )
                ),
                results: findings.map { finding in
                    Result(
                        ruleId: finding.rule.id,
                        level: finding.rule.severity.rawValue,
                        message: Text(
                            text: ([finding.message] + finding.hints.map { "try: \($0)" }).joined(
                                separator: "\n"
                            )
                            .printableLines
                        ),
                        locations: [
                            Location(
                                physicalLocation: PhysicalLocation(
                                    artifactLocation: ArtifactLocation(
                                        uri: finding.file.percentEncoded(keeping: "/-._~")
                                    ),
                                    region: Region(
                                        startLine: finding.place.line,
                                        startColumn: finding.place.column
                                    )
                                )
                            )
                        ]
                    )
                }
            )
        ]
    }

    private struct Run: Encodable {
        let tool: Tool
        let results: [Result]
    }

    private struct Tool: Encodable { let driver: Driver }

    private struct Driver: Encodable {
        let name: String
        let version: String
        let rules: [Rule]
    }

    private struct Rule: Encodable {
        let id: String
        let shortDescription: Text
        let defaultConfiguration: Configuration
    }

    private struct Configuration: Encodable { let level: String }

    private struct Text: Encodable { let text: String }

    private struct Result: Encodable {
        let ruleId: String
        let level: String
        let message: Text
        let locations: [Location]
    }

    private struct Location: Encodable { let physicalLocation: PhysicalLocation }

    private struct PhysicalLocation: Encodable {
        let artifactLocation: ArtifactLocation
        let region: Region
    }

    private struct ArtifactLocation: Encodable { let uri: String }

    private struct Region: Encodable {
        let startLine: Int
        let startColumn: Int
    }
}

extension String {
    /// The text with escaped control characters except line ends.
    fileprivate var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(
            separator: "\n"
        )
    }
}
