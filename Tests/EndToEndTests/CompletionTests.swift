import Foundation
import TestSupport
import Testing

/// The scripts in `completions/` equal the program's output; `WASMPACK_RECORD=1` writes them again.
///
/// Real shells complete command lines with them.
@Suite(.timed, .timeLimit(.minutes(5))) struct CompletionTests {
    static let scripts = [("bash", "wasmpack.bash"), ("zsh", "_wasmpack"), ("fish", "wasmpack.fish")]

    /// Skips, except in CI, what needs a shell that is not installed.
    private static func has(_ shell: String, _ work: Workspace) async throws -> Bool {
        let isThere =
            shell == "bash-completion"
            ? FileManager.default.fileExists(atPath: "/usr/share/bash-completion/bash_completion")
            : try await work.other("which", shell).status == 0
        if isThere { return true }
        try #require(!Workspace.isCI, "\(shell) is not installed (make test-deps)")
        print("skipped: \(shell) is not installed (make test-deps)")
        return false
    }

    @Test("the completion scripts are current", arguments: scripts)
    func current(shell: String, file: String) async throws {
        let work = try Workspace()
        let run = try await work.run("completion", shell)
        #expect(run.status == 0, "\(run)")
        try expectGolden([UInt8](run.outputBytes), "../completions/\(file)")
        let packagers = try await work.run("--generate-completion-script", shell)
        #expect(packagers.outputText == run.outputText)
        // The shell must be able to parse the script; a missing shell is skipped.
        guard try await Self.has(shell, work) else { return }
        let checked = try await work.other(shell, "-n", Fixtures.path("../completions/\(file)"))
        #expect(checked.status == 0, "\(checked)")
    }

    private static let lines: [(typed: String, completed: String, why: String)] = [
        ("wasmpack compl", "completion", "a command"),
        ("wasmpack r", "rm", "an alias"),
        ("wasmpack rm example.com/a:v1 --anon", "--anonymous", "an option of an alias"),
        ("wasmpack cp --forma", "--format", "the other alias"),
        ("wasmpack check x.wasm --for envoy", "envoy-gateway", "a consumer"),
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
        (
            "wasmpack login registry.ex", "registry.example.com:5000",
            "a registry of config.json, with its port"
        ),
        ("wasmpack logout docker", "docker.io", "Docker Hub, whose key is a URL"),
        ("wasmpack login help", "helped.example.com", "a registry with a helper of its own"),
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
        try FileManager.default.createDirectory(atPath: work.path("bin"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: work.path("bin/wasmpack"),
            withDestinationPath: Workspace.program
        )
        let file = try #require(Self.scripts.first { shell.hasPrefix($0.0) }?.1)
        let helper = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Support/completing.py").path()
        for line in Self.lines {
            let run = try await work.other(
                "env",
                "DOCKER_CONFIG=\(work.path("docker"))",
                Python.path,
                helper,
                shell,
                Fixtures.path("../completions/\(file)"),
                line.typed
            )
            #expect(run.status == 0, "\(run)")
            let last = run.outputText.split(separator: "\n").last.map(String.init)
            #expect(last == line.completed, "\(line.why): \(run)")
        }
    }
}
