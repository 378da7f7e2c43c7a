import Foundation
import HTTPTransport
import SystemPackage
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5))) struct ClientCertificateTests {
    /// A transport with a client certificate for the server of a URL.
    private static func transport(
        showing client: TestCertificate?,
        to url: HTTPURL,
        trusting server: TestCertificate
    ) throws -> CurlTransport {
        let shown = try client.map {
            try ClientCertificate(at: FilePath($0.certificate), keyAt: FilePath($0.key))
        }
        let tls = TLSOptions(
            authorityFile: server.authority,
            server: ServerTLS(url.origin, clientCertificate: shown)
        )
        return try CurlTransport(TransportOptions(tls: tls))
    }

    @Test func `sends a certificate that the server requests, and reports a missing one`() async throws {
        let (server, client) = (try TestCertificate(), try TestCertificate(name: "the client"))
        let peer = try PythonPeer(certificate: server, "--client-ca", client.certificate)
        let url = try peer.url("/echo")
        let (_, body) = try await exchange(
            .get,
            url,
            over: try Self.transport(showing: client, to: url, trusting: server)
        )
        #expect(try Echo(body).client == "the client")
        for wrong in [nil, try TestCertificate(name: "untrusted")] {
            let transport = try Self.transport(showing: wrong, to: url, trusting: server)
            let error = await failure(of: url, over: transport)
            #expect(error?.kind == .clientCertificateRejected, "\(String(describing: error))")
        }
    }

    @Test func `sends a client certificate only to its origin, not to other ports`() async throws {
        let (server, client) = (try TestCertificate(), try TestCertificate(name: "the client"))
        let registry = try PythonPeer(certificate: server, "--wishes-client-ca", client.certificate)
        let other = try PythonPeer(certificate: server, "--wishes-client-ca", client.certificate)
        let transport = try Self.transport(showing: client, to: try registry.url("/"), trusting: server)
        for (peer, shown) in [(registry, "the client"), (other, nil), (registry, "the client")] {
            let (_, body) = try await exchange(.get, try peer.url("/echo"), over: transport)
            #expect(try Echo(body).client == shown)
        }
    }

    @Test func `distinguishes a connection closed after a certificate request`()
        async throws
    {
        let (server, client) = (try TestCertificate(), try TestCertificate())
        for isAsking in [true, false] {
            let peer =
                isAsking
                ? try PythonPeer(certificate: server, "--wishes-client-ca", client.certificate)
                : try PythonPeer(certificate: server)
            let url = try peer.url("/empty")
            let error = await failure(
                of: url,
                over: try Self.transport(showing: nil, to: url, trusting: server)
            )
            #expect(error?.kind == .connectionLost)
            let phrase = "the server had requested a client certificate"
            #expect(error?.detail.contains(phrase) == isAsking, "\(String(describing: error))")
        }
    }

    @Test func `does not report a certificate request for a reused connection`() async throws {
        let (server, client) = (try TestCertificate(), try TestCertificate())
        let peer = try PythonPeer(certificate: server, "--wishes-client-ca", client.certificate, "--later")
        let url = try peer.url("/ask-again")
        let transport = try Self.transport(showing: client, to: url, trusting: server)
        for isNew in [true, false, false] {
            let (response, body) = try await exchange(.get, url, over: transport)
            #expect(response.connection?.isNew == isNew)
            #expect(String(decoding: body.bytes, as: UTF8.self) == "EXTENSION_NOT_RECEIVED")
        }
    }

    @Test func `does not read a file over the size limit to its end`() throws {
        let client = try TestCertificate()
        let folder = try ScratchDirectory()
        let text =
            try String(contentsOfFile: client.certificate, encoding: .utf8)
            + String(contentsOfFile: client.key, encoding: .utf8)
        let padding = [UInt8](repeating: UInt8(ascii: "\n"), count: 4 * 1024 * 1024)
        let error = #expect(throws: TransferError.self) {
            try ClientCertificate(at: folder.write(Array(text.utf8) + padding, to: "large.pem"))
        }
        #expect(error?.kind == .clientCertificateUnusable)
        #expect(error?.detail.contains("cannot be read") == true, "\(String(describing: error))")
    }

    @Test func `reads the key from the certificate's file`() throws {
        let client = try TestCertificate()
        let folder = try ScratchDirectory()
        let text =
            try String(contentsOfFile: client.certificate, encoding: .utf8)
            + String(contentsOfFile: client.key, encoding: .utf8)
        _ = try ClientCertificate(at: folder.write(Array(text.utf8), to: "both.pem"))
        #expect(throws: TransferError.self) { try ClientCertificate(at: FilePath(client.certificate)) }
    }

    @Test func `rejects an unusable certificate before sending anything, with the reason`() throws {
        let (client, other) = (try TestCertificate(), try TestCertificate())
        let folder = try ScratchDirectory()
        let encrypted = "\(folder.path)/encrypted.key"
        let made = try Tool.run(
            "openssl",
            ["pkey", "-in", client.key, "-aes256", "-passout", "pass:hush-key", "-out", encrypted]
        )
        #expect(made.status == 0, "\(made)")
        let text = try folder.write(Array("hush, I am no certificate\n".utf8), to: "text").string
        let rows: [(certificate: String, key: String?, phrase: String)] = [
            ("/nonexistent", nil, "\"/nonexistent\" cannot be read"),
            (client.certificate, "/nonexistent", "\"/nonexistent\" cannot be read"),
            (client.certificate, folder.path.string, "cannot be read"),
            (text, client.key, "\"\(text)\" does not contain a PEM certificate"),
            (client.key, client.key, "\"\(client.key)\" does not contain a PEM certificate"),
            (client.certificate, text, "\"\(text)\" does not contain a PEM private key"),
            (client.certificate, nil, "\"\(client.certificate)\" does not contain a PEM private key"),
            (client.certificate, other.key, "does not match the certificate"),
            (client.certificate, encrypted, "is encrypted"),
        ]
        for row in rows {
            let error = #expect(throws: TransferError.self) {
                try ClientCertificate(at: FilePath(row.certificate), keyAt: row.key.map { FilePath($0) })
            }
            #expect(error?.kind == .clientCertificateUnusable)
            #expect(error?.detail.contains(row.phrase) == true, "\(String(describing: error))")
            #expect(error?.detail.contains("hush") == false)
        }
    }

    @Test func `descriptions and mirrors do not contain the key`() throws {
        let client = try TestCertificate()
        let certificate = try ClientCertificate(at: FilePath(client.certificate), keyAt: FilePath(client.key))
        var dumped = ""
        dump(certificate, to: &dumped)
        for text in ["\(certificate)", String(reflecting: certificate), dumped] {
            #expect(text.contains(client.certificate))
            #expect(text.count < 1000, "a path, not a key")
        }
    }
}
