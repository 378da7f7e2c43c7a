import Foundation
import Synchronization
package import SystemPackage
package import Testing

/// A real registry, Debian's `docker-registry`, on a free port of this machine and with a temporary folder.
///
/// It ends, and its folder is removed, when the last owner is freed. Tests that need a registry declare it:
///
///     @Suite(.enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
///
/// Most tests share one registry of each kind and use unique names of repositories.
package final class RegistryPeer: Sendable {
    /// The permissions of users.
    package enum Authentication: String, Sendable, CaseIterable {
        /// Every user has all permissions.
        case open
        /// Only the registry's user has permissions, with Basic authentication.
        case htpasswd
        /// The registry's user has all permissions, with tokens of a token service; other users can pull.
        case token
    }

    private struct Ready: Decodable {
        let error: String?
        let port: Int?
        let ca: String?
        let token_log: String?
    }

    /// Whether tests with a real registry run: if it is installed, and always in CI.
    package static var isExpected: Bool {
        let environment = ProcessInfo.processInfo.environment
        if environment["CI"]?.isEmpty == false { return true }
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        return ["docker-registry", "htpasswd"].allSatisfy { name in
            folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
        }
    }

    /// The reason for skipping such tests, for the test report.
    package static let whySkipped: Comment = "docker-registry or htpasswd is not installed (make test-deps)"

    /// The host name of the certificate.
    package let host = "localhost"
    /// The port.
    package let port: Int
    /// The path of the certificate authority; `nil` without TLS.
    package let caFile: FilePath?
    /// The registry's user; an open registry accepts it too.
    package let username: String
    /// The user's password.
    package let password: String
    private let tokenLog: FilePath?
    private let process: PeerProcess

    /// The registry, as written in references: `localhost:PORT`.
    package var name: String { "\(host):\(port)" }

    private static let kinds = Mutex<[String: Task<RegistryPeer, any Error>]>([:])

    /// Returns the registry of a kind that all tests of the process share; tests use unique names of repositories.
    package static func shared(_ authentication: Authentication, usesTLS: Bool = true) async throws
        -> RegistryPeer
    {
        try await kinds.withLock { kinds in
            let kind = "\(authentication) \(usesTLS)"
            let registry = kinds[kind] ?? Task { try await start(authentication, usesTLS: usesTLS) }
            kinds[kind] = registry
            return registry
        }.value
    }

    /// Starts a separate registry and waits until it answers.
    ///
    /// It uses HTTPS with a certificate of a private authority, or plain HTTP. The additional arguments are for its token
    /// service; see its `--help`.
    package static func start(
        _ authentication: Authentication,
        usesTLS: Bool = true,
        tokens: [String] = []
    ) async throws -> RegistryPeer {
        let (username, password) = ("demo", Secrets.password())
        let arguments = ["--auth", authentication.rawValue, "--user", "\(username):\(password)"]
        let process = try await PeerProcess.start(
            "docker_registry.py",
            arguments + (usesTLS ? [] : ["--plain"]) + tokens.map { "--tokens=\($0)" }
        )
        return try RegistryPeer(process, username: username, password: password)
    }

    private init(_ process: PeerProcess, username: String, password: String) throws {
        let ready = try JSONDecoder().decode(Ready.self, from: process.ready)
        guard let port = ready.port else { throw PeerError(ready.error ?? "no port") }
        self.port = port
        caFile = ready.ca.map { FilePath($0) }
        tokenLog = ready.token_log.map { FilePath($0) }
        self.username = username
        self.password = password
        self.process = process
    }

    /// Returns the scopes of each request to the token service, in order, joined by spaces.
    ///
    /// With a repository, returns only the requests for that repository.
    package func tokenRequests(of repository: String? = nil) throws -> [String] {
        struct Line: Decodable {
            let query: [[String]]
            let form: [[String]]
        }
        guard let tokenLog else { return [] }
        let log = (try? String(contentsOfFile: tokenLog.string, encoding: .utf8)) ?? ""
        return try log.split(separator: "\n").map { line in
            let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            return (line.query + line.form)
                .filter { $0.first == "scope" }.map { $0[1] }.joined(separator: " ")
        }
        .filter { scopes in repository.map { scopes.contains("repository:\($0):") } ?? true }
    }
}
