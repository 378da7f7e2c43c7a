import Foundation
import SystemPackage
import TestSupport
import Testing

/// An internet of a test's own: public names and addresses, with a scripted registry behind each.
///
/// On loopback every host is one of this machine, and a program may trust it; what it does with a public registry that
/// names other hosts shows only here (Tests/Support/internet.py).
struct Internet {
    /// What stands behind a name.
    struct Host: Encodable {
        let address: String
        var auth = "open"
        var user: [String] = []
        var unknown_authority = false
        var speaks = "https"
    }

    /// What came of a run, and what everybody was asked meanwhile.
    struct Result: Decodable, CustomStringConvertible {
        let status: Int32
        let stdout: String
        let stderr: String
        let requests: [String: [Request]]
        /// How many connections were opened, also without a request.
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

        /// Whether nobody at all has come to a host.
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

    /// The names that every such internet has.
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
    /// Public by its name, and this machine by its address.
    static let inside = "inside.example"
    /// Public by its name, and of a private network by its address.
    static let intranet = "intranet.example"
    static let metadata = "169.254.169.254"

    /// Certificates for those names, made by the first who needs them.
    private static let certificates = Task {
        let folder = try TemporaryFolder()
        let work = try Workspace()
        let run = try await Internet([:]).start(in: work, certificates: folder, steps: [])
        if run.status != 0 { throw PeerError("\(run)") }
        return folder
    }

    /// Whether such an internet can be made here; CI has to be able to.
    static let isPossible = Workspace.isCI || canUnshare()

    static let whySkipped: Comment = "unshare makes no network of its own here"

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

    /// An internet with some hosts other than they usually are; the certificates are for the usual names alone.
    init(_ changes: [String: Host] = [:]) { hosts = Self.hosts.merging(changes) { $1 } }

    /// Pushes the reference plugin to the registry as `team/plugin:v1`; then, under other rules, runs a command.
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
            "python3",
            PeerProcess.path(of: "internet.py"),
            input: String(decoding: JSONEncoder().encode(plan), as: UTF8.self)
        )
    }
}
