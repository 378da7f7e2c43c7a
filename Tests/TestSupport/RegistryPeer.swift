import Foundation
import Synchronization
package import SystemPackage
package import Testing

/// A real registry, Debian's `docker-registry`, on a free port of this machine and with a folder of its own.
///
/// It is ended, and its folder removed, when the last owner lets go of it. Tests that need one say so:
///
///     @Suite(.enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
///
/// Most take the one of its kind that all tests of the process share, and name repositories that no other test uses.
package final class RegistryPeer: Sendable {
    /// Who may do what.
    package enum Authentication: String, Sendable, CaseIterable {
        /// Everybody everything.
        case open
        /// The one user, by Basic.
        case htpasswd
        /// The one user, by tokens of a service beside the registry, which lets everybody else pull.
        case token
    }

    private struct Ready: Decodable {
        let error: String?
        let port: Int?
        let ca: String?
        let token_log: String?
    }

    /// Whether tests with a real registry are to run: it is installed, or this is CI, where it has to be.
    package static var isExpected: Bool {
        let environment = ProcessInfo.processInfo.environment
        if environment["CI"]?.isEmpty == false { return true }
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        return ["docker-registry", "htpasswd"].allSatisfy { name in
            folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
        }
    }

    /// Why such tests are skipped, for the test report.
    package static let whySkipped: Comment = "docker-registry or htpasswd is not installed (make test-deps)"

    /// The name that the certificate is for.
    package let host = "localhost"
    /// The port.
    package let port: Int
    /// The file of the authority that signed the certificate; `nil` for a registry without TLS.
    package let caFile: FilePath?
    /// The one user; may be given to an open registry too.
    package let username: String
    /// The user's password.
    package let password: String
    private let tokenLog: FilePath?
    private let process: PeerProcess

    /// The registry as a reference names it: `localhost:PORT`.
    package var name: String { "\(host):\(port)" }

    private static let kinds = Mutex<[String: Task<RegistryPeer, any Error>]>([:])

    /// The registry of a kind that all tests of the process share; a test's repositories have names of its own.
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

    /// Starts a registry of a test's own and waits until it answers.
    ///
    /// It speaks HTTPS with a certificate of a private authority, or plain HTTP. Its token service is started with
    /// further arguments, if there are any: its `--help` has them.
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

    /// The scopes of each request that the token service has answered, in order, joined by spaces.
    ///
    /// With a repository, the requests for that one alone.
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
