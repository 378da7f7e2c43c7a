import Foundation
import TestSupport
import Testing

/// Tests that wasmpack and other programs read each other's images.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct OtherClientsTests {
    @Test func `skopeo reads a layout of wasmpack with the same digest`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        try work.write(Modules.plugin, to: "plugin.wasm")
        let built = try await work.run("build", "-t", "\(registry.name)/\(work.namespace)/test/plugin:v1")
        let digest = String(built.outputText.split(separator: "@").last ?? "").trimmingCharacters(
            in: .newlines
        )
        let inspected = try await work.skopeo(registry, ["inspect", "oci:plugin-oci:v1"])
        #expect(inspected.outputText.contains(digest), "\(inspected)")
        let pushed = try await work.skopeo(
            registry,
            [
                "copy", "--dest-cert-dir", access.folder, "oci:plugin-oci:v1",
                "docker://\(registry.name)/\(work.namespace)/by/skopeo:v1",
            ]
        )
        #expect(pushed.status == 0, "\(pushed)")
        let pulled = try await work.start(
            ["pull", "\(registry.name)/\(work.namespace)/by/skopeo:v1", "-o", "b.wasm"] + access.flags,
            input: access.input
        ).wait()
        #expect(pulled.outputText.contains(digest), "\(pulled)")
        #expect(try work.bytes(of: "b.wasm") == Modules.plugin)
        // Converted by skopeo to Docker's media types.
        let converted = try await work.skopeo(
            registry,
            [
                "copy", "--format", "v2s2", "--dest-cert-dir", access.folder, "oci:plugin-oci:v1",
                "docker://\(registry.name)/\(work.namespace)/by/docker:v1",
            ]
        )
        #expect(converted.status == 0, "\(converted)")
        let docker = try await work.start(
            ["pull", "\(registry.name)/\(work.namespace)/by/docker:v1", "-o", "c.wasm"] + access.flags,
            input: access.input
        ).wait()
        #expect(docker.status == 0, "\(docker)")
        #expect(try work.bytes(of: "c.wasm") == Modules.plugin)
        #expect(
            try await work.start(
                ["verify", "\(registry.name)/\(work.namespace)/by/docker:v1"] + access.flags,
                input: access.input
            ).wait().status == 0
        )
    }

    @Test func `pulls an image of umoci, whose tar has no end marker`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        try work.write(Modules.plugin, to: "plugin.wasm")
        let image = work.path("umoci")
        for arguments in [
            ["init", "--layout", image], ["new", "--image", "\(image):v1"],
            ["insert", "--image", "\(image):v1", work.path("plugin.wasm"), "/plugin.wasm"],
        ] {
            let run = try await RunningProgram(
                "/usr/bin/env",
                ["umoci"] + arguments,
                environment: work.environment,
                in: work.folder
            ).wait()
            #expect(run.status == 0, "\(run)")
        }
        try await expectReadable(work, registry, access, layout: "umoci")
    }

    @Test(.enabled(if: Workspace.canUse("buildah"), "buildah needs root or a range of subordinate users"))
    func `pulls an image of buildah`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        try work.write(Modules.plugin, to: "plugin.wasm")
        let script = """
            set -e
            buildah() { command buildah --storage-driver vfs --root "$PWD/root" --runroot "$PWD/run" "$@"; }
            container=$(buildah from scratch)
            buildah add "$container" plugin.wasm /plugin.wasm
            buildah commit -f oci "$container" "oci:$PWD/buildah:v1"
            """
        let run = try await work.other("sh", "-c", script)
        #expect(run.status == 0, "\(run)")
        // The layer is uncompressed, which no proxy reads.
        let rejected = try await work.run(
            "push",
            "\(registry.name)/\(work.namespace)/from/buildah:v1",
            "buildah:v1"
        )
        #expect(rejected.status == 1, "\(rejected)")
        #expect(rejected.errorText.contains("error[check-failed]"), "\(rejected)")
        try await expectReadable(work, registry, access, layout: "buildah")
    }

    /// Pushes the layout of another program with wasmpack, and pulls the module back.
    private func expectReadable(
        _ work: Workspace,
        _ registry: RegistryPeer,
        _ access: RegistryPeer.Access,
        layout: String
    ) async throws {
        let reference = "\(registry.name)/\(work.namespace)/from/\(layout):v1"
        let verified = try await work.run("verify", "\(layout):v1")
        #expect(verified.status == 0, "\(verified)")
        let pushed = try await work.start(
            ["push", reference, "\(layout):v1", "--no-check"] + access.flags,
            input: access.input
        ).wait()
        #expect(pushed.status == 0, "\(pushed)")
        let pulled = try await work.start(
            ["pull", reference, "-o", "back.wasm"] + access.flags,
            input: access.input
        ).wait()
        #expect(pulled.status == 0, "\(pulled)")
        #expect(try work.bytes(of: "back.wasm") == Modules.plugin)
        let remote = try await work.start(["verify", reference] + access.flags, input: access.input).wait()
        #expect(remote.status == 0, "\(remote)")
    }
}
