import Foundation
import HTTPTransport
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(5))) struct TLSTests {
    static func transport(trusting certificate: TestCertificate? = nil) throws -> CurlTransport {
        let file = certificate.map { FilePath($0.certificate) }
        return try CurlTransport(TransportOptions(tls: TLSOptions(authorityFile: file)))
    }

    @Test func `who names no limits gets ten seconds to connect, and a minute of silence`() {
        let options = TransportOptions()
        #expect(options.connectTimeout == .seconds(10))
        #expect(options.stallSpeed == 1024)
        #expect(options.stallPeriod == .seconds(60))
        #expect(options.tls.verifiesPeer)
    }

    @Test func `a self-signed certificate is nobody's until its file is named`() async throws {
        let certificate = try TestCertificate()
        let peer = try PythonPeer(certificate: certificate)
        let error = await failure(of: try peer.url("/echo"), over: try Self.transport())
        #expect(error?.kind == .unknownAuthority)
        #expect(error?.detail.contains("self-signed") == true)

        let trusting = try Self.transport(trusting: certificate)
        for round in 1...3 {
            let (_, body) = try await exchange(.get, try peer.url("/echo"), over: trusting)
            #expect(try Echo(body).requests == round, "one handshake for all")
        }
    }

    @Test func `a file is uploaded over TLS byte for byte`() async throws {
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

    @Test func `a connection reset under TLS is a lost one and no signal`() async throws {
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

    @Test func `a certificate for another host is invalid, even of a known authority`() async throws {
        let certificate = try TestCertificate(subject: "DNS:elsewhere.example")
        let peer = try PythonPeer(certificate: certificate)
        let error = await failure(of: try peer.url("/echo"), over: try Self.transport(trusting: certificate))
        #expect(error?.kind == .certificateInvalid, "\(String(describing: error))")
    }

    @Test func `an expired certificate is invalid, even of a known authority`() async throws {
        let certificate = try TestCertificate(isExpired: true)
        let peer = try PythonPeer(certificate: certificate)
        let error = await failure(of: try peer.url("/echo"), over: try Self.transport(trusting: certificate))
        #expect(error?.kind == .certificateInvalid, "\(String(describing: error))")
        #expect(error?.detail.contains("expired") == true)
    }

    @Test func `who says so is not asked for a certificate`() async throws {
        let peer = try PythonPeer(certificate: try TestCertificate())
        let transport = try CurlTransport(TransportOptions(tls: TLSOptions(verifiesPeer: false)))
        let (response, _) = try await exchange(.get, try peer.url("/echo"), over: transport)
        #expect(response.status == 200)
    }

    @Test func `a plain HTTP server is told from a broken TLS server`() async throws {
        let peer = try PythonPeer.plain.get()
        let error = await failure(of: try peer.url("/echo", scheme: "https"), over: try Self.transport())
        #expect(error?.kind == .notTLS, "\(String(describing: error))")
    }

    @Test func `a file of authorities that holds none is refused at once`() throws {
        let certificate = try TestCertificate()
        defer { withExtendedLifetime(certificate) {} }
        for path: FilePath in [FilePath(certificate.key), "/nonexistent", "/dev/null"] {
            let error = #expect(throws: TransferError.self) {
                try CurlTransport(TransportOptions(tls: TLSOptions(authorityFile: path)))
            }
            #expect(error?.kind == .authorityFileUnusable)
            #expect(error?.detail.contains(path.string) == true)
        }
    }
}
