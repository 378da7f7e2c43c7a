import Foundation
import TestSupport

/// A folder with the fixture plugin, and a registry that answers to each host name of the documents.
///
/// A proxy leads every host to the registry, so commands run exactly as they are shown.
final class DocumentedShell: Sendable {
    /// The hosts that the documents name; the registry's certificate is for them.
    static let hosts = [
        "registry.example.com", "registry", "ghcr.io", "registry.internal", "registry-1.docker.io",
        "demo-registry.cn-hangzhou.cr.aliyuncs.com",
    ]
    /// The one user of the registry.
    static let username = "ci-bot"

    private let root: TemporaryFolder
    private let folder: URL
    private let registry: PeerProcess
    private let proxy: PeerProcess
    private let environment: [String: String]

    /// The C compiler of the Swift toolchain; it and its linker make WebAssembly too.
    private static let clang: String? = {
        struct Target: Decodable {
            struct Paths: Decodable { let runtimeResourcePath: String }
            let paths: Paths
        }
        guard let output = try? Tool.run("swiftc", ["-print-target-info"]).output,
            let paths = try? JSONDecoder().decode(Target.self, from: Data(output.utf8)).paths
        else { return nil }
        return URL(filePath: paths.runtimeResourcePath).appending(path: "../../bin/clang").standardized.path()
    }()

    private struct Ready: Decodable {
        let port: Int
        let ca: String?
    }

    init() async throws {
        root = try TemporaryFolder()
        let base = URL(filePath: "\(root.path)")
        let password = Secrets.password()
        registry = try await PeerProcess.start(
            "docker_registry.py",
            ["--auth", "htpasswd", "--user", "\(Self.username):\(password)"]
                + Self.hosts.flatMap { ["--name", $0] }
        )
        let ready = try JSONDecoder().decode(Ready.self, from: registry.ready)
        proxy = try await PeerProcess.start("proxy.py", ["--to", "\(ready.port)"])
        let proxyPort = try JSONDecoder().decode(Ready.self, from: proxy.ready).port

        folder = base.appending(path: "work")
        let files = FileManager.default
        for name in ["work/deploy", "bin", "home/.docker", "tmp"] {
            try files.createDirectory(at: base.appending(path: name), withIntermediateDirectories: true)
        }
        try files.createSymbolicLink(
            atPath: base.appending(path: "bin/wasmpack").path(),
            withDestinationPath: BuiltProgram.wasmpack
        )
        if let clang = Self.clang {
            try files.createSymbolicLink(
                atPath: base.appending(path: "bin/clang").path(),
                withDestinationPath: clang
            )
        }
        try Data(try Fixtures.bytes("wasm/header-authorization/plugin.wasm"))
            .write(to: folder.appending(path: "plugin.wasm"))
        let manifest = Data(
            """
            apiVersion: extensions.istio.io/v1alpha1
            kind: WasmPlugin
            metadata: {name: plugin, namespace: istio-system}
            spec:
              selector: {matchLabels: {istio: ingressgateway}}
              url: file:///opt/plugin.wasm

            """.utf8
        )
        for file in ["wasmplugin.yaml", "deploy/wasmplugin.yaml"] {
            try manifest.write(to: folder.appending(path: file))
        }
        try Self.writeCredentials(password, to: base.appending(path: "home/.docker/config.json"))

        let tools = Document.root.appending(path: ".venv/bin").path()
        environment = [
            "PATH":
                "\(base.appending(path: "bin").path()):\(tools):/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": base.appending(path: "home").path(),
            "TMPDIR": base.appending(path: "tmp").path(),
            "STATE": base.appending(path: "state").path(),
            "FIXTURES": Fixtures.root,
            "LC_ALL": "C.UTF-8",
            "https_proxy": "http://127.0.0.1:\(proxyPort)",
            "SSL_CERT_FILE": ready.ca ?? "",
            "TOKEN": password,
        ]
    }

    /// Every host of the documents has the user's password, as after `wasmpack login`.
    private static func writeCredentials(_ password: String, to file: URL) throws {
        let entry = ["auth": Data("\(username):\(password)".utf8).base64EncodedString()]
        let keys = hosts.map { $0 == "registry-1.docker.io" ? "https://index.docker.io/v1/" : $0 }
        let auths = Dictionary(uniqueKeysWithValues: (keys + ["registry:443"]).map { ($0, entry) })
        try JSONEncoder().encode(["auths": auths]).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path())
    }

    /// Runs a command in bash, after those before it, and returns both outputs in one; variables persist.
    ///
    /// A digest that is written as `sha256:…` is that of the fixture plugin's image.
    func run(_ command: String) async throws -> (status: Int32, output: String) {
        let script = """
            exec 2>&1
            [ ! -f "$STATE" ] || . "$STATE"
            trap 'export -p >"$STATE"' EXIT
            set -a -o pipefail
            \(try await withDigest(command))
            """
        let run = try await RunningProgram(
            "/bin/bash",
            ["-c", script],
            environment: environment,
            in: folder
        ).wait()
        return (run.status, run.outputText)
    }

    private func withDigest(_ command: String) async throws -> String {
        guard command.contains("sha256:…") else { return command }
        let build = "wasmpack build -q plugin.wasm --layout \"$TMPDIR/digest-oci\""
        let digest = try await run(build).output.trimmingCharacters(in: .whitespacesAndNewlines)
        return command.replacing("sha256:…", with: digest)
    }
}
