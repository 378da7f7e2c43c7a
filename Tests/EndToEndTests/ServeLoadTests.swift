import Foundation
import TestSupport
import Testing

/// A smaller load than that of `make load`, whose peak of memory only a release build can show.
@Suite(.long, .timed, .timeLimit(.minutes(10)))
struct ServeLoadLongTests {
    @Test func `a hundred clients, a thousand tags and two thousand blobs are served in bounded memory`()
        async throws
    {
        let work = try Workspace()
        let script = Fixtures.path("../Tests/Bench/serve_load.py")
        let options = ["--steps", "many,tags,blobs", "--tags", "1000", "--blobs", "2000", "--limit", "128"]
        let run = try await work.otherwise(
            "python3",
            [script, Workspace.program] + options + ["--folder", work.folder.path()]
        )
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.split(separator: "\n").count == 6, "\(run)")
    }
}
