import Diagnostics
import Foundation
import HTTPTransport
import OCI
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Registry

/// Uploads to Debian's docker-registry, over a network that cuts connections.
@Suite(.enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped), .timed, .timeLimit(.minutes(5)))
struct RealUploadTests {
    /// A relay in front of a registry that cuts connections after certain numbers of uploaded bytes.
    private static func relay(to port: Int, _ arguments: [String]) async throws -> (PeerProcess, port: Int) {
        struct Ready: Decodable { let port: Int }
        let process = try await PeerProcess.start("cuts.py", ["--to", "\(port)"] + arguments)
        return (process, try JSONDecoder().decode(Ready.self, from: process.ready).port)
    }

    /// All three strategies, one after the other: this registry supports them.
    @Test func `uploads a blob by PUT, by PATCH and in chunks`() async throws {
        let peer = try await RegistryPeer.shared(.token)
        for way in [UploadStrategy.put, .patch, .chunks] {
            let bench = try Bench(layerSize: 9_000_000)
            let repository = try bench.repository(
                peer.name,
                plain: false,
                caFile: peer.caFile,
                credential: Credential(username: peer.username, password: peer.password, source: "the test")
            )
            repository.uploadStrategy.withLock { $0 = way }
            try await repository.push(bench.image.layer)
            #expect(try await repository.contains(bench.image.layer.descriptor), "\(way)")
            #expect(bench.events.events.contains { "\($0)".contains("PATCH") } == (way != .put))
        }
    }

    /// This registry discards an upload with its connection, so each try starts again.
    @Test func `uploads a blob in spite of 12 cut connections`() async throws {
        let peer = try await RegistryPeer.shared(.open, usesTLS: false)
        let log = try TemporaryFolder()
        let (process, port) = try await Self.relay(
            to: peer.port,
            ["--cuts", "12", "--total", "20000000", "--log", "\(log.path)/cuts"]
        )
        let bench = try Bench(layerSize: 20_000_000)
        try await bench.push(to: bench.repository("127.0.0.1:\(port)"))
        let cuts = try String(contentsOfFile: "\(log.path)/cuts", encoding: .utf8)
        #expect(cuts.split(separator: "\n").count == 12)
        let direct = try bench.repository("127.0.0.1:\(peer.port)", access: .pull)
        try await bench.image.expect(in: bench.pull(from: direct))
        withExtendedLifetime(process) {}
    }

    @Test func `deletes an abandoned upload`() async throws {
        let peer = try await RegistryPeer.shared(.open, usesTLS: false)
        let bench = try Bench()
        let repository = try bench.repository(peer.name)
        guard case .session(let session) = try await repository.openUpload(of: bench.image.layer.descriptor)
        else {
            Issue.record("no upload was opened")
            return
        }
        let request = Request(method: .get, url: session.location)
        #expect(try await repository.client.send(request).status == 204)
        await repository.client.abandon(session.location)
        #expect(try await repository.client.send(request).status == 404)
    }

    @Test func `mounts a blob from another repository`() async throws {
        let peer = try await RegistryPeer.shared(.token)
        let credential = Credential(username: peer.username, password: peer.password, source: "the test")
        let bench = try Bench()
        try await bench.push(
            to: bench.repository(peer.name, plain: false, caFile: peer.caFile, credential: credential)
        )
        let tls = TLSOptions(authorityFile: peer.caFile.map { AuthorityFile($0, from: "the test") })
        let beside = RemoteRepository(
            try RepositoryName(parsing: bench.name + "/copy"),
            at: RegistryConnection(
                RegistryEndpoint(try RegistryName(parsing: peer.name)),
                transport: try CurlTransport(TransportOptions(tls: tls)),
                events: bench.events
            ),
            access: .push,
            mountingFrom: try RepositoryName(parsing: bench.name),
            credentials: ExplicitCredential(credential, source: "the test"),
            spoolingIn: .existing(bench.spool.path)
        )
        try await beside.push(bench.image.layer)
        #expect(bench.events.events.contains { "\($0)".contains("mounted from \(bench.name)") })
        #expect(try await beside.contains(bench.image.layer.descriptor))
    }
}
