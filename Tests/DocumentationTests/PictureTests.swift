import Foundation
import TestSupport
import Testing

/// The pictures of the documents.
@Suite(.timeLimit(.minutes(1))) struct PictureTests {
    @Test func `each picture is drawn from its recorded run`() throws {
        let checked = try Tool.run(Python.path, [PeerProcess.path(of: "pictures.py"), "--check"])
        #expect(checked.status == 0, "\(checked.errors)")
    }
}
