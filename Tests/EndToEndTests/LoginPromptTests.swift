import Foundation
import TestSupport
import Testing

/// The password prompt of `login` with an unterminated line.
@Suite(.timed, .timeLimit(.minutes(5))) struct LoginPromptTests {
    private struct Seen: Decodable {
        let status: Int32
        let screen: String
        let isRestored: Bool
    }

    private func login(_ work: Workspace, _ steps: String, after preparation: String) async throws -> Seen {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Support/terminal.py").path()
        let command = "\(preparation); exec \(Workspace.program) login r.example -u ci --no-verify"
        let run = try await RunningProgram(
            "/usr/bin/env",
            [Python.path, script, "--output", work.path("output"), steps, "/bin/sh", "-c", command],
            environment: work.environment,
            in: work.folder
        ).wait()
        try #require(run.status == 0, "\(run)")
        #expect(!run.description.contains("hush"), "\(run)")
        return try JSONDecoder().decode(Seen.self, from: run.outputBytes)
    }

    @Test func `rejects a password without a line end`() async throws {
        let work = try Workspace()
        let seen = try await login(
            work,
            #"[{"expect": "Password"}, {"until": "off"}, {"type": "hush\u0004\u0004"}]"#,
            after: ":"
        )
        #expect(seen.status == 64, "\(seen)")
        #expect(seen.screen.contains("did not end with Enter"), "\(seen)")
        #expect(seen.isRestored)
        #expect(!work.exists("home/.docker"))
    }
}
