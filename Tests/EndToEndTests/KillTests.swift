import TestSupport
import Testing

/// A hundred kills at chosen events: a byte on its way to the registry, or a system call that changes a file.
@Suite(
    .long,
    .timed,
    .timeLimit(.minutes(5)),
    .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped),
    .enabled(if: Workspace.canTrace, "strace is not installed (make test-deps)")
)
struct KillLongTests {
    static let commands = [
        "build", "build-archive", "push", "push-module", "pull", "pull-layout", "copy-to-archive",
        "copy-to-registry", "login", "tag",
    ]

    @Test(
        "a killed command leaves the old or the new state, and the next run succeeds",
        arguments: commands
    )
    func kill(command: String) async throws {
        let work = try Workspace()
        let options = ["--kills", "10", "--seed", "1", "--keeps"]
        let run = try await RunningProgram(
            "/usr/bin/env",
            [Python.path, PeerProcess.path(of: "kills.py"), Workspace.program, command] + options,
            environment: work.environment,
            in: work.folder
        ).wait()
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("\(command): 10 kills; "), "\(run)")
    }
}
