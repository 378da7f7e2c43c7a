import Foundation
import Testing

/// docs/reference/check.md has a row for each kind of finding about a module.
@Suite struct FindingTests {
    /// The ids that the sources of a target can give, by the places that make findings.
    private static func identifiers(in target: String) throws -> Set<String> {
        let folder = Document.root.appending(path: "Sources/\(target)")
        var ids: Set<String> = []
        let files = FileManager.default.enumerator(atPath: folder.path())?.compactMap { $0 as? String } ?? []
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            let made = text.matches(of: /\bFinding\(\s*((?:[^,]*\?\s*)?"[^,]*),/)
            for match in made {
                ids.formUnion(String(match.output.1).matches(of: /"([^"]*)"/).map { String($0.output.1) })
            }
            for match in text.matches(of: /static let \w+ = "([a-z]+(?:-[a-z]+)+)"/) {
                ids.insert(String(match.output.1))
            }
        }
        return ids
    }

    @Test func `every finding about a module has its row, and every row its finding`() throws {
        let rows = try Document("docs/reference/check.md").rows("## Findings about modules").dropFirst()
        let documented = rows.compactMap { $0.first?.code.first }
        #expect(Set(documented).count == documented.count)
        #expect(try Set(documented) == Self.identifiers(in: "ProxyWasm"))
        for row in rows { #expect(row.count >= 3, "\(row.first ?? "")") }
    }
}
