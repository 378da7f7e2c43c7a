import Diagnostics
import OCI
import Registry
import Storage
import TestSupport
import Testing

/// Tokens of a separate token service, which Debian's docker-registry verifies.
@Suite(.long, .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped), .timed, .timeLimit(.minutes(5)))
struct RealTokenLongTests {
    private func repository(
        _ bench: Bench,
        _ peer: RegistryPeer,
        _ access: Access,
        _ credential: Credential?,
        isStored: Bool = false
    ) throws -> RemoteRepository {
        try bench.repository(
            peer.name,
            access: access,
            plain: false,
            caFile: peer.caFile,
            credential: credential,
            isStored: isStored
        )
    }

    private func known(_ peer: RegistryPeer) -> Credential {
        Credential(username: peer.username, password: peer.password, source: "the test")
    }

    @Test func `a push continues after its token expires`() async throws {
        // The registry accepts a token for 60 seconds after it expires; these are valid for ten.
        let peer = try await RegistryPeer.start(.token, tokens: ["--lifetime", "10", "--backdate", "60"])
        let bench = try Bench()
        let repository = try repository(bench, peer, .push, known(peer))
        var number = 0
        try await wait(for: "a second token") {
            let bytes = Array("blob \(number)".utf8)
            try await repository.push(Blob(bytes, mediaType: .layerTarGzip))
            number += 1
            return try peer.tokenRequests().count > 1
        }
        try await bench.push(to: repository)
    }

    @Test func `concurrent uploads share one token`() async throws {
        let peer = try await RegistryPeer.shared(.token)
        let bench = try Bench()
        let repository = try repository(bench, peer, .push, known(peer))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try await repository.push(Blob([UInt8(number)], mediaType: .layerTarGzip))
                }
            }
            try await group.waitForAll()
        }
        #expect(try peer.tokenRequests(of: bench.name) == ["repository:\(bench.name):pull,push"])
    }

    @Test func `names the token's scope to a user who may only pull`() async throws {
        let peer = try await RegistryPeer.start(.token, tokens: ["--user", "viewer:hush-viewer:pull"])
        let bench = try Bench()
        let viewer = Credential(username: "viewer", password: "hush-viewer", source: "the test")
        let repository = try repository(bench, peer, .push, viewer)
        let failure = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        #expect(failure?.code == .authenticationDenied)
        #expect(failure?.message.hasPrefix("viewer may not push to \(bench.name) (401") == true)
        #expect(
            failure?.why
                == "logged in with credentials from the test; requested scope repository:\(bench.name):pull,push, "
                + "granted: pull"
        )
    }

    @Test func `pulls a public image in spite of a wrong stored password`()
        async throws
    {
        let peer = try await RegistryPeer.shared(.token)
        let bench = try Bench()
        try await bench.push(to: repository(bench, peer, .push, known(peer)))
        let stale = Credential(username: peer.username, password: "hush-stale", source: "the test")
        let store = try await bench.pull(from: repository(bench, peer, .pull, stale, isStored: true))
        try await bench.image.expect(in: store)
        #expect(bench.events.events.contains { if case .warning = $0 { true } else { false } })
        let pushing = try repository(bench, peer, .push, stale, isStored: true)
        let failure = await bench.failure { () async throws(Failure) in try await bench.push(to: pushing) }
        #expect(failure?.code == .authenticationRejected)
    }

    @Test("accepts an identity token in place of a password", arguments: [false, true])
    func identityToken(withoutPOST: Bool) async throws {
        // Without POST, the token is sent as the password, which the service must accept.
        let peer = try await RegistryPeer.start(
            .token,
            tokens: ["--identity-token", "demo:hush-identity", "--user", "robot:hush-identity"]
                + (withoutPOST ? ["--post-status", "404"] : [])
        )
        let bench = try Bench()
        let identity = Credential(
            identityToken: "hush-identity",
            username: withoutPOST ? "robot" : nil,
            source: "the test"
        )
        try await bench.push(to: repository(bench, peer, .push, identity))
        let store = try await bench.pull(from: repository(bench, peer, .pull, identity))
        try await bench.image.expect(in: store)
        let revoked = Credential(identityToken: "hush-revoked", source: "the test")
        let rejected = try repository(bench, peer, .push, revoked)
        let failure = await bench.failure { () async throws(Failure) in try await bench.push(to: rejected) }
        #expect(failure?.code == .authenticationRejected)
    }

    @Test(arguments: [RegistryPeer.Authentication.htpasswd, .token])
    func `checks a login without a repository`(authentication: RegistryPeer.Authentication) async throws {
        let peer = try await RegistryPeer.start(authentication, usesTLS: false)
        let bench = try Bench()
        let check = try bench.signInCheck(peer.name)
        _ = try await check.check(known(peer))
        let wrong = Credential(username: peer.username, password: "hush-wrong", source: "the test")
        let failure = await bench.failure { () async throws(Failure) in _ = try await check.check(wrong) }
        #expect(failure?.code == .authenticationRejected)
        #expect(try peer.tokenRequests().allSatisfy(\.isEmpty))
    }
}
