import Foundation
import HTTPTransport
import OCI
import Registry
import SystemPackage
import TestSupport

/// A server of Tests/Support/scripted_registry.py: correct, until a script makes it fail.
final class ScriptedRegistry: Sendable {
    /// Who may do what.
    enum Authentication: String {
        case open, basic, bearer
    }

    /// One request that it was sent.
    struct Entry: Decodable {
        let method: String
        let path: String
        let query: [[String]]
        let headers: [[String]]
        let status: Int?
        /// Absent as long as there is no answer.
        let body_length: Int?

        func header(_ name: String) -> String? {
            headers.first { $0[0].lowercased() == name.lowercased() }?[1]
        }

        /// `METHOD what`, without the repository and what differs from run to run.
        var line: String {
            var what = path.split(separator: "/").dropFirst(3).joined(separator: "/")
            if what.hasPrefix("blobs/uploads") { what = method == "POST" ? "uploads" : "upload" }
            return "\(method) \(what)"
        }
    }

    static let username = "ci"
    static let password = "open-hush"

    let port: Int
    let host: String
    /// The authority of its certificate.
    let caFile: FilePath?
    private let usesTLS: Bool
    private let process: PeerProcess
    private let certificates: TemporaryFolder?
    private let control: CurlTransport

    static func start(
        _ authentication: Authentication = .open,
        usesTLS: Bool = false,
        host: String = "127.0.0.1",
        _ more: [String] = []
    ) async throws -> ScriptedRegistry {
        var arguments = ["--auth", authentication.rawValue, "--user", "\(username):\(password)"] + more
        var certificates: TemporaryFolder?
        if usesTLS {
            let folder = try TemporaryFolder()
            try await PeerProcess.run("certificates.py", [folder.path.string])
            arguments += ["--cert", "\(folder.path)/server.crt", "--key", "\(folder.path)/server.key"]
            certificates = folder
        }
        let process = try await PeerProcess.start("scripted_registry.py", arguments)
        return try ScriptedRegistry(process, certificates, host: host)
    }

    private init(_ process: PeerProcess, _ certificates: TemporaryFolder?, host: String) throws {
        struct Ready: Decodable { let port: Int }
        port = try JSONDecoder().decode(Ready.self, from: process.ready).port
        self.process = process
        self.certificates = certificates
        self.host = host
        usesTLS = certificates != nil
        caFile = certificates.map { $0.path.appending("ca/ca.crt") }
        control = try CurlTransport(
            TransportOptions(
                tls: TLSOptions(authorityFile: caFile.map { AuthorityFile($0, from: "the test") })
            )
        )
    }

    /// The registry as a reference names it.
    var name: String { "\(host):\(port)" }

    /// The same server without rules and record, for one test after the other.
    func reset() async throws -> ScriptedRegistry {
        try await script("[]")
        _ = try await record()
        return self
    }

    /// Replaces the rules, a JSON list, and counts from the start.
    func script(_ rules: String) async throws {
        let (status, body) = try await request(.put, "/__control", body: Array(rules.utf8))
        guard status == 200 else { throw PeerError("not a script: \(String(decoding: body, as: UTF8.self))") }
    }

    /// Everything it was sent since it started, or since this was last asked.
    func record() async throws -> [Entry] {
        let (_, body) = try await request(.delete, "/__record")
        return try JSONDecoder().decode([Entry].self, from: Data(body))
    }

    private func request(
        _ method: HTTPMethod,
        _ path: String,
        body: [UInt8] = []
    ) async throws -> (status: Int, body: [UInt8]) {
        let url = try HTTPURL(parsing: "\(usesTLS ? "https" : "http")://\(host):\(port)\(path)")
        let buffer = BodyBuffer(limit: 16 * 1024 * 1024)
        let request = Request(
            method: method,
            url: url,
            body: body.isEmpty ? .none : .bytes(body)
        )
        return (try await control.send(request, into: buffer).status, buffer.bytes)
    }
}
