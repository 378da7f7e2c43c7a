import Foundation
import TestSupport

/// A run of the program, and what it needed.
struct MeasuredRun {
    let run: CommandLineRun
    /// The most memory that it had at a time, in bytes.
    let peak: Int
    /// The time of the processor, in seconds.
    let seconds: Double

    /// Whether it needed less than 200 MB and a minute of the processor, ten times what any input of the tests needs in a
    /// debug build.
    var isModest: Bool { peak < 200_000_000 && seconds < 60 }
}

extension Workspace {
    /// Runs `wasmpack`, and measures its memory.
    func measure(_ arguments: [String], adding: [String: String] = [:]) async throws -> MeasuredRun {
        struct Report: Decodable {
            let peak: Int
            let seconds: Double
        }
        let folder = FileManager.default.temporaryDirectory
        let file = folder.appending(path: "wasmpack-measured-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let run = try await RunningProgram(
            "/usr/bin/env",
            [Python.path, PeerProcess.path(of: "measured.py"), file.path(), Self.program] + arguments,
            environment: environment.merging(adding) { $1 },
            in: self.folder,
            check: expectNoSecrets
        ).wait()
        let report = try JSONDecoder().decode(Report.self, from: Data(contentsOf: file))
        return MeasuredRun(run: run, peak: report.peak, seconds: report.seconds)
    }
}
