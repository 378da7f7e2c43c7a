import HTTPTransport
import OCI
import TestSupport
import Testing

@testable import Registry

@Suite struct RegistryConnectionStateTests {
    private let events = RecordingSink()

    private func place() throws -> RegistryConnectionState {
        RegistryConnectionState(RegistryEndpoint(try RegistryName(parsing: "localhost:5000")))
    }

    @Test func `falls back to HTTP if the registry never used TLS`() throws {
        let place = try place()
        let first = place.origin
        #expect(first.scheme == .https)
        #expect(place.fallBack(from: first, events))
        #expect(place.origin.scheme == .http)
        // Another request that had started before.
        #expect(place.fallBack(from: first, events))
        #expect(!place.fallBack(from: place.origin, events))
        #expect(events.events.count == 1)
    }

    @Test func `does not fall back to HTTP after a TLS answer`() throws {
        let place = try place()
        place.recordAnswer(of: place.origin)
        #expect(!place.fallBack(from: place.origin, events))
        #expect(place.origin.scheme == .https)
        #expect(events.events.isEmpty)
    }

    @Test func `another origin's answer does not prevent the fallback`() throws {
        let place = try place()
        place.recordAnswer(of: Origin(scheme: .https, host: "auth.example", port: 443))
        #expect(place.fallBack(from: place.origin, events))
    }
}
