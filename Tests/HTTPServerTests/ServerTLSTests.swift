import Diagnostics
import Dispatch
import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HTTPServer

/// Runs a program to its end on another thread than those of tasks, which the server needs.
private func tool(_ program: String, _ arguments: [String]) async throws -> Tool.Outcome {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(with: Result { try Tool.run(program, arguments) })
        }
    }
}

/// TLS with real clients, and with some that misbehave.
@Suite(.timeLimit(.minutes(3))) struct ServerTLSTests {
    /// A server that sends each body back, and the file of the authority of its certificate.
    private final class Server: Sendable {
        let port: Int
        let scratch: ScratchDirectory
        let authority: FilePath
        private let running: Task<Void, any Error>
        private let state = Progress()

        private final class Progress: Sendable {
            let sent = Mutex(0)
            let isOpen = Mutex(false)
        }

        /// The size of the response of `/large`, in bytes.
        static let largeSize = 256 << 20
        /// How much of it the server has read.
        var sent: Int { state.sent.withLock(\.self) }
        /// Until it is open, `/unread` reads no body and does not answer.
        func open() { state.isOpen.withLock { $0 = true } }

        init(limits: ServerLimits = ServerLimits()) async throws {
            let made = try ServerTLS.certificates(for: ["localhost", "127.0.0.1", "::1"])
            let tls = try ServerTLS(certificates: made.certificate, key: made.key, named: ("c", "k"))
            let server = try await HTTPServer(listeningOn: "127.0.0.1", port: 0, limits: limits, tls: tls)
            port = server.port
            scratch = try ScratchDirectory()
            authority = try scratch.write(made.authority, to: "ca.crt")
            running = Task { [state] in
                try await server.run { request, body async -> ServerResponse in
                    if request.path == "/unread" {
                        while !state.isOpen.withLock(\.self), !Task.isCancelled {
                            try? await Task.sleep(for: .milliseconds(10))
                        }
                        return ServerResponse(200)
                    }
                    if request.path == "/large" {
                        return ServerResponse(
                            200,
                            body: .stream(length: Self.largeSize) { offset, count in
                                state.sent.withLock { $0 = offset + count }
                                return Array(repeating: 7, count: count)
                            }
                        )
                    }
                    do throws(Failure) {
                        return ServerResponse(200, body: .bytes(try await body.bytes(limit: 1 << 26)))
                    } catch {
                        return ServerResponse(400, error)
                    }
                }
            }
        }

        deinit { running.cancel() }

        func client(_ mode: String) async throws -> String {
            let script = PeerProcess.path(of: "tls_client.py")
            let run = try await tool(Python.path, [script, "\(port)", authority.string, mode])
            return run.output + run.errors
        }

        func curl(_ arguments: String...) async throws -> Tool.Outcome {
            try await tool("curl", ["-sS", "--noproxy", "*"] + arguments + ["https://localhost:\(port)/"])
        }
    }

    @Test func `a client that does not read its response takes no memory of the server`() async throws {
        let server = try await Server()
        let script = PeerProcess.path(of: "tls_client.py")
        let client = try RunningProgram(
            "/usr/bin/env",
            [Python.path, script, "\(server.port)", server.authority.string, "slow"],
            environment: ProcessInfo.processInfo.environment,
            in: URL(filePath: "/")
        )
        defer { client.signal(SIGKILL) }
        try await wait(for: "the beginning of the response") { client.errorSoFar.contains("reading") }
        // The server stops when the buffers of the connection are full, or at the end of the response.
        var before = -1
        var equal = 0
        try await wait(for: "a server that waits") {
            let now = server.sent
            equal = now == before ? equal + 1 : 0
            before = now
            return equal == 50
        }
        #expect(before > 0)
        #expect(before < Server.largeSize / 8, "\(before) bytes were read for a client that reads nothing")
    }

    @Test func `a body that is not read is not received`() async throws {
        let server = try await Server()
        let text = try await server.client("flood")
        let count = try #require(Int(text.trimmingCharacters(in: .newlines)), "\(text)")
        #expect(count < 32 << 20, "the server took \(count) bytes that it had not asked for")
        server.open()
    }

    @Test("curl sends and reads 20 MiB, with TLS 1.2 and 1.3", arguments: ["1.2", "1.3"])
    func transfer(version: String) async throws {
        let server = try await Server()
        let sent = try server.scratch.write(
            (0..<20 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) },
            to: "sent"
        )
        let received = server.scratch.appending("received")
        let run = try await server.curl(
            "--cacert",
            server.authority.string,
            "--tlsv\(version)",
            "--tls-max",
            version,
            "--http2",
            "--data-binary",
            "@\(sent)",
            "-H",
            "Connection: close",
            "-o",
            received.string,
            "-w",
            "%{http_version} %{ssl_verify_result}"
        )
        #expect(run.status == 0, "\(run)")
        #expect(run.output == "1.1 0")
        #expect(try contents(of: received) == contents(of: sent))
    }

    @Test func `a client that does not trust the authority ends the handshake, and others are served`()
        async throws
    {
        let server = try await Server()
        #expect(try await server.curl().status == 60)
        #expect(try await server.curl("--cacert", server.authority.string).status == 0)
    }

    static let modes: [(mode: String, text: String, why: String)] = [
        ("get", "hello", "an ordinary client"),
        ("cut", "hello", "the end of the TCP stream instead of close_notify"),
        ("notify", "hello", "close_notify right after the request"),
        ("version", "TLSv1.3 http/1.1", "HTTP/1.1 is chosen of several protocols"),
        ("h2", "NO APPLICATION PROTOCOL", "no common protocol"),
    ]

    @Test("a client gets its response whichever way it ends the connection", arguments: modes)
    func ends(mode: String, text: String, why: String) async throws {
        let server = try await Server()
        let output = try await server.client(mode)
        #expect(output.uppercased().contains(text.uppercased()), "\(why): \(output)")
    }

    @Test func `a handshake that does not end is closed`() async throws {
        var limits = ServerLimits()
        limits.patience = .milliseconds(200)
        let server = try await Server(limits: limits)
        #expect(try await server.client("half") == "closed\n")
    }

    @Test func `a renegotiation ends the connection`() async throws {
        let server = try await Server()
        // A second line would be a request; the connection ends before.
        let script =
            "(echo R; cat) | openssl s_client -connect 127.0.0.1:\(server.port) -tls1_2 -CAfile \"$0\" 2>&1"
        let run = try await tool("bash", ["-c", script, server.authority.string])
        #expect(run.output.contains("no renegotiation"), "\(run)")
        #expect(try await server.client("get").contains("hello"))
    }

    @Test func `TLS 1.1 is rejected`() async throws {
        let server = try await Server()
        let run = try await tool(
            "openssl",
            [
                "s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_1", "-cipher",
                "DEFAULT@SECLEVEL=0", "-CAfile", server.authority.string,
            ]
        )
        #expect(run.status != 0)
        #expect(run.errors.contains("protocol version"), "\(run)")
    }

    @Test func `a request without TLS gets a response that says so`() async throws {
        let server = try await Server()
        let connection = try RawHTTP(port: server.port)
        let response = try await connection.exchange("GET", "/")
        #expect(response.status == 400)
        #expect(response.text == "this server speaks TLS: use https\n")
    }

    @Test func `bytes that are not TLS end the connection`() async throws {
        let server = try await Server()
        var generator = SeededGenerator(seed: 31)
        let noise = (0..<1000).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        for bytes in [noise, [0x16, 3, 1, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 70_000)] {
            let connection = try RawHTTP(port: server.port)
            await connection.send(bytes)
            // Perhaps an alert, and then the end.
            #expect(await connection.bytes(1000).count < 100)
        }
        #expect(try await server.client("get").contains("hello"))
    }

    @Test func `a certificate or key that cannot be used is an error that says why`() async throws {
        let own = try ServerTLS.certificates(for: ["localhost"])
        let other = try ServerTLS.certificates(for: ["localhost"])
        let scratch = try ScratchDirectory()
        let key = try scratch.write(own.key, to: "key").string
        let encrypted = try await tool("openssl", ["pkey", "-aes128", "-passout", "pass:x", "-in", key])
            .output
        for (certificate, key, why) in [
            ([], own.key, "contains no certificate"),
            (own.certificate, [], "contains no private key"),
            (own.certificate, other.key, "is not the key of the first certificate"),
            (own.certificate, Array(encrypted.utf8), "is encrypted"),
            (own.key, own.certificate, "contains no certificate"),
        ] {
            let failure = #expect(throws: Failure.self) {
                try ServerTLS(certificates: certificate, key: key, named: ("cert.pem", "key.pem"))
            }
            #expect(failure?.code == .configurationInvalid)
            #expect(failure?.why?.contains(why) == true, "\(String(describing: failure))")
        }
    }

    @Test func `a chain of certificates is sent`() async throws {
        let made = try ServerTLS.certificates(for: ["localhost"])
        let tls = try ServerTLS(
            certificates: made.certificate + made.authority,
            key: made.key,
            named: ("c", "k")
        )
        let server = try await HTTPServer(listeningOn: "127.0.0.1", port: 0, tls: tls)
        let running = Task { try await server.run { _, _ async in ServerResponse(200) } }
        defer { running.cancel() }
        let run = try await tool(
            "openssl",
            ["s_client", "-connect", "127.0.0.1:\(server.port)", "-showcerts", "-verify_quiet"]
        )
        #expect(run.output.split(separator: "-----BEGIN CERTIFICATE-----").count == 3, "\(run)")
    }
}
