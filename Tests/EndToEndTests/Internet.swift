import Foundation
import SystemPackage
import TestSupport
import Testing

/// A simulated internet for one test: public names and addresses, with a scripted registry behind each.
///
/// On loopback every host is local and may be trusted. The behavior with a public registry that
/// names other hosts can be tested only here (Tests/Support/internet.py).
struct Internet {
    /// The server behind a name.
    struct Host: Encodable {
        let address: String
        var auth = "open"
        var user: [String] = []
        var unknown_authority = false
        var speaks = "https"
        /// The address that the name resolves to, if it differs from the server's.
        var resolves_to: String?
    }

    /// The result of a run, and the requests that all hosts received during it.
    struct Result: Decodable, CustomStringConvertible {
        let status: Int32
        let stdout: String
        let stderr: String
        let requests: [String: [Request]]
        /// The number of opened connections, including those without a request.
        let connections: [String: Int]

        var description: String {
            "exit \(status)\nstdout: \(stdout)\nstderr: \(stderr)\n"
                + requests.map { "\($0): \($1.map { "\($0.method) \($0.path)" })" }.joined(separator: "\n")
        }

        /// Whether a host saw any credentials: a password, a token, a cookie.
        func hasCredentials(_ host: String) -> Bool {
            requests[host, default: []].contains { request in
                !request.form.isEmpty
                    || request.headers.contains {
                        ["authorization", "proxy-authorization", "cookie"].contains($0[0].lowercased())
                    }
            }
        }

        /// Whether a host received no connections.
        func isUntouched(_ host: String) -> Bool { connections[host] == 0 }
    }

    struct Request: Decodable {
        let method: String
        let path: String
        let headers: [[String]]
        let form: [[String]]
        let status: Int?
    }

    private struct Plan: Encodable {
        struct Step: Encodable {
            let rules: [String: String]
            let run: [String]
            let input: String
        }
        let folder: String
        let certificates: String
        let hosts: [String: Host]
        let steps: [Step]
    }

    static let password = "hush-of-the-advisories"

    /// The names that every simulated internet has.
    static let hosts = [
        registry: Host(address: "203.0.113.5", auth: "bearer", user: ["ci:\(password)"]),
        tokens: Host(address: "203.0.113.6", auth: "bearer", user: ["ci:\(password)"]),
        stranger: Host(address: "198.51.100.66", auth: "basic", user: ["ci:\(password)"]),
        inside: Host(address: "127.0.0.1"),
        intranet: Host(address: "10.0.0.7"),
        metadata: Host(address: metadata),
        "registry-1.docker.io": Host(address: "203.0.113.9"),
        "docker.io": Host(address: "203.0.113.10"),
        "index.docker.io": Host(address: "203.0.113.11"),
        "registry": Host(address: "10.0.0.8"),
    ]
    static let registry = "registry.example"
    static let tokens = "auth.example"
    static let stranger = "stranger.example"
    /// A public name with a loopback address.
    static let inside = "inside.example"
    /// A public name with a private address.
    static let intranet = "intranet.example"
    static let metadata = "169.254.169.254"

    /// Certificates for those names, created on first use.
    private static let certificates = Task {
        let folder = try TemporaryFolder()
        let work = try Workspace()
        let run = try await Internet([:]).start(in: work, certificates: folder, steps: [])
        if run.status != 0 { throw PeerError("\(run)") }
        return folder
    }

    /// Whether this machine can simulate an internet; CI must be able to.
    static let isPossible = Workspace.isCI || canUnshare()

    static let whySkipped: Comment = "unshare cannot create a network namespace here"

    private static func canUnshare() -> Bool {
        let unshare = Process()
        unshare.executableURL = URL(filePath: "/usr/bin/env")
        unshare.arguments = ["unshare", "-rmn", "ip", "link", "set", "lo", "up"]
        unshare.standardError = FileHandle.nullDevice
        guard (try? unshare.runAlone()) != nil else { return false }
        unshare.waitUntilExit()
        return unshare.terminationStatus == 0
    }

    private let hosts: [String: Host]

    /// Creates an internet in which some hosts differ from the defaults; the certificates cover only the default names.
    init(_ changes: [String: Host] = [:]) { hosts = Self.hosts.merging(changes) { $1 } }

    /// Pushes the reference plugin to the registry as `team/plugin:v1`; then runs a command under other rules.
    func run(
        _ arguments: [String],
        rules: [String: String],
        input: String = "\(password)\n",
        in work: Workspace
    ) async throws -> Result {
        let certificates = try await Self.certificates.value
        try work.write(Modules.plugin, to: "module.wasm")
        let trust = ["--ca-file", "\(certificates.path)/ca/ca.crt"]
        let push = ["push", "\(Self.registry)/team/plugin:v1", "module.wasm"] + Self.signIn + trust
        let steps = [
            Plan.Step(rules: [:], run: [Workspace.program] + push, input: "\(Self.password)\n"),
            Plan.Step(rules: rules, run: [Workspace.program] + arguments + trust, input: input),
        ]
        let run = try await start(in: work, certificates: certificates, steps: steps)
        let results = try JSONDecoder().decode([Result].self, from: run.outputBytes)
        let pushed = try #require(results.first, "\(run)")
        try #require(pushed.status == 0, "\(pushed)")
        return try #require(results.last)
    }

    static let signIn = ["--username", "ci", "--password-stdin"]

    private func start(
        in work: Workspace,
        certificates: TemporaryFolder,
        steps: [Plan.Step]
    ) async throws -> CommandLineRun {
        let plan = Plan(
            folder: work.folder.path(),
            certificates: certificates.path.string,
            hosts: hosts,
            steps: steps
        )
        return try await work.other(
            "unshare",
            "-rmn",
            Python.path,
            PeerProcess.path(of: "internet.py"),
            input: String(decoding: JSONEncoder().encode(plan), as: UTF8.self)
        )
    }
}
