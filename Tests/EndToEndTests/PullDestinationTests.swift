import Foundation
import TestSupport
import Testing

/// Where `pull` writes the module.
@Suite(.timed, .timeLimit(.minutes(5))) struct PullDestinationTests {
    static let places: [(output: String, file: String, why: String)] = [
        ("out/", "out/plugin.wasm", "a folder, which is created"),
        ("deep/er/out/", "deep/er/out/plugin.wasm", "with its parents"),
        ("folder", "folder/plugin.wasm", "an existing folder"),
        ("deep/er/x.wasm", "deep/er/x.wasm", "a file in new folders"),
        ("x.wasm", "x.wasm", "a file"),
    ]

    @Test("writes into a folder, and creates missing folders", arguments: places)
    func destination(output: String, file: String, why: String) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.tiny, to: "module.wasm")
        try work.write([], to: "folder/other")
        let pushed = try await work.run("push", reference, "module.wasm", "--plain-http")
        #expect(pushed.status == 0, "\(pushed)")
        let pulled = try await work.run("pull", reference, "--plain-http", "-o", output, "--json")
        #expect(pulled.status == 0, "\(why): \(pulled)")
        #expect(try work.bytes(of: file) == Modules.tiny)
        #expect(pulled.outputText.contains(#""path":"\#(file)""#), "\(pulled)")

        // A failure leaves no folders behind.
        try FileManager.default.removeItem(atPath: work.path(file))
        for folder in ["out", "deep"] { try? FileManager.default.removeItem(atPath: work.path(folder)) }
        let before = try work.names()
        let zeros = "sha256:" + String(repeating: "0", count: 64)
        let failed = try await work.run("pull", reference, "--plain-http", "-o", output, "--expect", zeros)
        #expect(failed.status == 65, "\(failed)")
        #expect(try work.names() == before, "\(why)")
        #expect(try work.names(in: "folder") == ["other"])
    }
}
