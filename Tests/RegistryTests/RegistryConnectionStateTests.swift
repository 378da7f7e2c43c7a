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

    @Test func `who has spoken no TLS from the beginning is asked by HTTP`() throws {
        let place = try place()
        let first = place.origin
        #expect(first.scheme == .https)
        #expect(place.fallBack(from: first, events))
        #expect(place.origin.scheme == .http)
        // Another request that had begun before.
        #expect(place.fallBack(from: first, events))
        #expect(!place.fallBack(from: place.origin, events))
        #expect(events.events.count == 1)
    }

    @Test func `who has spoken TLS once is not asked without it`() throws {
        let place = try place()
        place.recordAnswer(of: place.origin)
        #expect(!place.fallBack(from: place.origin, events))
        #expect(place.origin.scheme == .https)
        #expect(events.events.isEmpty)
    }

    @Test func `another origin's answer says nothing about the registry`() throws {
        let place = try place()
        place.recordAnswer(of: Origin(scheme: .https, host: "auth.example", port: 443))
        #expect(place.fallBack(from: place.origin, events))
    }
}
