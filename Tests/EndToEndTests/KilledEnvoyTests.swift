import Foundation
import TestSupport
import Testing

/// `kill -9` of the commands that start an Envoy: no process and no file remains.
struct KilledEnvoy {
    private let work: Workspace
    private let temporary: ShortFolder

    static let commands: [[String]] = [
        ["check", "loop.wasm"], ["run", "loop.wasm"], ["run", "plugin.wasm", "--watch"],
        ["test", "cases.json", "--plugin", "plugin.wasm"],
    ]

    init() async throws {
        work = try Workspace()
        temporary = try ShortFolder()
        try await TrialPlugin.build(
            changing: [("if (is(text, count, \"loop\")) {", "if (1) {")],
            as: "loop.wasm",
            in: work
        )
        try await TrialPlugin.build(as: "plugin.wasm", in: work)
        let loop = #"{"cases":[{"name":"loop","timeout":3600,"request":{"path":"/loop"}}]}"#
        try work.write(Array(loop.utf8), to: "cases.json")
    }

    /// Kills a command when this number of processes runs besides it, and waits until nothing is left.
    func kill(_ command: [String], when count: Int) async throws {
        let before = try TestedPlugins.processes(mentioning: temporary.path)
        #expect(before.isEmpty)
        let program = try work.start(
            command + ["--envoy=\(Envoy.program)"],
            adding: ["TMPDIR": temporary.path]
        )
        try await wait(for: "\(count) processes", within: .seconds(60)) {
            if program.hasEnded { throw PeerError(try await program.wait().description) }
            return try TestedPlugins.processes(mentioning: temporary.path).count >= count
        }
        program.signal(SIGKILL)
        let run = try await program.wait()
        #expect(run.status == -SIGKILL, "\(run)")
        try await wait(for: "the end of all processes", within: .seconds(60)) {
            try TestedPlugins.processes(mentioning: temporary.path) == before
        }
        // Without a supervisor yet, the next command removes the folder.
        if count > 0 {
            try await wait(for: "the removal of the files", within: .seconds(60)) {
                try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty
            }
        }
    }
}

/// Each command once.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct KilledEnvoyTests {
    @Test("leaves no Envoy behind", arguments: KilledEnvoy.commands)
    func killed(command: [String]) async throws {
        // The supervisor and Envoy.
        try await KilledEnvoy().kill(command, when: 2)
    }
}

/// Fifty kills, at different moments.
@Suite(.long, .timed, .timeLimit(.minutes(15)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct KilledEnvoyLongTests {
    @Test func `fifty killed commands leave no process and no file behind`() async throws {
        let killed = try await KilledEnvoy()
        for number in 0..<50 {
            let command = KilledEnvoy.commands[number % KilledEnvoy.commands.count]
            try await killed.kill(command, when: number % 3)
        }
    }
}
