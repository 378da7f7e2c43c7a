import Foundation
import Testing

/// docs/platforms.md against the conditions in the sources.
struct PlatformPageTests {
    @Test func `the page lists each file that differs between platforms`() throws {
        let files = FileManager.default.enumerator(atPath: Document.root.appending(path: "Sources").path())
        var found: Set<String> = []
        for case let file as String in try #require(files)
        where file.hasSuffix(".swift") || file.hasSuffix(".c") {
            let path = "Sources/\(file)"
            if Self.differs(try Document(path).text) { found.insert(path) }
        }
        #expect(found.count > 5)
        let listed = try Document("docs/platforms.md").rows("## Branches").dropFirst().compactMap {
            $0[0].code.first
        }
        #expect(Set(listed) == found)
    }

    /// Whether a text has a condition with more in its branches than imports.
    private static func differs(_ text: String) -> Bool {
        var depth = 0
        for line in text.split(separator: "\n").map({ $0.drop { $0 == " " } }) {
            if line.hasPrefix("#if") {
                depth += 1
            } else if line.hasPrefix("#endif") {
                depth -= 1
            } else if depth > 0, !line.hasPrefix("#else"), !line.contains("import ") {
                return true
            }
        }
        return false
    }
}
