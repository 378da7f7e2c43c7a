import Foundation
import Testing

/// The changelog, and the pages of the project on its host.
struct ProjectPageTests {
    @Test func `the changelog has the form of Keep a Changelog`() throws {
        let headings = try Document("CHANGELOG.md").headings
        #expect(headings.prefix(2) == ["# Changelog", "## Unreleased"])
        var parts: [Substring] = []
        for heading in headings.dropFirst(2) {
            if heading.hasPrefix("## ") {
                #expect(heading.contains(/^## \d+\.\d+\.\d+(-[\w.]+)? - \d{4}-\d\d-\d\d$/), "\(heading)")
                parts = []
                continue
            }
            let part = heading.dropFirst("### ".count)
            let known = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
            #expect(heading.hasPrefix("### ") && known.contains(String(part)), "\(heading)")
            #expect(!parts.contains(part), "\(heading) occurs twice")
            parts.append(part)
        }
        #expect(!parts.isEmpty)
    }

    @Test func `reports go to the host's form, not to an address`() throws {
        for name in ["SECURITY.md", "CODE_OF_CONDUCT.md"] {
            let page = try Document(".github/\(name)")
            #expect(page.text.contains("**Report a vulnerability**"), "\(name)")
            #expect(!page.text.contains(/[\w.+-]+@[\w-]+\.\w+/), "\(name)")
        }
    }
}
