import Foundation
import TestSupport
import Testing

extension Workspace {
    /// The output on a terminal.
    struct Seen: Decodable {
        let status: Int32
        let screen: String
    }

    /// Runs `wasmpack` on a new terminal with the user input of `terminal.py`'s steps; standard output goes
    /// to the file `output`.
    func seeing(_ steps: String, _ arguments: [String]) async throws -> Seen {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Support/terminal.py").path()
        let run = try await RunningProgram(
            "/usr/bin/env",
            [Python.path, script, "--output", path("output"), steps, Self.program] + arguments,
            environment: environment,
            in: folder,
            check: expectNoSecrets
        ).wait()
        try #require(run.status == 0, "\(run)")
        return try JSONDecoder().decode(Seen.self, from: run.outputBytes)
    }
}
