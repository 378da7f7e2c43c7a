import Foundation
import Testing

/// The pages that list promises with their tests.
@Suite struct PromiseTests {
    static let pages = ["Tests/promises.md", "Tests/transfers.md", "docs/reference/distribution.md"]

    /// The sources of all tests, by the name of the file without its ending.
    private static func sources() throws -> [String: String] {
        let root = Document.root.appending(path: "Tests")
        guard let files = FileManager.default.enumerator(atPath: root.path()) else { return [:] }
        var sources: [String: String] = [:]
        for case let file as String in files where file.hasSuffix(".swift") {
            let name = URL(filePath: file).deletingPathExtension().lastPathComponent
            // Files with the same name are searched together.
            sources[name, default: ""] += try String(
                contentsOf: root.appending(path: file),
                encoding: .utf8
            )
        }
        return sources
    }

    private static func holds(_ source: String, _ test: Substring) -> Bool {
        ["@Test(\"\(test)\"", "func `\(test)`(", "func \(test)("].contains { source.contains($0) }
            || source.contains("@Test(\n        \"\(test)\"")
    }

    @Test("every promise names an existing test", arguments: pages)
    func holds(page: String) throws {
        let document = try Document(page)
        let sources = try Self.sources()
        let sections = document.headings.filter { $0.hasPrefix("## ") }
        #expect(!sections.isEmpty)
        for section in sections {
            let rows = document.rows(section).dropFirst()
            #expect(!rows.isEmpty, "\(section) has no promises")
            for row in rows {
                let tests = row.last?.code ?? []
                #expect(!tests.isEmpty, "no test: \(row.first ?? "")")
                for test in tests {
                    guard let colon = test.firstRange(of: ": ") else {
                        Issue.record("\"\(test)\" is not of the form `FileName: name of the test`")
                        continue
                    }
                    let file = String(test[..<colon.lowerBound])
                    let source = try #require(sources[file], "no file Tests/…/\(file).swift")
                    let name = test[colon.upperBound...]
                    if !Self.holds(source, name) { Issue.record("no test \"\(name)\" in \(file).swift") }
                }
            }
        }
    }
}
