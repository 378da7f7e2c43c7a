import Foundation
import HTTPTransport
import TestSupport

/// A server of Tests/Support/http_peer.py, which runs until its last owner is freed.
final class PythonPeer: Sendable {
    /// The shared server for tests that need neither TLS nor a separate server.
    static let plain = Result { try PythonPeer() }

    /// The server's port on 127.0.0.1.
    let port: Int
    private let scheme: String
    private let process: PeerProcess

    /// Starts a server and waits until it listens.
    init(certificate: TestCertificate? = nil, _ arguments: String...) throws {
        let tls = certificate.map { ["--tls", $0.certificate, $0.key] + arguments } ?? []
        process = try PeerProcess("http_peer.py", tls)
        scheme = certificate == nil ? "http" : "https"
        port = try JSONDecoder().decode(Int.self, from: process.ready)
    }

    /// Returns the URL of a path.
    func url(_ path: String, scheme: String? = nil, host: String = "127.0.0.1") throws -> HTTPURL {
        try HTTPURL(parsing: "\(scheme ?? self.scheme)://\(host):\(port)\(path)")
    }
}

/// The report of `/echo` about its request.
struct Echo: Decodable {
    let method: String
    let target: String
    let headers: [[String]]
    let sha256: String
    let length: Int
    let connection: Int
    let requests: Int
    /// The subject of the client's certificate.
    let client: String?

    init(_ buffer: BodyBuffer) throws {
        self = try JSONDecoder().decode(Echo.self, from: Data(buffer.bytes))
    }

    func all(_ name: String) -> [String] {
        headers.filter { $0[0].lowercased() == name.lowercased() }.map { $0[1] }
    }
}
