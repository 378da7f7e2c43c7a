import Foundation
package import SystemPackage

/// A server of Tests/Support/scripted_registry.py, which is correct until a script makes it fail.
package final class ScriptedRegistry: Sendable {
    /// The permissions of users.
    package enum Authentication: String, Sendable {
        case open, basic, bearer
    }

    /// A request that the server received.
    package struct Entry: Decodable, Sendable {
        package let method: String
        package let path: String
        package let query: [[String]]
        package let headers: [[String]]
        package let form: [[String]]?
        package let status: Int?
        /// `nil` until there is a response.
        package let body_length: Int?
        /// The number of the request's connection.
        package let connection: Int

        /// Returns the first value of a header field.
        package func header(_ name: String) -> String? {
            headers.first { $0[0].lowercased() == name.lowercased() }?[1]
        }

        /// `METHOD path`, without the repository and parts that differ between runs.
        package var line: String {
            var what = path.split(separator: "/").dropFirst(3).joined(separator: "/")
            if what.hasPrefix("blobs/uploads") { what = method == "POST" ? "uploads" : "upload" }
            return "\(method) \(what)"
        }
    }

    /// The only user of a registry with authentication.
    package static let username = "ci"
    /// The user's password.
    package static let password = "open-hush"

    private struct Ready: Decodable {
        let port: Int
        let control: Int
    }

    /// The port.
    package let port: Int
    /// The host name; the address is 127.0.0.1.
    package let host: String
    /// The authority of the certificate; `nil` without TLS.
    package let caFile: FilePath?
    private let process: PeerProcess
    private let certificates: TemporaryFolder?
    private let control: ControlPort
    /// The address of the port that controls it.
    package let controlURL: String

    /// The registry, as written in references.
    package var name: String { "\(host):\(port)" }

    /// Starts a registry without authentication, or with arguments of the script.
    package convenience init(_ arguments: String...) async throws {
        try self.init(await PeerProcess.start("scripted_registry.py", arguments), nil, host: "127.0.0.1")
    }

    /// Starts a registry with its user, and with TLS with a certificate for `localhost` and 127.0.0.1.
    package static func start(
        _ authentication: Authentication = .open,
        usesTLS: Bool = false,
        host: String = "127.0.0.1",
        _ more: [String] = []
    ) async throws -> ScriptedRegistry {
        var arguments = ["--auth", authentication.rawValue, "--user", "\(username):\(password)"] + more
        let certificates = usesTLS ? try await TestAuthority.shared.value : nil
        if let certificates {
            arguments += [
                "--cert", "\(certificates.path)/server.crt", "--key", "\(certificates.path)/server.key",
            ]
        }
        let process = try await PeerProcess.start("scripted_registry.py", arguments)
        return try ScriptedRegistry(process, certificates, host: host)
    }

    private init(_ process: PeerProcess, _ certificates: TemporaryFolder?, host: String) throws {
        let ready = try JSONDecoder().decode(Ready.self, from: process.ready)
        port = ready.port
        control = ControlPort(ready.control)
        controlURL = "http://127.0.0.1:\(ready.control)"
        self.process = process
        self.certificates = certificates
        self.host = host
        caFile = certificates.map { $0.path.appending("ca/ca.crt") }
    }

    /// Resets the server's rules and record, so that tests can share it in sequence.
    package func reset() async throws -> ScriptedRegistry {
        try await order("[]")
        _ = try await drained()
        return self
    }

    /// Replaces the rules, a JSON list (Tests/Support/faults.py), and resets the counters.
    package func order(_ rules: String) async throws {
        _ = try await control.send("PUT", "/__control", body: rules)
    }

    /// Returns the requests since the start or the last drain, as `METHOD path`.
    package func requests() async throws -> [String] { try await record().map { "\($0.method) \($0.path)" } }

    /// Returns the requests since the start or the last drain.
    package func record() async throws -> [Entry] {
        try JSONDecoder().decode([Entry].self, from: await control.send("GET", "/__record"))
    }

    /// Returns the number of connections, without those of the first requests.
    package func connectionCount(after first: Int) async throws -> Int {
        Set(try await record().dropFirst(first).map(\.connection)).count
    }

    /// Returns the record and clears it.
    package func drained() async throws -> [Entry] {
        try JSONDecoder().decode([Entry].self, from: await control.send("DELETE", "/__record"))
    }

    /// Returns the record as JSON.
    package func recordText() async throws -> String {
        String(decoding: try await control.send("GET", "/__record"), as: UTF8.self)
    }

    /// Waits at most two minutes for a number of requests, without the first requests.
    package func wait(for method: String = "", _ path: String, after first: Int = 0, count: Int = 1)
        async throws
    {
        _ = try await control.send(
            "GET",
            "/__wait?method=\(method)&path=\(path)&after=\(first)&count=\(count)"
        )
    }
}

/// A private certificate authority and its certificate for `localhost`, 127.0.0.1 and ``name``.
package enum TestAuthority {
    /// Another name in the certificate, for clients that reach the registry through a proxy.
    package static let name = "registry.example.com"

    /// The folder from `certificates.py`, one for the whole process.
    package static let shared = Task {
        let folder = try TemporaryFolder()
        try await PeerProcess.run("certificates.py", [folder.path.string, "--host", name])
        return folder
    }
}
