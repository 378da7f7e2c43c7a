import Foundation
import TestSupport
import Testing

/// The scripts in `completions/` equal the program's output; `WASMPACK_RECORD=1` writes them again.
@Suite struct CompletionTests {
    static let scripts = [("bash", "wasmpack.bash"), ("zsh", "_wasmpack"), ("fish", "wasmpack.fish")]

    @Test("the completion scripts are current", arguments: scripts)
    func current(shell: String, file: String) async throws {
        let work = try Workspace()
        let run = try await work.run("--generate-completion-script", shell)
        #expect(run.status == 0, "\(run)")
        try expectGolden([UInt8](run.outputBytes), "../completions/\(file)")
        // The shell must be able to parse the script; a missing shell is skipped.
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
