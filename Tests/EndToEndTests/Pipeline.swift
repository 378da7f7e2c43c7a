import Foundation
import TestSupport
import Testing

/// A project with a plugin, a registry with an account, and `pipeline.py`, which runs the steps of CI systems.
final class Pipeline: Sendable {
    /// What ran, and how it ended.
    struct Ended: Decodable, Sendable, CustomStringConvertible {
        let status: Int32
        /// The names of the steps, in their order.
        let ran: [String]
        let log: String
        let outputs: [String: String]
        let summary: String

        var description: String { "exit \(status) after \(ran)\n\(log)\n\(outputs)\n\(summary)" }
    }

    private static let python = Fixtures.path("../.venv/bin/python3")
    static let isExpected =
        Workspace.isCI
        || (try? Tool.run(python, ["-c", "import yaml, check_jsonschema"]))?.status == 0
    static let whySkipped: Comment = "PyYAML or check-jsonschema is not installed (make test-deps)"

    let work: Workspace
    /// The registry's address.
    let address: String
    private let registry: ServeTests.Running
    private let password = Secrets.password()
    private let temporary: ShortFolder

    init() async throws {
        work = try Workspace()
        temporary = try ShortFolder()
        registry = try await ServeTests.start(work, ["-u", "ci", "--password-stdin"], input: password)
        address = registry.address
        try work.write(Modules.plugin, to: "plugin.wasm")
        try work.write(Fixtures.bytes("wasm/header-authorization/plugin-tests.json"), to: "plugin-tests.json")
        // Outside of the workspace, whose files are searched for secrets.
        for (name, program) in [("wasmpack", Workspace.program), ("envoy", Envoy.program)] {
            let folder = URL(filePath: temporary.path).appending(path: "with-\(name)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: name).path(),
                withDestinationPath: program
            )
        }
    }

    deinit { registry.program.signal(SIGTERM) }

    private func path(with programs: [String]) -> String {
        (programs.map { "\(temporary.path)/with-\($0)" } + ["/usr/bin:/bin"]).joined(separator: ":")
    }

    /// The inputs with the account.
    var credentials: [String] { ["username=ci", "password=\(password)"] }

    /// Runs the GitHub Action with inputs.
    func github(
        _ inputs: [String],
        event: String = "{}",
        isInstalled: Bool = true,
        hasEnvoy: Bool = false,
        adding: [String: String] = [:]
    ) async throws -> Ended {
        try work.write(Array(event.utf8), to: "event.json")
        let programs = [isInstalled ? "wasmpack" : nil, hasEnvoy ? "envoy" : nil].compactMap(\.self)
        return try await run(
            ["github", Fixtures.path("../.github/actions/wasmpack/action.yml"), "--event", "event.json"],
            setting: inputs,
            adding: [
                "PATH": path(with: programs),
                "GITHUB_REPOSITORY": "team/plugin",
                "GITHUB_ACTION_REPOSITORY": "makers/wasmpack",
                "GITHUB_SERVER_URL": "file://\(work.path("host"))",
            ].merging(adding) { $1 }
        )
    }

    /// Runs the job for GitLab with variables of the job.
    func gitlab(_ variables: [String] = [], adding: [String: String] = [:]) async throws -> Ended {
        let runner = [
            "PATH": path(with: ["wasmpack", "envoy"]),
            "CI_REGISTRY": address,
            "CI_REGISTRY_IMAGE": "\(address)/team/plugin",
            "CI_REGISTRY_USER": "ci",
            "CI_REGISTRY_PASSWORD": password,
            "CI_COMMIT_REF_SLUG": "main",
        ]
        return try await run(
            ["gitlab", Fixtures.path("../docs/ci/gitlab.yml"), ".wasmpack"],
            setting: variables,
            adding: runner.merging(adding) { $1 }
        )
    }

    /// Runs the task for Tekton.
    func tekton(_ reference: String, hasCredentials: Bool) async throws -> Ended {
        let entry = ["auth": Data("ci:\(password)".utf8).base64EncodedString()]
        try work.write(try JSONEncoder().encode(["auths": [address: entry]]), to: "secret/.dockerconfigjson")
        let credentials = hasCredentials ? ["--workspace", "credentials=\(work.path("secret"))"] : []
        return try await run(
            [
                "tekton", Fixtures.path("../docs/ci/tekton-task.yaml"), "--workspace",
                "source=\(work.folder.path())",
            ]
                + credentials,
            setting: ["reference=\(reference)", "image=tools/wasmpack"],
            adding: ["PATH": path(with: ["wasmpack"])]
        )
    }

    private func run(_ arguments: [String], setting values: [String], adding: [String: String] = [:])
        async throws
        -> Ended
    {
        let run = try await RunningProgram(
            Self.python,
            [PeerProcess.path(of: "pipeline.py")] + arguments + values.flatMap { ["--set", $0] },
            environment: work.environment.merging(["TMPDIR": temporary.path]) { $1 }.merging(adding) { $1 },
            in: work.folder,
            check: work.expectNoSecrets
        ).wait()
        try #require(run.status == 0, "\(run)")
        return try JSONDecoder().decode(Ended.self, from: run.outputBytes)
    }

    /// Publishes a release 0.1.0, as files; `sums` is the digit that the checksum consists of, `*` for the right one, or
    /// empty for a list without the archive.
    func release(sums: String) async throws {
        let script = """
            set -e
            arch=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
            name=wasmpack-0.1.0-linux-$arch
            release=host/makers/wasmpack/releases/download/v0.1.0
            mkdir -p $release $name/bin
            printf '#!/bin/sh\\nexec "\(Workspace.program)" "$@"\\n' >$name/bin/wasmpack
            chmod 755 $name/bin/wasmpack
            tar -czf $release/$name.tar.gz $name
            cd $release
            case "\(sums)" in
            '*') sha256sum $name.tar.gz >SHA256SUMS ;;
            '') echo "none  other.tar.gz" >SHA256SUMS ;;
            *) echo "$(printf '%064d' \(sums.isEmpty || sums == "*" ? "0" : sums))  $name.tar.gz" >SHA256SUMS ;;
            esac
            """
        let made = try await work.other("bash", "-c", script)
        try #require(made.status == 0, "\(made)")
    }

    /// Returns the digest of an image in the registry.
    func digest(of reference: String) async throws -> String {
        let run = try await work.start(
            ["digest", reference, "-u", "ci", "--password-stdin"],
            input: password
        ).wait()
        try #require(run.status == 0, "\(run)")
        return run.outputText.trimmingCharacters(in: .newlines)
    }

    /// Returns the names of the repositories in the registry.
    func repositories() async throws -> [String] {
        struct Catalog: Decodable { let repositories: [String] }
        let run = try await work.other("curl", "-s", "-u", "ci:\(password)", "http://\(address)/v2/_catalog")
        return try JSONDecoder().decode(Catalog.self, from: run.outputBytes).repositories
    }
}
