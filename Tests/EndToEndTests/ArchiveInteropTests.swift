import Foundation
import TestSupport
import Testing

/// Tests that wasmpack and other programs read each other's archives.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct ArchiveInteropTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
    }

    private func build() async throws -> String {
        let built = try await work.run("build", "plugin.wasm", "-t", "r.example/team/plugin:v1")
        return String(built.outputText.trimmingCharacters(in: .newlines).suffix(71))
    }

    /// An ordinary user can mount only within `buildah unshare`.
    private static let buildahMounts: ConditionTrait = .enabled(
        if: geteuid() == 0,
        "`buildah mount` is for root, or within `buildah unshare`"
    )

    /// Converts an archive of wasmpack with skopeo.
    private func convert() async throws {
        try await skopeo("oci-archive:ours.tar:v1", "oci-archive:user/theirs.tar:v1")
    }

    /// Copies an image with skopeo as an ordinary user, also for root: only root may give unpacked files away.
    private func skopeo(_ from: String, _ to: String) async throws {
        let run = try await work.asOrdinaryUser("skopeo", "--insecure-policy", "copy", from, to)
        try #require(run.status == 0, "\(run)")
        #expect(try await work.other("cp", "user/theirs.tar", "theirs.tar").status == 0)
    }

    @Test func `skopeo and wasmpack read each other's archives`() async throws {
        let digest = try await build()
        #expect(try await work.run("copy", "plugin-oci", "ours.tar").status == 0)
        try await convert()
        let verified = try await work.run("verify", "theirs.tar:v1", "--expect", digest)
        #expect(verified.status == 0, "\(verified)")
        let back = try await work.run("copy", "theirs.tar:v1", "back-oci")
        #expect(back.status == 0, "\(back)")
        #expect(back.outputText == digest + "\n", "skopeo drops the full name")
    }

    @Test func `GNU tar and wasmpack read each other's archives`() async throws {
        let digest = try await build()
        #expect(try await work.run("copy", "plugin-oci", "ours.tar").status == 0)
        let script = """
            set -e
            mkdir unpacked
            tar xf ours.tar -C unpacked
            rm unpacked/manifest.json
            diff -r unpacked plugin-oci
            tar czf packed.tar.gz -C unpacked .
            tar --zstd -cf packed.tar.zst -C unpacked .
            """
        let run = try await work.other("sh", "-c", script)
        #expect(run.status == 0, "\(run)")
        for name in ["packed.tar.gz", "packed.tar.zst"] {
            let verified = try await work.run("verify", name, "--expect", digest)
            #expect(verified.status == 0, "\(verified)")
        }
    }

    @Test(.enabled(if: Workspace.canUse("buildah"), "buildah needs root or a range of subordinate users"))
    func `reads both kinds of buildah's archives`() async throws {
        let script = """
            set -e
            buildah() { command buildah --storage-driver vfs --root "$PWD/root" --runroot "$PWD/run" "$@"; }
            container=$(buildah from scratch)
            buildah add "$container" plugin.wasm /plugin.wasm
            buildah commit -f oci "$container" "oci-archive:$PWD/buildah.tar:v1"
            buildah commit -f docker "$container" "docker-archive:$PWD/docker.tar:plugin:v1"
            """
        let made = try await work.other("sh", "-c", script)
        #expect(made.status == 0, "\(made)")
        let copied = try await work.run("copy", "buildah.tar:v1", "from-buildah")
        #expect(copied.status == 0, "\(copied)")
        #expect(try await work.run("verify", "from-buildah").status == 0)
        let saved = try await work.run("copy", "docker.tar", "from-docker")
        #expect(saved.status == 0, "\(saved)")
        #expect(saved.outputText.hasPrefix("docker.io/library/plugin@sha256:"), "\(saved)")
        #expect(try await work.run("verify", "from-docker").status == 0)
    }

    /// `docker load` and `podman load` also read this form.
    @Test(arguments: ["image", "docker"])
    func `an archive of an image is also a docker archive of the same image`(format: String)
        async throws
    {
        let built = try await work.run(
            "build",
            "-t",
            "r.example/team/plugin:v1",
            "-t",
            "r.example/team/plugin:v2",
            "--format",
            format,
            "--archive",
            "ours.tar"
        )
        #expect(built.status == 0, "\(built)")
        #expect(try work.names().contains("plugin-oci") == false)
        try await skopeo(
            "docker-archive:ours.tar:r.example/team/plugin:v2",
            "docker-archive:user/theirs.tar:r.example/team/plugin:v3"
        )
        // buildah's archive has links, and uncompressed layers.
        let listed = try await work.other("tar", "tvf", "theirs.tar")
        #expect(listed.outputText.contains("layer.tar -> ../"), "\(listed)")
        let verified = try await work.run("verify", "theirs.tar:v3")
        #expect(verified.status == 0, "\(verified)")
        let back = try await work.run("copy", "--format", format, "theirs.tar", "back-oci")
        #expect(back.outputText == built.outputText, "\(back)")
    }

    @Test(buildahMounts) func `buildah pulls an archive of wasmpack with the same module`() async throws {
        #expect(
            try await work.run("build", "-t", "r.example/team/plugin:v1", "--archive", "ours.tar").status == 0
        )
        let script = """
            set -e
            buildah() { command buildah --storage-driver vfs --root "$PWD/root" --runroot "$PWD/run" "$@"; }
            echo '{"default":[{"type":"insecureAcceptAnything"}]}' >policy.json
            for transport in docker-archive oci-archive; do
                image=$(buildah pull --signature-policy policy.json "$transport:ours.tar")
                container=$(buildah from "$image")
                cmp "$(buildah mount "$container")/plugin.wasm" plugin.wasm
            done
            """
        let run = try await work.other("sh", "-c", script)
        #expect(run.status == 0, "\(run)")
    }

    @Test(arguments: ["artifact", "wasm"])
    func `skopeo reads the archive of a bare module as an OCI archive`(format: String) async throws {
        let built = try await work.run(
            "build",
            "-t",
            "r.example/team/plugin:v1",
            "--format",
            format,
            "--archive",
            "ours.tar"
        )
        #expect(built.status == 0, "\(built)")
        let names = try await work.other("tar", "tf", "ours.tar")
        #expect(!names.outputText.contains("manifest.json"), "docker could not load it")
        let digest = String(built.outputText.trimmingCharacters(in: .newlines).suffix(71))
        try await convert()
        #expect(try await work.run("verify", "theirs.tar", "--expect", digest).status == 0)
    }
}
