import Foundation
import TestSupport
import Testing

/// Several runs that write different results to one new file: one result, and an error for the others.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct NewFileRaceLongTests {
    private static let count = 8
    private let work: Workspace
    private let registry: ScriptedRegistry

    /// The file of a number's module.
    private func module(_ number: Int) -> String { "module-\(number)" }
    private func reference(_ number: Int) -> String { "\(registry.name)/test/plugin:v\(number)" }

    init() async throws {
        work = try Workspace()
        registry = try await ScriptedRegistry()
        for number in 0..<Self.count {
            try work.write(SampleModule.incompressible(size: 2_000 + number), to: module(number))
            let pushed = try await work.run("push", reference(number), module(number), "--plain-http")
            #expect(pushed.status == 0, "\(pushed)")
        }
    }

    /// Starts all runs, and lets them continue together when each waits for its layer.
    private func race(_ arguments: (Int) -> [String]) async throws -> [CommandLineRun] {
        try await registry.order(#"[{"method": "GET", "path": "/blobs/", "held": true}]"#)
        let before = try await registry.requests().count
        let running = try (0..<Self.count).map { try work.start(arguments($0) + ["--plain-http"]) }
        // The config and the layer of each.
        try await registry.wait(for: "GET", "/blobs/", after: before, count: 2 * Self.count)
        try await registry.order("[]")
        for run in running { await run.waitForEnd() }
        var runs: [CommandLineRun] = []
        for run in running { runs.append(try await run.wait()) }
        return runs
    }

    /// Expects one success and errors for the others, and returns the number of the winner.
    private func winner(_ runs: [CommandLineRun]) throws -> Int {
        let winners = runs.indices.filter { runs[$0].status == 0 }
        #expect(winners.count == 1, "\(runs)")
        for run in runs where run.status != 0 {
            #expect(run.errorText.contains("error[file-exists]"), "\(run)")
        }
        #expect(try work.names().allSatisfy { !$0.hasPrefix(".wasmpack-") })
        return try #require(winners.first)
    }

    @Test func `of simultaneous pulls to one new file exactly one wins`() async throws {
        let runs = try await race { ["pull", reference($0), "-o", "new.wasm"] }
        let winner = try winner(runs)
        #expect(try work.bytes(of: "new.wasm") == work.bytes(of: module(winner)))
    }

    @Test func `of simultaneous copies to one new archive exactly one wins`() async throws {
        let runs = try await race { ["copy", reference($0), "new.tar"] }
        let digest = String(try runs[winner(runs)].outputText.suffix(72).dropLast())
        let verified = try await work.run("verify", "new.tar", "--expect", digest)
        #expect(verified.status == 0, "\(verified)")
    }

    @Test func `simultaneous pulls of one image to one new file all succeed`() async throws {
        try await registry.order("[]")
        let running = try (0..<Self.count).map { _ in
            try work.start(["pull", reference(0), "-o", "new.wasm", "--plain-http"])
        }
        for run in running { await run.waitForEnd() }
        for run in running {
            let run = try await run.wait()
            #expect(run.status == 0, "\(run)")
        }
        #expect(try work.bytes(of: "new.wasm") == work.bytes(of: module(0)))
    }
}
