import Foundation
import TestSupport
import Testing

/// The pictures of the documents.
@Suite(.timeLimit(.minutes(1))) struct PictureTests {
    @Test func `each picture is drawn from its recorded run`() throws {
        let checked = try Tool.run(Python.path, [PeerProcess.path(of: "pictures.py"), "--check"])
        #expect(checked.status == 0, "\(checked.errors)")
    }

    @Test func `each picture is used, and each one that a page uses exists`() throws {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Document.root.appending(path: "docs/images").path()
        )
        var used: Set<String> = []
        for page in try Document.pages() {
            for match in page.text.matches(of: /(?:srcset="|src="|!\[[^\]]*\]\()([^")]+\.svg)/) {
                let path = page.path.split(separator: "/").dropLast().joined(separator: "/")
                let url = Document.root.appending(path: path).appending(path: String(match.output.1))
                    .standardized
                #expect(FileManager.default.fileExists(atPath: url.path()), "\(page.path): \(match.output.1)")
                used.insert(url.lastPathComponent)
            }
        }
        #expect(used == Set(files))
    }
}
