import Foundation
import TestSupport
import Testing

/// The scripts in `completions/` are those of the program; `WASMPACK_RECORD=1` writes them anew.
@Suite struct CompletionTests {
    static let scripts = [("bash", "wasmpack.bash"), ("zsh", "_wasmpack"), ("fish", "wasmpack.fish")]

    @Test("the completion scripts are current", arguments: scripts)
    func current(shell: String, file: String) async throws {
        let work = try Workspace()
        let run = try await work.run("--generate-completion-script", shell)
        #expect(run.status == 0, "\(run)")
        try expectGolden([UInt8](run.outputBytes), "../completions/\(file)")
        // The shell itself has to understand it; one that is not installed cannot say.
        let path = Fixtures.path("../completions/\(file)")
        guard try await work.other("which", shell).status == 0 else {
            try #require(!Workspace.isCI, "\(shell) is not installed (make test-deps)")
            print("skipped: \(shell) is not installed (make test-deps)")
            return
        }
        let checked = try await work.other(shell, "-n", path)
        #expect(checked.status == 0, "\(checked)")
    }
}
