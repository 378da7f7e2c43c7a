import Foundation
import TestSupport
import Testing

/// The scripts in `completions/` equal the program's output; `WASMPACK_RECORD=1` writes them again.
@Suite(.timed, .timeLimit(.minutes(5))) struct CompletionTests {
    static let scripts = [("bash", "wasmpack.bash"), ("zsh", "_wasmpack"), ("fish", "wasmpack.fish")]

    @Test("the completion scripts are current", arguments: scripts)
    func current(shell: String, file: String) async throws {
        let work = try Workspace()
        let run = try await work.run("completion", shell)
        #expect(run.status == 0, "\(run)")
        try expectGolden([UInt8](run.outputBytes), "../completions/\(file)")
        let packagers = try await work.run("--generate-completion-script", shell)
        #expect(packagers.outputText == run.outputText)
        // The shell must be able to parse the script; a missing shell is skipped.
        guard try await CompletionLongTests.has(shell, work) else { return }
        let checked = try await work.other(shell, "-n", Fixtures.path("../completions/\(file)"))
        #expect(checked.status == 0, "\(checked)")
    }
}

/// Real shells complete command lines with the scripts.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct CompletionLongTests {
    /// Skips, except in CI, what needs a shell that is not installed.
    fileprivate static func has(_ shell: String, _ work: Workspace) async throws -> Bool {
        let isThere =
            shell == "bash-completion"
            ? FileManager.default.fileExists(atPath: "/usr/share/bash-completion/bash_completion")
            : try await work.other("which", shell).status == 0
        if isThere { return true }
        try #require(!Workspace.isCI, "\(shell) is not installed (make test-deps)")
        print("skipped: \(shell) is not installed (make test-deps)")
        return false
    }

    private static let lines: [(typed: String, completed: String, why: String)] = [
        ("wasmpack compl", "completion", "a command"),
        ("wasmpack rm", "rm", "an alias"),
        ("wasmpack rm example.com/a:v1 --anon", "--anonymous", "an option of an alias"),
        ("wasmpack cp --forma", "--format", "the other alias"),
        ("wasmpack check x.wasm --for envoy-", "envoy-gateway", "a consumer"),
        ("wasmpack build --format art", "artifact", "a format"),
        ("wasmpack build --color al", "always", "a value of --color"),
        ("wasmpack build --color=al", "--color=always", "a value after ="),
        ("wasmpack build my", "my-plugin.wasm", "the module, not my-notes.txt"),
        ("wasmpack check my", "my-plugin.wasm", "the same for a target"),
        ("wasmpack push example.com/team/plugin:v1 my", "my-plugin.wasm", "the same for a source"),
        ("wasmpack push exam", "example.com/team/plugin:v1", "a name in the layout"),
        ("wasmpack push example.com/team/plugin:", "example.com/team/plugin:v1", "after a colon"),
        ("wasmpack push --layout other-oci exam", "example.com/other:v2", "of another layout"),
        ("wasmpack help exit", "exit-codes", "a topic"),
        ("wasmpack help my-n", "my-n", "no file is a topic"),
        (
            "wasmpack login registry.ex", "registry.example.com:5000",
            "a registry of config.json, with its port"
        ),
        ("wasmpack logout docker", "docker.io", "Docker Hub, whose key is a URL"),
        ("wasmpack login help", "helped.example.com", "a registry with its own helper"),
        (
            "wasmpack generate kustomization a.io/b:v1 --with pull", "pull-secret",
            "a kind that a kustomization has"
        ),
        ("wasmpack generate wasmplugin a.io/b:v1 --for as", "asm", "a consumer of documents"),
        ("wasmpack generate wasmplugin a.io/b:v1 --plugin-config @con", "@config.yaml", "a file after @"),
    ]

    static let shells = ["bash", "bash-completion", "zsh", "fish"]

    @Test("a real shell completes commands, options, values, files and names", arguments: shells)
    func completing(shell: String) async throws {
        let work = try Workspace()
        guard try await Self.has(shell, work) else { return }
        try work.write(Modules.tiny, to: "my-plugin.wasm")
        try work.write([], to: "my-notes.txt")
        try work.write([], to: "config.yaml")
        let credentials =
            #"{"auths": {"registry.example.com:5000": {"auth": "dTpw"}, "https://index.docker.io/v1/": {}}, "#
            + #""credHelpers": {"helped.example.com": "none"}}"#
        try work.write(Array(credentials.utf8), to: "docker/config.json")
        for (layout, name) in [("plugin-oci", "team/plugin:v1"), ("other-oci", "other:v2")] {
            let built = try await work.run(
                "build",
                "my-plugin.wasm",
                "-t",
                "example.com/\(name)",
                "--layout",
                layout
            )
            #expect(built.status == 0, "\(built)")
        }
        try Self.install(in: work)
        for line in Self.lines {
            let (last, run) = try await Self.complete(line.typed, in: shell, work)
            #expect(last == line.completed, "\(line.why): \(run)")
        }
    }

    /// Links the program as `wasmpack` into the `PATH`.
    private static func install(in work: Workspace) throws {
        try FileManager.default.createDirectory(atPath: work.path("bin"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: work.path("bin/wasmpack"),
            withDestinationPath: Workspace.program
        )
    }

    /// Types a line and a Tab in a shell; returns the last word that the shell then has.
    private static func complete(
        _ typed: String,
        in shell: String,
        _ work: Workspace
    ) async throws -> (last: String?, run: CommandLineRun) {
        let file = try #require(CompletionTests.scripts.first { shell.hasPrefix($0.0) }?.1)
        let helper = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Support/completing.py").path()
        let run = try await work.other(
            "env",
            "DOCKER_CONFIG=\(work.path("docker"))",
            Python.path,
            helper,
            shell,
            Fixtures.path("../completions/\(file)"),
            typed
        )
        #expect(run.status == 0, "\(run)")
        return (run.outputText.split(separator: "\n").last.map(String.init), run)
    }

    /// Runs a command if a shell expands it.
    private static let command = "$(touch PWNED)"

    @Test("Tab runs no command in a name", arguments: shells)
    func commands(shell: String) async throws {
        let work = try Workspace()
        guard try await Self.has(shell, work) else { return }
        try work.write(Modules.tiny, to: "plugin.wasm")
        try work.write([], to: "c\(Self.command).json")
        let credentials =
            #"{"auths": {"r\#(Self.command).example.com": {}}, "#
            + #""credHelpers": {"r\#(Self.command):5000": "none"}}"#
        try work.write(Array(credentials.utf8), to: "docker/config.json")
        let built = try await work.run("build", "plugin.wasm", "-t", "example.com/team/plugin:v1")
        #expect(built.status == 0, "\(built)")
        let index = try String(contentsOfFile: work.path("plugin-oci/index.json"), encoding: .utf8)
        let changed = index.replacing("example.com/team/plugin", with: "example.com/\(Self.command)/plugin")
        #expect(changed != index)
        try work.write(Array(changed.utf8), to: "plugin-oci/index.json")
        try Self.install(in: work)
        let lines = [
            "wasmpack generate wasmplugin a.io/b:v1 --plugin-config @c", "wasmpack push exam",
            "wasmpack login r", "wasmpack logout r",
        ]
        for line in lines {
            let (last, run) = try await Self.complete(line, in: shell, work)
            // The candidate is omitted, so that the word does not change.
            #expect(last == line.split(separator: " ").last.map(String.init), "\(run)")
            #expect(!FileManager.default.fileExists(atPath: work.path("PWNED")), "\(line): \(run)")
        }
    }

    @Test("bash does not expand the candidates of the program", arguments: ["bash", "bash-completion"])
    func candidates(shell: String) async throws {
        let work = try Workspace()
        guard try await Self.has(shell, work) else { return }
        // A program that does not omit such candidates.
        let program =
            "#!/bin/sh\nprintf '%s\\n' '@other' '@c\(Self.command)' '@c`touch PWNED`' '@config.yaml'\n"
        // Written by another process: a file that is open for writing cannot be run, and a test that starts a program at this
        // moment passes our open files on to it.
        try work.write(Array(program.utf8), to: "bin/source")
        let installed = try await work.other("install", "-m", "755", "bin/source", "bin/wasmpack")
        try #require(installed.status == 0, "\(installed)")
        let line = "wasmpack generate wasmplugin a.io/b:v1 --plugin-config @c"
        let (last, run) = try await Self.complete(line, in: shell, work)
        #expect(last == "@config.yaml", "\(run)")
        #expect(!FileManager.default.fileExists(atPath: work.path("PWNED")), "\(run)")
    }
}
