import Foundation
import Testing

/// Links from page to page.
struct LinkTests {
    @Test func `each relative link leads somewhere`() throws {
        for page in try Document.pages() {
            let links = page.prose.flatMap { line in
                line.matches(of: /\]\(([^)\s]+)\)/).map { String($0.output.1) }
                    + line.matches(of: /\bsrc(?:set)?="([^"]+)"/).map { String($0.output.1) }
            }
            for link in links where !link.contains("://") {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let folder = page.path.split(separator: "/").dropLast().joined(separator: "/")
                let target = parts[0].isEmpty ? page.path : "\(folder)/\(parts[0])"
                let file = Document.root.appending(path: target).standardized
                #expect(FileManager.default.fileExists(atPath: file.path()), "\(page.path): \(link)")
                if parts.count == 2 {
                    let anchors = try Document(target).headings.map(Self.anchor)
                    #expect(anchors.contains(String(parts[1])), "\(page.path): \(link)")
                }
            }
        }
    }

    /// The name under which forges show a heading.
    private static func anchor(_ heading: Substring) -> String {
        heading.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
            .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
            .replacing(" ", with: "-")
    }
}
