import Foundation
import TestSupport
import Testing

/// Archives of other programs are read, and ours are read by them.
@Suite(.timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
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

    @Test func `skopeo reads our archive, and we read skopeo's`() async throws {
        let digest = try await build()
        #expect(try await work.run("copy", "plugin-oci", "ours.tar").status == 0)
        let read = try await work.other(
            "skopeo",
            "--insecure-policy",
            "copy",
            "oci-archive:ours.tar:v1",
            "oci-archive:theirs.tar:v1"
        )
        #expect(read.status == 0, "\(read)")
        let verified = try await work.run("verify", "theirs.tar:v1", "--expect", digest)
        #expect(verified.status == 0, "\(verified)")
        let back = try await work.run("copy", "theirs.tar:v1", "back-oci")
        #expect(back.status == 0, "\(back)")
        #expect(back.outputText == digest + "\n", "skopeo drops the full name")
    }

    @Test func `GNU tar unpacks ours, and what it packs is read`() async throws {
        let digest = try await build()
        #expect(try await work.run("copy", "plugin-oci", "ours.tar").status == 0)
        let script = """
            set -e
            mkdir unpacked
            tar xf ours.tar -C unpacked
            diff -r unpacked plugin-oci
            tar czf packed.tar.gz -C unpacked .
            """
        let run = try await work.other("sh", "-c", script)
        #expect(run.status == 0, "\(run)")
        let verified = try await work.run("verify", "packed.tar.gz", "--expect", digest)
        #expect(verified.status == 0, "\(verified)")
    }

    @Test func `an archive of buildah is read, and docker's old form is refused with a way out`() async throws
    {
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
        let refused = try await work.run("copy", "docker.tar", "from-docker")
        #expect(refused.status == 65, "\(refused)")
        #expect(refused.errorText.contains("docker save"), "\(refused)")
        #expect(refused.errorText.contains("skopeo copy docker-archive:docker.tar"), "\(refused)")
    }
}
