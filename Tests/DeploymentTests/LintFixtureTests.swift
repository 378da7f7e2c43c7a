import Diagnostics
import SystemPackage
import TestSupport
import Testing
import YAML

@testable import Deployment

/// The repositories of manifests in `Fixtures/lint`, with the findings expected in each.
@Suite struct LintFixtureTests {
    static let folders = [
        "asm-tutorial", "encodings", "envoy-gateway", "helm-chart", "higress", "mesh-with-secret", "monorepo",
        "secrets",
        "traffic-extension", "url-traps",
    ]

    @Test("finds in each repository what is expected", arguments: folders)
    func findings(folder: String) throws {
        let root = Fixtures.path("lint/\(folder)")
        var search = ManifestSearch()
        try search.read(FilePath(root))
        let linter = Linter(search.files, for: [])
        let lines = linter.findings.map { finding in
            let file = finding.file.dropFirst(root.utf8.count + 1)
            return
                "\(file):\(finding.place.line):\(finding.place.column) \(finding.rule.severity) \(finding.rule.id): "
                + finding.message.replacing(root + "/", with: "").printable + "\n"
        }
        let text = lines.joined() + "\(linter.objects.count) objects in \(search.files.count) files\n"
        #expect(!text.contains("hunter2"))
        #expect(!text.contains("not-a-secret"))
        try expectGolden(Array(text.utf8), "lint/\(folder)/expected.txt")
    }
}
