import Foundation
import TestSupport
import Testing

/// After `kill -9`, the next run removes the temporary files, and not those of a run that still works.
@Suite(.timed, .timeLimit(.minutes(5))) struct KilledRunTests {
    private let work: Workspace
    private let registry: ScriptedRegistry
    private var reference: String { "\(registry.name)/test/plugin:v1" }

    init() async throws {
        work = try Workspace()
        registry = try await ScriptedRegistry()
        try work.write(Modules.large(500_000), to: "module.wasm")
        let pushed = try await work.run("push", reference, "module.wasm", "--plain-http")
        #expect(pushed.status == 0, "\(pushed)")
    }

    /// All temporary files and folders of wasmpack in the workspace and in `TMPDIR`.
    private func leftovers() throws -> [String] {
        try work.names().filter { $0.hasPrefix(".wasmpack-") } + work.names(in: "tmp")
    }

    static let commands: [(arguments: [String], rule: String, request: String, why: String)] = [
        (["pull", "REF", "-o", "new.wasm"], #""method": "GET", "path": "/blobs/""#, "/blobs/", "pull"),
        (["pull", "REF", "-o", "-"], #""method": "GET", "path": "/blobs/""#, "/blobs/", "pull to a pipe"),
        (
            ["push", "OTHER", "module.wasm"], #""method": "PUT", "path": "/blobs/uploads/""#,
            "/blobs/uploads/", "push of a module"
        ),
        (
            ["copy", "REF", "new.tar"], #""method": "GET", "path": "/blobs/""#, "/blobs/",
            "copy to an archive"
        ),
        (["check", "REF"], #""method": "GET", "path": "/blobs/""#, "/blobs/", "check"),
    ]

    @Test("the next run removes the temporary files of a killed one", arguments: commands.indices)
    func killed(number: Int) async throws {
        let (arguments, rule, request, why) = Self.commands[number]
        let command =
            arguments.map {
                switch $0 {
                case "REF": reference
                case "OTHER": "\(registry.name)/test/other:v1"
                default: $0
                }
            } + ["--plain-http"]
        try await registry.order("[{\(rule), \"held\": true}]")
        let before = try await registry.requests().count
        let own = try work.ownTemporaryFolder()
        let running = try work.start(command, adding: own)
        try await registry.wait(for: "", request, after: before)
        try await wait(for: "a temporary file") { try !leftovers().isEmpty }
        running.signal(SIGKILL)
        #expect(try await running.wait().status == -SIGKILL)
        #expect(try !leftovers().isEmpty, "\(why)")
        try await registry.order("[]")
        let next = try await work.start(command, adding: own).wait()
        #expect(next.status == 0, "\(next)")
        #expect(try leftovers() == [], "\(why)")
    }

    @Test func `a run does not remove the temporary files of another run that still works`() async throws {
        try await registry.order(#"[{"method": "GET", "path": "/blobs/", "held": true}]"#)
        let before = try await registry.requests().count
        let own = try work.ownTemporaryFolder()
        let first = try work.start(["pull", reference, "-o", "one.wasm", "--plain-http"], adding: own)
        try await registry.wait(for: "GET", "/blobs/", after: before)
        let mine = try leftovers()
        #expect(mine.contains { $0.hasPrefix(".wasmpack-output-") })
        #expect(mine.contains { $0.hasPrefix("wasmpack-") })
        // Needs an output in the same folder and a temporary folder.
        try work.write(Modules.plugin, to: "plugin.wasm")
        let second = try await work.start(["build", "plugin.wasm", "--archive", "new.tar"], adding: own)
            .wait()
        #expect(second.status == 0, "\(second)")
        #expect(try leftovers() == mine)
        try await registry.order("[]")
        let run = try await first.wait()
        #expect(run.status == 0, "\(run)")
        #expect(try work.bytes(of: "one.wasm") == work.bytes(of: "module.wasm"))
        #expect(try leftovers() == [])
    }
}
