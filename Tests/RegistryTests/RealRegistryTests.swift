import Diagnostics
import HTTPTransport
import OCI
import Registry
import Storage
import SystemPackage
import TestSupport
import Testing

/// The registry client against Debian's docker-registry, with TLS.
@Suite(.enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped), .timeLimit(.minutes(1)))
struct RealRegistryTests {
    @Test(arguments: RegistryPeer.Authentication.allCases)
    func `a peer starts`(authentication: RegistryPeer.Authentication) async throws {
        let peer = try await RegistryPeer.start(authentication)
        #expect(peer.port > 0)
    }
}
