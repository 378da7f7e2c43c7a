import Foundation
import TestSupport
import Testing

/// What the start of the program costs, in a unit that does not depend on the machine's load.
@Suite(.long, .timeLimit(.minutes(5))) struct CostLongTests {
    /// A recorded number of instructions of the development build, and what it was built with.
    private struct Cost: Codable {
        let toolchain: String
        let instructions: Int
    }

    private static let golden = "cli/start-cost.json"
    private static var canCount: Bool {
        Workspace.isCI || FileManager.default.isExecutableFile(atPath: "/usr/bin/valgrind")
    }

    /// The compiler and the processor, for example `Swift version 6.3.1 (swift-6.3.1-RELEASE), x86_64`.
    private static func toolchain() throws -> String {
        let version = try Tool.run("swift", ["--version"]).output.split(separator: "\n")
            .first { $0.contains("Swift version") }
        let processor = try Tool.run("uname", ["-m"]).output
        return "\(version ?? "unknown"), \(processor.trimmingCharacters(in: .newlines))"
    }

    @Test(.enabled(if: canCount, "valgrind is not installed (make test-deps)"))
    func `a start takes the recorded number of instructions, within 5 %`() async throws {
        let work = try Workspace()
        // valgrind cannot read the debug information of this compiler.
        let stripped = try await work.other("strip", "-g", "-o", work.path("wasmpack"), Workspace.program)
        try #require(stripped.status == 0, "\(stripped)")
        let run = try await work.other(
            "valgrind",
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            work.path("wasmpack"),
            "--version"
        )
        try #require(run.status == 0, "\(run)")
        let counted = try #require(
            run.errorText.firstMatch(of: /Collected : (\d+)/).flatMap { Int($0.1) },
            "\(run)"
        )
        let cost = Cost(toolchain: try Self.toolchain(), instructions: counted)
        if ProcessInfo.processInfo.environment["WASMPACK_RECORD"] == "1" {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            try expectGolden(Array(encoder.encode(cost)) + [UInt8(ascii: "\n")], Self.golden)
            return
        }
        let recorded = try JSONDecoder().decode(Cost.self, from: Data(Fixtures.bytes(Self.golden)))
        guard recorded.toolchain == cost.toolchain else {
            print("skipped: recorded with \(recorded.toolchain), but this is \(cost.toolchain)")
            return
        }
        let ratio = Double(cost.instructions) / Double(recorded.instructions)
        #expect((0.95...1.05).contains(ratio), "\(cost.instructions) instead of \(recorded.instructions)")
    }
}
