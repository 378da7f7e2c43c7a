import Diagnostics
import OCI
import Registry
import Storage
import TestSupport
import Testing

/// The registry client against Debian's docker-registry, with TLS.
@Suite(.enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped), .timed, .timeLimit(.minutes(5)))
struct RealRegistryTests {
    private func credential(_ peer: RegistryPeer, password: String? = nil) -> Credential {
        Credential(username: peer.username, password: password ?? peer.password, source: "the test")
    }

    @Test(arguments: RegistryPeer.Authentication.allCases)
    func `pulls what was pushed, and a second push sends nothing`(
        authentication: RegistryPeer.Authentication
    ) async throws {
        let peer = try await RegistryPeer.shared(authentication)
        let bench = try Bench(layerSize: 300_000)
        func repository(_ access: Access) throws -> RemoteRepository {
            try bench.repository(
                peer.name,
                access: access,
                plain: false,
                caFile: peer.caFile,
                credential: credential(peer)
            )
        }
        let first = try await bench.push(to: repository(.push))
        #expect(first.parts.map(\.status) == [.copied, .copied])
        try await bench.image.expect(in: bench.pull(from: repository(.pull)))
        let second = try await bench.push(to: repository(.push))
        #expect(second.parts.map(\.status) == [.exists, .exists])
        #expect(second.previous?.digest == bench.image.manifest.descriptor.digest)
        if authentication == .token {
            let scope = "repository:\(bench.name):pull"
            #expect(try peer.tokenRequests(of: bench.name) == ["\(scope),push", scope, "\(scope),push"])
        }
    }

    @Test(arguments: [RegistryPeer.Authentication.htpasswd, .token])
    func `rejects a wrong password and requests a missing one`(
        authentication: RegistryPeer.Authentication
    ) async throws {
        let peer = try await RegistryPeer.shared(authentication)
        let bench = try Bench()
        for (credential, code) in [
            (credential(peer, password: "wrong"), Failure.Code.authenticationRejected),
            (nil, .authenticationRequired),
        ] {
            let repository = try bench.repository(
                peer.name,
                plain: false,
                caFile: peer.caFile,
                credential: credential
            )
            let failure = await bench.failure { () async throws(Failure) in
                try await bench.push(to: repository)
            }
            #expect(failure?.code == code, "\(failure?.description ?? "")")
        }
    }

    @Test func `distinguishes an unknown tag and repository from denied access`() async throws {
        let peer = try await RegistryPeer.shared(.open, usesTLS: false)
        let bench = try Bench()
        let repository = try bench.repository(peer.name, access: .pull)
        let failure = await bench.failure { () async throws(Failure) in
            try await bench.pull(from: repository)
        }
        #expect(failure?.code == .notFound)
        #expect(failure?.message.contains("no tag v1 in \(peer.name)/\(bench.name)") == true)
    }
}
