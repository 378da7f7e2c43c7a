import Foundation
import TestSupport

/// A run of the program, and what it needed.
struct MeasuredRun {
    let run: CommandLineRun
    /// The most memory that it had at a time, in bytes.
    let peak: Int

    /// The memory that no input may exceed, in bytes, in a debug build.
    static let memoryLimit = 200_000_000
}

extension Workspace {
    /// Runs `wasmpack`, and measures its memory.
    func measure(_ arguments: [String], adding: [String: String] = [:]) async throws -> MeasuredRun {
        struct Report: Decodable { let peak: Int }
        let folder = FileManager.default.temporaryDirectory
        let file = folder.appending(path: "wasmpack-measured-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let run = try await RunningProgram(
            "/usr/bin/env",
            ["python3", PeerProcess.path(of: "measured.py"), file.path(), Self.program] + arguments,
            environment: environment.merging(adding) { $1 },
            in: self.folder,
            check: expectNoSecrets
        ).wait()
        return MeasuredRun(
            run: run,
            peak: try JSONDecoder().decode(Report.self, from: Data(contentsOf: file)).peak
        )
    }
}
