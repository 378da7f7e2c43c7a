import Foundation
import TestSupport
import Testing

/// Names that lack a part, and files that cannot be used: the command says so before any other work.
@Suite(.timed, .timeLimit(.minutes(5))) struct ForgottenNameTests {
    /// Nothing listens there, so that Docker Hub is never reached.
    private let proxy = ["HTTPS_PROXY": "http://127.0.0.1:1"]

    static let commands = [
        ["pull", "a:v1"], ["push", "a:v1", "plugin.wasm"], ["digest", "docker://a:v1"], ["tags", "a"],
        ["copy", "plugin.wasm-oci", "docker://a:v1"], ["generate", "wasmplugin", "a:v1"],
    ]

    @Test("says that a name without a host belongs to Docker Hub", arguments: commands)
    func hub(arguments: [String]) async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let built = try await work.run("build", "plugin.wasm", "--layout", "plugin.wasm-oci")
        #expect(built.status == 0, "\(built)")
        let run = try await work.start(arguments + ["--retries", "0"], adding: proxy).wait()
        #expect(run.status == 69, "\(run)")
        let name = arguments[0] == "tags" ? "a" : "a:v1"
        #expect(run.errorText.contains("\"\(name)\" has no host, so it belongs to Docker Hub\n"), "\(run)")
        #expect(
            run.errorText.contains("\n  try: for another registry, write registry.example.com/\(name)\n"),
            "\(run)"
        )
    }

    @Test func `does not explain Docker Hub to those who name it`() async throws {
        let work = try Workspace()
        let run = try await work.start(
            ["pull", "docker.io/library/a:v1", "--retries", "0"],
            adding: proxy
        ).wait()
        #expect(run.status == 69, "\(run)")
        #expect(!run.errorText.contains("has no host"), "\(run)")
    }

    @Test func `accepts a name on Docker Hub if a folder has that name`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        for folder in ["nginx", "team/plugin"] {
            try FileManager.default.createDirectory(
                atPath: work.path(folder),
                withIntermediateDirectories: true
            )
        }
        let built = try await work.run("build", "plugin.wasm", "-t", "nginx:v1")
        #expect(built.status == 0, "\(built)")
        #expect(built.outputText.hasPrefix("docker.io/library/nginx@sha256:"), "\(built)")
        for line in [["nginx:v1"], ["team/plugin:v1", "plugin.wasm"], ["team/plugin:v1", "plugin-oci:v1"]] {
            let run = try await work.start(["push"] + line + ["--retries", "0"], adding: proxy).wait()
            #expect(run.status == 69, "\(run)")
            #expect(run.errorText.contains("\"\(line[0])\" has no host"), "\(run)")
        }
    }

    @Test func `says that the reference is missing if only an existing folder is named`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin/plugin.wasm")
        let run = try await work.run("push", "plugin")
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText.hasPrefix("error[usage]: the reference is missing\n"), "\(run)")
        #expect(
            run.errorText.hasSuffix("\n  try: wasmpack push registry.example.com/my-plugin:v1 plugin\n"),
            "\(run)"
        )
        // The reference is not missing if there is a source; it has no tag.
        let untagged = try await work.run("push", "plugin", "plugin/plugin.wasm")
        #expect(untagged.status == 64, "\(untagged)")
        #expect(
            untagged.errorText.contains("docker.io/library/plugin has no tag\n"),
            "\(untagged)"
        )
    }

    static let readers = [
        ["pull", "NAME:v9"], ["inspect", "NAME:v9"], ["digest", "NAME:v9"], ["check", "NAME:v9"],
        ["verify", "NAME:v9"],
    ]

    @Test("names the command that lists the tags after a tag was not found", arguments: readers)
    func tags(arguments: [String]) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let name = "\(registry.name)/team/plugin"
        let line = arguments.map { $0.replacing("NAME", with: name) } + ["--plain-http"]
        let run = try await work.start(line).wait()
        #expect(run.status == 66, "\(run)")
        #expect(run.errorText.contains("  try: wasmpack tags \(name) --plain-http\n"), "\(run)")
        // A repository with tags: they are named, and one that is nearly the same is suggested.
        try work.write(Modules.plugin, to: "plugin.wasm")
        let pushed = try await work.run(
            "push",
            "\(name):v8",
            "plugin.wasm",
            "--also-tag",
            "dev",
            "--plain-http"
        )
        #expect(pushed.status == 0, "\(pushed)")
        let listed = try await work.start(line).wait()
        #expect(listed.status == 66, "\(listed)")
        #expect(listed.errorText.contains("why: the repository has the tags dev, v8\n"), "\(listed)")
        #expect(listed.errorText.hasSuffix("  try: use the tag v8\n"), "\(listed)")
    }

    @Test func `lists an image with two names of one digest once`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let names = ["-t", "a.example/one:v1", "-t", "a.example/two:v1"]
        let built = try await work.start(["build", "plugin.wasm"] + names).wait()
        #expect(built.status == 0, "\(built)")
        let run = try await work.run("push", "a.example/three:v1", "plugin-oci")
        #expect(run.status == 66, "\(run)")
        #expect(run.errorText.ranges(of: "wasmpack push").count == 1, "\(run)")
    }

    @Test("reads --ca-file before it packs", arguments: ["missing.pem", "plugin.wasm"])
    func authorities(file: String) async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        for command in [
            ["push", "a.example/b:v1", "plugin.wasm"],
            ["build", "plugin.wasm", "-t", "a.example/b:v1", "--push"],
        ] {
            let run = try await work.start(command + ["--ca-file", file]).wait()
            #expect(run.status == 78, "\(run)")
            #expect(run.errorText.hasPrefix("error[config-invalid]: "), "\(run)")
            #expect(run.errorText.contains("\n  try: "), "\(run)")
            #expect(!FileManager.default.fileExists(atPath: work.path("plugin-oci")))
        }
    }

    @Test func `does not write a module to a terminal`() async throws {
        let work = try Workspace()
        let script = Fixtures.path("../Tests/Support/terminal.py")
        let run = try await RunningProgram(
            "/usr/bin/env",
            [Python.path, script, "[]", Workspace.program, "pull", "a.example/b:v1", "-o", "-"],
            environment: work.environment,
            in: work.folder
        ).wait()
        let seen = try JSONDecoder().decode(Workspace.Seen.self, from: run.outputBytes)
        #expect(seen.status == 64, "\(seen)")
        #expect(seen.screen.contains("a module is binary, but standard output is a terminal"), "\(seen)")
        #expect(seen.screen.contains("wasmpack pull a.example/b:v1 -o plugin.wasm"), "\(seen)")
    }
}
