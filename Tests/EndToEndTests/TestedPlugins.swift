import Foundation
import TestSupport
import Testing

/// A plugin whose behavior a test chooses, built once per change.
enum TrialPlugin {
    /// Builds a C source of the repository, with texts replaced, into a workspace.
    static func build(
        _ source: String = "Tests/Support/behaviors.c",
        changing changes: [(String, String)] = [],
        as name: String = "plugin.wasm",
        in work: Workspace
    ) async throws {
        let root = URL(filePath: Fixtures.root).deletingLastPathComponent()
        var text = try String(contentsOf: root.appending(path: source), encoding: .utf8)
        for (old, new) in changes {
            try #require(text.contains(old), "\(old) is not in \(source)")
            text = text.replacing(old, with: new)
        }
        let folder = "build-\(UUID().uuidString)"
        try work.write(Array(text.utf8), to: "\(folder)/plugin.c")
        try work.write(Fixtures.bytes("wasm/header-authorization/build.sh"), to: "\(folder)/build.sh")
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let script = "PATH='\(path)' sh '\(work.path("\(folder)/build.sh"))' '\(work.path(name))'"
        let built = try await work.other("bash", "-c", script)
        try #require(built.status == 0, "\(built)")
    }
}

/// `wasmpack test` in a workspace, and a folder in which only it has temporary files.
struct TestedPlugins {
    let work: Workspace
    let temporary: ShortFolder

    init() throws {
        work = try Workspace()
        temporary = try ShortFolder()
    }

    func start(_ arguments: [String]) throws -> RunningProgram {
        try work.start(["test"] + arguments, adding: ["TMPDIR": temporary.path])
    }

    func write(_ cases: String, plugin: String = "plugin.wasm") throws {
        try work.write(
            Array(
                "{\"plugin\":\"\(plugin)\",\"defaults\":{\"upstream\":{\"body\":\"hello\"}},\"cases\":[\(cases)]}"
                    .utf8
            ),
            to: "plugin-tests.json"
        )
    }

    /// Runs the cases, and expects these to fail, with a text in the report.
    func expectFailures(
        _ failures: [(name: String, text: String)],
        _ arguments: [String] = [],
        in envoy: String = Envoy.program
    ) async throws {
        let run = try await start(["--envoy=\(envoy)"] + arguments).wait()
        #expect(run.status == (failures.isEmpty ? 0 : 1), "\(run)")
        let failed = run.outputText.split(separator: "\n").filter { $0.hasPrefix("FAIL     ") }.dropLast()
        #expect(failed.count == failures.count, "\(run)")
        for (name, text) in failures {
            #expect(failed.contains { $0.hasPrefix("FAIL     \(name)") }, "\(name): \(run)")
            #expect(run.outputText.contains(text), "\(text): \(run)")
        }
        try expectNothingLeft()
    }

    func expectNothingLeft() throws {
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
        #expect(try Self.processes(mentioning: temporary.path).isEmpty)
    }

    /// The command lines of processes that mention a path.
    static func processes(mentioning path: String) throws -> [String] {
        let numbers = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }
        return numbers.compactMap { number in
            guard let data = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") else {
                return nil
            }
            let text = String(decoding: data, as: UTF8.self).replacing("\0", with: " ")
            return text.contains(path) && (text.contains("--supervise") || text.contains("--config-path"))
                ? text : nil
        }
    }
}
