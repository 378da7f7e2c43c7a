import Foundation
package import SystemPackage

/// A server of Tests/Support/scripted_registry.py: correct, until a script makes it fail.
package final class ScriptedRegistry: Sendable {
    /// Who may do what.
    package enum Authentication: String, Sendable {
        case open, basic, bearer
    }

    /// One request that it was sent.
    package struct Entry: Decodable, Sendable {
        package let method: String
        package let path: String
        package let query: [[String]]
        package let headers: [[String]]
        package let form: [[String]]?
        package let status: Int?
        /// Absent as long as there is no answer.
        package let body_length: Int?
        /// The number of the connection that it came on.
        package let connection: Int

        /// The value of a header field, the first if there are several.
        package func header(_ name: String) -> String? {
            headers.first { $0[0].lowercased() == name.lowercased() }?[1]
        }

        /// `METHOD what`, without the repository and what differs from run to run.
        package var line: String {
            var what = path.split(separator: "/").dropFirst(3).joined(separator: "/")
            if what.hasPrefix("blobs/uploads") { what = method == "POST" ? "uploads" : "upload" }
            return "\(method) \(what)"
        }
    }

    /// The one user of a registry that was started with authentication.
    package static let username = "ci"
    /// The user's password.
    package static let password = "open-hush"

    private struct Ready: Decodable {
        let port: Int
        let control: Int
    }

    /// Its port.
    package let port: Int
    /// How it is named; its address is 127.0.0.1.
    package let host: String
    /// The authority of its certificate; `nil` without TLS.
    package let caFile: FilePath?
    private let process: PeerProcess
    private let certificates: TemporaryFolder?
    private let control: ControlPort

    /// The registry as a reference names it.
    package var name: String { "\(host):\(port)" }

    /// Starts one that everybody may use, or with the arguments of the script.
    package convenience init(_ arguments: String...) async throws {
        try self.init(await PeerProcess.start("scripted_registry.py", arguments), nil, host: "127.0.0.1")
    }

    /// Starts one with its user, with a certificate for `localhost` and 127.0.0.1 if it speaks TLS.
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
        self.process = process
        self.certificates = certificates
        self.host = host
        caFile = certificates.map { $0.path.appending("ca/ca.crt") }
    }

    /// The same server without rules and record, for one test after the other.
    package func reset() async throws -> ScriptedRegistry {
        try await order("[]")
        _ = try await drained()
        return self
    }

    /// Replaces the rules, a JSON list (Tests/Support/faults.py), and counts from the start.
    package func order(_ rules: String) async throws {
        _ = try await control.send("PUT", "/__control", body: rules)
    }

    /// Everything that it was asked since it started or was last drained, as `METHOD path`.
    package func requests() async throws -> [String] { try await record().map { "\($0.method) \($0.path)" } }

    /// Everything that it was asked since it started or was last drained.
    package func record() async throws -> [Entry] {
        try JSONDecoder().decode([Entry].self, from: await control.send("GET", "/__record"))
    }

    /// How many connections its requests used, not counting its first requests.
    package func connectionCount(after first: Int) async throws -> Int {
        Set(try await record().dropFirst(first).map(\.connection)).count
    }

    /// The same, and forgets it.
    package func drained() async throws -> [Entry] {
        try JSONDecoder().decode([Entry].self, from: await control.send("DELETE", "/__record"))
    }

    /// The record as it is: JSON.
    package func recordText() async throws -> String {
        String(decoding: try await control.send("GET", "/__record"), as: UTF8.self)
    }

    /// Waits, two minutes at most, until it was asked for something so often, not counting its first requests.
    package func wait(for method: String = "", _ path: String, after first: Int = 0, count: Int = 1)
        async throws
    {
        _ = try await control.send(
            "GET",
            "/__wait?method=\(method)&path=\(path)&after=\(first)&count=\(count)"
        )
    }
}

/// A private certificate authority, and a certificate by it for `localhost` and 127.0.0.1.
package enum TestAuthority {
    /// The folder that `certificates.py` has written, one for the whole process.
    package static let shared = Task {
        let folder = try TemporaryFolder()
        try await PeerProcess.run("certificates.py", [folder.path.string])
        return folder
    }
}
