import Foundation
import HTTPTransport
import SystemPackage
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5))) struct TLSTests {
    static func transport(trusting certificate: TestCertificate? = nil) throws -> CurlTransport {
        try CurlTransport(TransportOptions(tls: TLSOptions(authorityFile: certificate?.authority)))
    }

    @Test func `the default limits are ten seconds to connect and one idle minute`() {
        let options = TransportOptions()
        #expect(options.connectTimeout == .seconds(10))
        #expect(options.stallSpeed == 1024)
        #expect(options.stallPeriod == .seconds(60))
        #expect(options.tls.server == nil, "no server is trusted more than others")
    }

    @Test func `rejects a self-signed certificate until its file is given`() async throws {
        let certificate = try TestCertificate()
        let peer = try PythonPeer(certificate: certificate)
        let error = await failure(of: try peer.url("/echo"), over: try Self.transport())
        #expect(error?.kind == .unknownAuthority)
        #expect(error?.detail.contains("self-signed") == true)
        #expect(error?.detail.contains("issuer \"CN=wasmpack test\"") == true, "\(String(describing: error))")
        #expect(error?.detail.contains(try certificate.fingerprint()) == true)

        let trusting = try Self.transport(trusting: certificate)
        for round in 1...3 {
            let (_, body) = try await exchange(.get, try peer.url("/echo"), over: trusting)
            #expect(try Echo(body).requests == round, "one handshake for all")
        }
    }

    @Test func `uploads a file over TLS byte for byte`() async throws {
        let certificate = try TestCertificate()
        let peer = try PythonPeer(certificate: certificate)
        let content = [UInt8](repeating: 65, count: 2_000_000)
        let (_, body) = try await exchange(
            .put,
            try peer.url("/echo"),
            body: .bytes(content),
            over: try Self.transport(trusting: certificate)
        )
        #expect(try Echo(body).length == 2_000_000)
        #expect(try Echo(body).sha256 == "5f560da723450e328d356df699e7e400f60e8bf15a3c4ff87727a08e86b7a46a")
    }

    @Test func `reports a reset TLS connection as lost, without a signal`() async throws {
        let certificate = try TestCertificate()
        let peer = try PythonPeer(certificate: certificate)
        let transport = try Self.transport(trusting: certificate)
        for path in ["/reset", "/cut/10", "/empty"] {
            #expect(await failure(of: try peer.url(path), over: transport)?.kind == .connectionLost)
        }
        let error = await #expect(throws: TransferError.self) {
            let body = Body.bytes([UInt8](repeating: 65, count: 8_000_000))
            return try await exchange(.put, try peer.url("/reset-upload"), body: body, over: transport)
        }
        #expect(error?.kind == .connectionLost)
    }

    @Test func `rejects a certificate for another host, even from a trusted authority`() async throws {
        let certificate = try TestCertificate(subject: "DNS:elsewhere.example")
        let peer = try PythonPeer(certificate: certificate)
        let error = await failure(of: try peer.url("/echo"), over: try Self.transport(trusting: certificate))
        #expect(error?.kind == .certificateInvalid, "\(String(describing: error))")
        #expect(
            error?.detail.contains("does not match") == true
                || error?.detail.contains("no alternative") == true
        )
        #expect(error?.detail.contains("issuer \"CN=wasmpack test\"") == true, "\(String(describing: error))")
        #expect(
            error?.detail.contains("; it is for elsewhere.example; ") == true,
            "\(String(describing: error))"
        )
    }

    @Test func `names what fits of a certificate with many names, and only printable ones`() async throws {
        let names = (1...40).map { "DNS:host-\($0).example" }
        let certificate = try TestCertificate(
            subject: (["IP:192.0.2.1", "IP:2001:db8::1", "DNS:a b.example", "email:a@b.example"] + names)
                .joined(separator: ",")
        )
        let peer = try PythonPeer(certificate: certificate)
        let error = await failure(of: try peer.url("/echo"), over: try Self.transport(trusting: certificate))
        let detail = error?.detail ?? ""
        #expect(detail.contains("it is for 192.0.2.1, 2001:db8::1, host-1.example, "), "\(detail)")
        #expect(!detail.contains("host-40") && !detail.contains("a b") && !detail.contains("@"), "\(detail)")
        #expect(detail.contains(".example; issuer"), "no name is cut: \(detail)")
    }

    @Test func `rejects an expired certificate, even from a trusted authority`() async throws {
        let certificate = try TestCertificate(isExpired: true)
        let peer = try PythonPeer(certificate: certificate)
        let error = await failure(of: try peer.url("/echo"), over: try Self.transport(trusting: certificate))
        #expect(error?.kind == .certificateInvalid, "\(String(describing: error))")
        #expect(error?.detail.contains("expired") == true)
        let dates = #/; valid from \d{4}-\d\d-\d\d \d\d:\d\d UTC to \d{4}-\d\d-\d\d \d\d:\d\d UTC; issuer /#
        #expect(error?.detail.contains(dates) == true, "\(String(describing: error))")
    }

    @Test func `disables verification for one host at all ports only`() async throws {
        let certificate = try TestCertificate(subject: "IP:127.0.0.1,DNS:localhost", isExpired: true)
        let (registry, other) = (
            try PythonPeer(certificate: certificate), try PythonPeer(certificate: certificate)
        )
        let server = ServerTLS(try registry.url("/").origin, isVerified: false)
        let transport = try CurlTransport(TransportOptions(tls: TLSOptions(server: server)))
        for peer in [registry, other] {
            let (response, _) = try await exchange(.get, try peer.url("/echo"), over: transport)
            #expect(response.status == 200)
        }
        let error = await failure(of: try registry.url("/echo", host: "localhost"), over: transport)
        #expect(
            error?.kind == .unknownAuthority || error?.kind == .certificateInvalid,
            "\(String(describing: error))"
        )
    }

    @Test func `trusts one server's authorities only for that server`() async throws {
        let certificate = try TestCertificate()
        let (registry, other) = (
            try PythonPeer(certificate: certificate), try PythonPeer(certificate: certificate)
        )
        let server = ServerTLS(try registry.url("/").origin, authorityFiles: [certificate.authority])
        let transport = try CurlTransport(TransportOptions(tls: TLSOptions(server: server)))
        let (response, _) = try await exchange(.get, try registry.url("/echo"), over: transport)
        #expect(response.status == 200)
        #expect(await failure(of: try other.url("/echo"), over: transport)?.kind == .unknownAuthority)
        let trusting = try Self.transport(trusting: certificate)
        for peer in [registry, other] { _ = try await exchange(.get, try peer.url("/echo"), over: trusting) }
    }

    @Test func `a file or folder can replace the system's authorities`() async throws {
        let certificate = try TestCertificate()
        let peer = try PythonPeer(certificate: certificate)
        let folder = try ScratchDirectory()
        try folder.write(Array(Data(contentsOf: URL(filePath: certificate.certificate))), to: "one.pem")
        let hashed = try Tool.run("openssl", ["rehash", folder.path.string])
        #expect(hashed.status == 0, "\(hashed)")
        for tls in [
            TLSOptions(systemAuthorityFile: certificate.authority),
            TLSOptions(systemAuthorityFolder: folder.path.string),
            TLSOptions(systemAuthorityFolder: "/nonexistent:\(folder.path)"),
        ] {
            let transport = try CurlTransport(TransportOptions(tls: tls))
            let (response, _) = try await exchange(.get, try peer.url("/echo"), over: transport)
            #expect(response.status == 200)
        }
    }

    @Test func `does not clean up OpenSSL at exit`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            // Registered before OpenSSL is used, because exit handlers run in reverse order.
            atexit {
                typealias Start = @convention(c) (UInt64, OpaquePointer?) -> CInt
                guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "OPENSSL_init_crypto") else { _exit(8) }
                // The result is 0 after OpenSSL has cleaned up.
                _exit(unsafeBitCast(symbol, to: Start.self)(0, nil) == 1 ? 7 : 9)
            }
            let certificate = try TestCertificate()
            let peer = try PythonPeer(certificate: certificate)
            let transport = try Self.transport(trusting: certificate)
            _ = try await exchange(.get, try peer.url("/echo"), over: transport)
            exit(0)
        }
    }

    @Test func `rejects TLS 1_1`() async throws {
        let certificate = try TestCertificate()
        let peer = try PythonPeer(certificate: certificate, "--old")
        let error = await failure(of: try peer.url("/echo"), over: try Self.transport(trusting: certificate))
        #expect(error?.kind == .tlsFailed, "\(String(describing: error))")
        #expect(
            error?.detail.contains("oldest supported version is TLS 1.2") == true,
            "\(String(describing: error))"
        )
    }

    @Test func `a response describes its connection`() async throws {
        let certificate = try TestCertificate()
        let peer = try PythonPeer(certificate: certificate)
        let transport = try Self.transport(trusting: certificate)
        for isNew in [true, false] {
            let (response, _) = try await exchange(.get, try peer.url("/echo"), over: transport)
            let connection = try #require(response.connection)
            #expect(connection.isNew == isNew)
            #expect(connection.address == "127.0.0.1:\(peer.port)")
            #expect(connection.tlsVersion == "TLSv1.3")
            // Those of the handshake.
            #expect(connection.certificates.map(\.subject) == (isNew ? ["CN=wasmpack test"] : []))
        }
        let plain = try await exchange(.get, try PythonPeer.plain.get().url("/echo"), over: transport)
        #expect(plain.response.connection?.tlsVersion == nil)
    }

    @Test func `distinguishes a plain HTTP server from a broken TLS server`() async throws {
        let peer = try PythonPeer.plain.get()
        let error = await failure(of: try peer.url("/echo", scheme: "https"), over: try Self.transport())
        #expect(error?.kind == .notTLS, "\(String(describing: error))")
    }

    @Test func `rejects a file without authorities immediately`() throws {
        let certificate = try TestCertificate()
        defer { withExtendedLifetime(certificate) {} }
        for path: FilePath in [FilePath(certificate.key), "/nonexistent", "/dev/null"] {
            let error = #expect(throws: TransferError.self) {
                let file = AuthorityFile(path, from: "the test")
                return try CurlTransport(TransportOptions(tls: TLSOptions(authorityFile: file)))
            }
            #expect(error?.kind == .authorityFileUnusable)
            #expect(error?.detail.contains(path.string) == true)
        }
    }
}
