import Foundation
import TestSupport
import Testing

/// Container runtimes load our archives and pull our images, and unpack the same module.
@Suite(.timed, .timeLimit(.minutes(5))) struct RuntimeTests {
    private let work: Workspace

    init() async throws {
        work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
    }

    private static let name = "r.example/team/plugin:v1"

    private func archive(_ format: String) async throws -> String {
        let built = try await work.run(
            "build",
            "-t",
            Self.name,
            "--format",
            format,
            "--archive",
            "ours.tar"
        )
        #expect(built.status == 0, "\(built)")
        return String(built.outputText.trimmingCharacters(in: .newlines).suffix(71))
    }

    /// The image `name` in podman's store has our digest, if it keeps digests, and our module.
    private static let podman = """
        set -e
        # podman rejects a path of more than 50 characters.
        run=$(mktemp -d /tmp/podman.XXXXXX)
        trap 'rm -rf "$run"' EXIT
        podman() { command podman --root "$HOME/root" --runroot "$run" --storage-driver vfs "$@"; }
        XDG_RUNTIME_DIR= ; export XDG_RUNTIME_DIR
        echo '{"default":[{"type":"insecureAcceptAnything"}]}' >"$HOME/policy.json"
        """
    private static let comparison = """
        container=$(podman create "$name" /none)
        podman cp "$container:/plugin.wasm" "$HOME/theirs.wasm"
        cmp "$HOME/theirs.wasm" plugin.wasm
        podman image inspect --format '{{.Digest}}' "$name"
        """

    /// podman needs a range of subordinate users to unpack as an ordinary user, so it runs as the user of the tests.
    private func podman(_ script: String, _ name: String) async throws -> CommandLineRun {
        let home = work.path("podman")
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        return try await RunningProgram(
            "/bin/sh",
            ["-c", Self.podman + script + Self.comparison],
            environment: work.environment.merging(["HOME": home, "name": name]) { $1 },
            in: work.folder
        ).wait()
    }

    @Test(
        "podman loads an archive with the same module",
        .enabled(if: Workspace.canUse("podman"), "podman is not installed, or may not unpack images"),
        arguments: ["image", "docker"]
    )
    func podmanLoad(format: String) async throws {
        _ = try await archive(format)
        let run = try await podman(
            "\npodman load -q -i ours.tar --signature-policy \"$HOME/policy.json\"\n",
            Self.name
        )
        #expect(run.status == 0, "\(run)")
    }

    @Test(
        "podman pulls an image with the same digest and module",
        .enabled(if: Workspace.canUse("podman"), "podman is not installed, or may not unpack images"),
        arguments: ["image", "docker"]
    )
    func podmanPull(format: String) async throws {
        let registry = try await ScriptedRegistry()
        let digest = try await archive(format)
        let reference = "\(registry.name)/team/plugin:v1"
        #expect(try await work.run("push", reference, "ours.tar", "--plain-http").status == 0)
        let run = try await podman(
            "\npodman pull -q --tls-verify=false --signature-policy \"$HOME/policy.json\" \"$name\"\n",
            reference
        )
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.hasSuffix("\(digest)\n"), "\(run)")
    }

    private struct Ready: Decodable {
        let socket: String?
        let error: String?
    }

    @Test(
        "containerd imports an archive and pulls an image with the same digest and module",
        .enabled(if: Workspace.canUse("containerd") && geteuid() == 0, "containerd needs root"),
        arguments: ["image", "docker"]
    )
    func containerd(format: String) async throws {
        let peer = try await PeerProcess.start("containerd.py")
        let ready = try JSONDecoder().decode(Ready.self, from: peer.ready)
        let socket = try #require(ready.socket, "\(ready.error ?? "")")
        let registry = try await ScriptedRegistry()
        let digest = try await archive(format)
        let reference = "\(registry.name)/team/plugin:v1"
        #expect(try await work.run("push", reference, "ours.tar", "--plain-http").status == 0)
        let script = """
            set -e
            ctr() { command ctr -a "\(socket)" "$@"; }
            check() {
                mkdir "$2"
                ctr images mount --snapshotter native "$1" "$2" >mounted
                cmp "$2/plugin.wasm" plugin.wasm || exit 9
                ctr images unmount --rm "$2" >unmounted
                ctr images ls name=="$1" | grep -o "sha256:[0-9a-f]*"
            }
            ctr images import --snapshotter native ours.tar >imported
            check \(Self.name) mounted-import
            ctr images pull --plain-http --snapshotter native \(reference) >pulled
            check \(reference) mounted-pull
            """
        let run = try await work.other("sh", "-c", script)
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText == "\(digest)\n\(digest)\n", "\(run)")
    }
}

extension Workspace {
    /// Whether a program is installed; in CI, as root, a missing one fails the tests.
    ///
    /// As an ordinary user it must be possible to unpack files of other users.
    static func canUse(_ program: String) -> Bool {
        let isInstalled = ["/usr/bin", "/usr/local/bin", "/usr/sbin"].contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
        guard geteuid() != 0 else { return isCI || isInstalled }
        return isInstalled && hasSubordinateUsers
    }

    /// Whether this user may map other users (`subuid(5)`), as tools for containers do when they unpack.
    static var hasSubordinateUsers: Bool {
        guard let user = getpwuid(geteuid()), let name = user.pointee.pw_name,
            let text = try? String(contentsOfFile: "/etc/subuid", encoding: .utf8)
        else { return false }
        return text.split(separator: "\n").contains { $0.hasPrefix("\(String(cString: name)):") }
    }
}
