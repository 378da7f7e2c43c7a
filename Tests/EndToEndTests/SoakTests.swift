import Foundation
import TestSupport
import Testing

/// A short soak test (`make soak` is the long one): a real registry behind an unreliable network, and killed commands.
@Suite(
    .long,
    .timed,
    .timeLimit(.minutes(10)),
    .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped)
)
struct SoakLongTests {
    @Test func `transfers a large module despite lost connections, and kill -9 leaves nothing partial`()
        async throws
    {
        let work = try Workspace()
        let options = ["--size", "20", "--cuts", "5", "--kills", "5", "--seed", "3"]
        let run = try await RunningProgram(
            "/usr/bin/env",
            [Python.path, PeerProcess.path(of: "soak.py"), Workspace.program] + options,
            environment: work.environment,
            in: work.folder
        ).wait()
        #expect(run.status == 0, "\(run)")
        // Five in each direction: more than the retries of a transfer without progress.
        #expect(run.outputText.contains("up 5 cuts"), "\(run)")
        #expect(run.outputText.contains("down 5 cuts"), "\(run)")
        #expect(run.outputText.contains("5 kills"), "\(run)")
        #expect(run.outputText.contains("nothing was lost"), "\(run)")
    }
}
