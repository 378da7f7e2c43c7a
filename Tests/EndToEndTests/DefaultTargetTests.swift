import Foundation
import TestSupport
import Testing

/// Commands without a TARGET: the layout that `build` writes and `push` reads.
@Suite(.timed, .timeLimit(.minutes(5))) struct DefaultTargetTests {
    private static let commands = ["check", "verify", "inspect", "digest"]

    @Test("without a target, the layout is read", arguments: commands)
    func layout(command: String) async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        #expect(try await work.run("build", "plugin.wasm", "-t", "a.example/b:v1").status == 0)
        let (named, usual) = (try await work.run(command, "plugin-oci"), try await work.run(command))
        #expect(usual.status == 0, "\(usual)")
        #expect(usual.outputText == named.outputText && !usual.outputText.isEmpty, "\(usual)")
        try FileManager.default.moveItem(atPath: work.path("plugin-oci"), toPath: work.path("other"))
        let variable = try await work.start([command], adding: ["WASMPACK_LAYOUT": "other"]).wait()
        #expect(variable.status == 0, "\(variable)")
        let none = try await work.run(command)
        #expect(none.status == 64, "\(none)")
        #expect(
            none.errorText.contains("the layout plugin-oci, which is the default, does not exist"),
            "\(none)"
        )
    }

    @Test(
        "a layout of several images needs a choice, and the error lists it",
        arguments: ["check", "inspect", "digest"]
    )
    func several(command: String) async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        try work.write(Modules.tiny, to: "tiny.wasm")
        #expect(try await work.run("build", "plugin.wasm", "-t", "a.example/b:v1").status == 0)
        #expect(try await work.run("build", "tiny.wasm", "-t", "a.example/b:v2", "--no-check").status == 0)
        let run = try await work.run(command)
        #expect(run.errorText.contains("error[name-ambiguous]"), "\(run)")
        #expect(run.errorText.contains("plugin-oci:v2"), "\(run)")
    }

    @Test func `a folder that is not a layout names the one in it, or another folder to build`() async throws
    {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let before = try await work.run("verify", ".")
        #expect(
            before.errorText.hasSuffix("try: wasmpack build plugin.wasm --layout ./plugin-oci\n"),
            "\(before)"
        )
        #expect(try await work.run("build", "plugin.wasm").status == 0)
        let after = try await work.run("verify", ".")
        #expect(after.errorText.hasSuffix("try: use ./plugin-oci\n"), "\(after)")
        let file = try await work.run("ls", "--layout", "plugin.wasm")
        #expect(file.errorText.hasSuffix("try: wasmpack build plugin.wasm --layout plugin-oci\n"), "\(file)")
    }

    @Test func `push in an empty folder asks for the module, not for a file that is missing`() async throws {
        let work = try Workspace()
        let run = try await work.run("push", "a.example/b:v1")
        #expect(run.status == 66 && run.errorText.contains("error[layout-missing]"), "\(run)")
        #expect(run.errorText.hasSuffix("try: wasmpack push a.example/b:v1 path/to/plugin.wasm\n"), "\(run)")
    }

    @Test func `serve says what it serves and what to do next`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        #expect(try await work.run("build", "plugin.wasm", "-t", "a.example/b:v1").status == 0)
        #expect(try await work.run("build", "plugin.wasm", "--created", "5").status == 0)
        let cases: [(arguments: [String], texts: [String])] = [
            ([], ["the temporary directory is removed at the end", "to push: wasmpack push 127.0.0.1:"]),
            (["--token-auth"], ["anyone gets a token; -u NAME --password-stdin requires a login\n"]),
            (
                ["--layout", "plugin-oci"],
                ["it has a.example/b:v1\n", "1 image has no full name", "pushes change plugin-oci"]
            ),
            (
                ["--layout", "plugin-oci", "--read-only", "--delay", "1ms"],
                ["in effect: read-only, deliberate faults\n"]
            ),
        ]
        for (arguments, texts) in cases {
            let registry = try await ServeTests.start(work, arguments)
            registry.program.signal(SIGTERM)
            let run = try await registry.program.wait()
            for text in texts { #expect(run.errorText.contains(text), "\(text): \(run)") }
            #expect(run.errorText.contains("pushes change") == (arguments.count == 2), "\(run)")
        }
    }
}
