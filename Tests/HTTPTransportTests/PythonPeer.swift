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
    private let process: Int32
    /// The server ends when this is closed, also by the end of the test process.
    private let lifeline: FileHandle

    /// Starts a server and waits until it listens.
    init(certificate: TestCertificate? = nil, _ arguments: String...) throws {
        let script = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Support/http_peer.py")
        let python = Process()
        python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        python.arguments = ["python3", script.path]
        if let certificate {
            python.arguments?.append(
                contentsOf: ["--tls", certificate.certificate, certificate.key] + arguments
            )
        }
        let input = Pipe()
        let output = Pipe()
        python.standardInput = input
        python.standardOutput = output
        try python.runAlone()
        process = python.processIdentifier
        lifeline = input.fileHandleForWriting
        scheme = certificate == nil ? "http" : "https"
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw PeerError(text: "the server said \"\(line)\" instead of its port")
        }
        self.port = port
    }

    deinit { kill(process, SIGTERM) }

    /// Returns the URL of a path.
    func url(_ path: String, scheme: String? = nil, host: String = "127.0.0.1") throws -> HTTPURL {
        try HTTPURL(parsing: "\(scheme ?? self.scheme)://\(host):\(port)\(path)")
    }
}

struct PeerError: Error {
    let text: String
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
