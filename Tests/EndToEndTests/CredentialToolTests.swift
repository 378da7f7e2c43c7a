import Foundation
import TestSupport
import Testing

/// Real tools of other projects that store or write credentials.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct CredentialToolTests {
    typealias Bench = CredentialSourceTests.Bench

    /// Whether a tool is installed; in CI it must be.
    static func isExpected(_ tools: String...) -> Bool {
        Workspace.isCI
            || tools.allSatisfy { tool in
                ["/usr/bin", "/usr/local/bin"].contains {
                    FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)")
                }
            }
    }

    @Test(
        .enabled(
            if: isExpected("docker-credential-pass", "pass", "gpg"),
            "docker-credential-pass is not installed"
        )
    )
    func `authenticates with a credential from docker-credential-pass`() async throws {
        let bench = try await Bench()
        let work = bench.work
        let variables = [
            "GNUPGHOME": work.path("gnupg"), "PASSWORD_STORE_DIR": work.path("store"),
        ]
        try FileManager.default.createDirectory(
            atPath: work.path("gnupg"),
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        func tool(_ arguments: [String], input: String = "") async throws {
            let run = try await RunningProgram(
                "/usr/bin/env",
                arguments,
                environment: work.environment.merging(variables) { $1 },
                input: input,
                in: work.folder
            ).wait()
            try #require(run.status == 0, "\(run)")
        }
        let kept =
            #"{"ServerURL":"\#(bench.registry.name)","Username":"\#(bench.registry.username)","Secret":"\#(bench.registry.password)"}"#
        try await tool([
            "gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "wasmpack-test",
            "default",
            "default", "never",
        ])
        try await tool(["pass", "init", "wasmpack-test"])
        try await tool(["docker-credential-pass", "store"], input: kept)
        try work.write(Array(#"{"credsStore":"pass"}"#.utf8), to: "home/.docker/config.json")
        let run = try await bench.run(["-v"], variables)
        let empty = try await work.start(
            ["push", "localhost:1/a/b:v1", "plugin.wasm"],
            adding: variables
        ).wait()
        try await tool(["gpgconf", "--kill", "gpg-agent"])
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains("demo, from docker-credential-pass"), "\(run)")
        #expect(empty.status == 69, "\(empty)")
    }

    static var kubectl: String {
        let own = Fixtures.path("../.venv/bin/kubectl")
        return FileManager.default.isExecutableFile(atPath: own) ? own : "/usr/bin/kubectl"
    }

    @Test(
        .enabled(
            if: Workspace.isCI || FileManager.default.isExecutableFile(atPath: kubectl),
            "kubectl is not installed (make test-deps)"
        )
    )
    func `reads a pull Secret from kubectl as JSON and as YAML`()
        async throws
    {
        let bench = try await Bench()
        let create = [
            Self.kubectl, "create", "secret", "docker-registry", "pull",
            "--docker-server=\(bench.registry.name)",
            "--docker-username=\(bench.registry.username)", "--docker-password=\(bench.registry.password)",
            "--dry-run=client", "-o",
        ]
        for format in ["json", "yaml"] {
            let made = try await RunningProgram(
                "/usr/bin/env",
                create + [format],
                environment: bench.work.environment,
                in: bench.work.folder
            ).wait()
            try #require(made.status == 0, "\(made)")
            try bench.work.write(made.outputBytes, to: "secret.\(format)")
            try bench.work.protect("secret.\(format)", 0o600)
        }
        for format in ["json", "yaml"] {
            let run = try await bench.run(["-v", "--authfile", "secret.\(format)"])
            #expect(run.status == 0, "\(run)")
            #expect(run.errorText.contains("credentials: demo, from secret.\(format)"), "\(run)")
        }
    }
}
