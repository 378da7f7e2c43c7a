import Foundation
import TestSupport
import Testing

/// The reference story up to the registry: the user's commands against a registry named `registry`.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct StoryTests {
    /// Runs in separate namespaces: `registry` is this machine, and port 443 is free.
    private static let script = """
        ip link set lo up && printf '127.0.0.1 localhost registry\\n' >hosts && mount --bind hosts /etc/hosts || exit 99
        mkfifo lifeline ready
        python3 "$SUPPORT/docker_registry.py" --auth token --user ci-bot:hush-story --host registry --port 443 \\
            <lifeline >ready &
        exec 3>lifeline
        read -r line <ready
        echo "$line" | python3 -c 'import json, sys; print(json.load(sys.stdin)["ca"])' >ca
        cp /etc/ssl/certs/ca-certificates.crt others.pem || exit 99
        # The system trusts the registry's authority, as machines in a company do.
        mount --bind "$(cat ca)" /etc/ssl/certs/ca-certificates.crt || exit 99
        export WASMPACK_USERNAME=ci-bot WASMPACK_PASSWORD=hush-story
        wasmpack() { "$WASMPACK" "$@"; }
        set -ex
        wasmpack build plugin.wasm -t registry/test-oci/header-authorization:v0.0.1
        wasmpack push registry/test-oci/header-authorization:v0.0.1
        wasmpack push registry/test-oci/header-authorization:v0.0.1
        unset WASMPACK_USERNAME WASMPACK_PASSWORD
        wasmpack pull registry/test-oci/header-authorization:v0.0.1 -o pulled.wasm
        wasmpack verify registry/test-oci/header-authorization:v0.0.1
        # A file of other authorities does not replace the system's.
        wasmpack verify registry/test-oci/header-authorization:v0.0.1 --ca-file others.pem
        """

    @Test func `the commands of the reference story work as written`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let support = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Support").path()
        let run = try await work.run(
            by: "env",
            "SUPPORT=\(support)",
            "WASMPACK=\(Workspace.program)",
            "unshare",
            "-rmn",
            "sh",
            "-c",
            Self.script
        )
        if run.status == 99 || run.errorText.contains("unshare failed") {
            print("skipped: no name spaces of one's own here: \(run.errorText)")
            try #require(ProcessInfo.processInfo.environment["CI"] == nil)
            return
        }
        #expect(run.status == 0, "\(run)")
        #expect(try work.bytes(of: "pulled.wasm") == Modules.plugin)
        let digest = run.outputText.split(separator: "\n").first.map(String.init) ?? ""
        #expect(digest.hasPrefix("registry/test-oci/header-authorization@sha256:"))
        // Build, two pushes and the pull print the same line; verify names the image twice.
        #expect(run.outputText.components(separatedBy: digest).count == 5, "\(run)")
        #expect(
            run.outputText.components(
                separatedBy: "image    registry/test-oci/header-authorization:v0.0.1\n"
            ).count == 3
        )
        // Each command prints once how it reads the name without a host.
        #expect(run.errorText.contains("reading \"registry\" as a host"))
        #expect(run.errorText.contains("is already up to date, nothing sent"))
    }
}
