import Diagnostics
import HTTPTransport
import OCI
import Synchronization
import TestSupport
import Testing

@testable import Registry

@Suite(.timed, .timeLimit(.minutes(5))) struct AuthenticatorTests {
    let transport = GatedTransport()
    let policy = URLPolicy(registry: Origin(scheme: .https, host: "r.example", port: 443))
    let challenges = AuthChallenge.all(in: ["Bearer realm=\"https://a.example/t\",service=\"s\""])

    private func authenticator() throws -> Authenticator {
        Authenticator(
            try RegistryName(parsing: "r.example"),
            .push,
            scope: Scope(try RepositoryName(parsing: "team/plugin"), .push),
            transport: transport,
            events: SilentSink()
        ) {
            CredentialLookup(nil, sources: ["the test"])
        }
    }

    private func answer(_ authenticator: Authenticator, rejected: String? = nil) -> Task<String?, any Error> {
        Task { [policy, challenges] in
            let url = try HTTPURL(parsing: "https://r.example/v2/")
            do throws(RequestFailure) {
                let rejection = Authenticator.Rejection(
                    status: 401,
                    challenges: challenges,
                    sent: rejected,
                    url: url
                )
                return try await authenticator.next(
                    after: rejection,
                    tried: [],
                    policy: policy,
                    ping: { nil }
                )?.authorization
            } catch {
                throw error.failure
            }
        }
    }

    /// Returns when this many callers wait for the same work.
    private func wait(for count: Int, in flight: SingleFlight<some Hashable & Sendable, some Sendable>) async
    {
        while await flight.waiting < count { await Task.yield() }
    }

    @Test func `concurrent challenges share one token request`() async throws {
        let authenticator = try authenticator()
        let tasks = (0..<8).map { _ in answer(authenticator) }
        var arrivals = transport.arrivals.makeAsyncIterator()
        _ = await arrivals.next()
        await wait(for: 8, in: authenticator.fetches)
        transport.answer(200, #"{"token":"one"}"#)
        for task in tasks { #expect(try await task.value == "Bearer one") }
        #expect(transport.requests == 1)
    }

    @Test func `uses the new token that another request has fetched`() async throws {
        let authenticator = try authenticator()
        var arrivals = transport.arrivals.makeAsyncIterator()
        let first = answer(authenticator)
        _ = await arrivals.next()
        transport.answer(200, #"{"token":"one"}"#)
        #expect(try await first.value == "Bearer one")
        let second = answer(authenticator, rejected: "Bearer one")
        _ = await arrivals.next()
        transport.answer(200, #"{"token":"two"}"#)
        #expect(try await second.value == "Bearer two")
        #expect(try await answer(authenticator, rejected: "Bearer one").value == "Bearer two")
        #expect(transport.requests == 2)
    }

    @Test func `canceling one waiting request does not cancel the others`() async throws {
        let authenticator = try authenticator()
        var arrivals = transport.arrivals.makeAsyncIterator()
        let first = answer(authenticator)
        _ = await arrivals.next()
        let second = answer(authenticator)
        await wait(for: 2, in: authenticator.fetches)
        first.cancel()
        let failure = await #expect(throws: Failure.self) { try await first.value }
        #expect(failure?.code == .interrupted)
        // The second caller starts the work again.
        _ = await arrivals.next()
        transport.answer(200, #"{"token":"one"}"#)
        #expect(try await second.value == "Bearer one")
    }

    @Test func `all waiting requests share a failed fetch, and the next request retries it`() async throws {
        let authenticator = try authenticator()
        var arrivals = transport.arrivals.makeAsyncIterator()
        let first = answer(authenticator)
        _ = await arrivals.next()
        transport.answer(503, "")
        let failure = await #expect(throws: Failure.self) { try await first.value }
        #expect(failure?.code == .serverFailed)
        let second = answer(authenticator)
        _ = await arrivals.next()
        transport.answer(200, #"{"token":"one"}"#)
        #expect(try await second.value == "Bearer one")
    }

    @Test func `does not retry with the same token`() async throws {
        let authenticator = try authenticator()
        var arrivals = transport.arrivals.makeAsyncIterator()
        for (rejected, expected) in [(nil, "Bearer one"), ("Bearer one", nil)] {
            let task = answer(authenticator, rejected: rejected)
            _ = await arrivals.next()
            transport.answer(200, #"{"token":"one"}"#)
            #expect(try await task.value == expected)
        }
    }

    @Test func `one request replaces an old token that several requests used`()
        async throws
    {
        let authenticator = try authenticator()
        var arrivals = transport.arrivals.makeAsyncIterator()
        let first = answer(authenticator)
        _ = await arrivals.next()
        transport.answer(200, #"{"token":"one"}"#)
        _ = try await first.value
        let tasks = (0..<8).map { _ in answer(authenticator, rejected: "Bearer one") }
        _ = await arrivals.next()
        await wait(for: 8, in: authenticator.fetches)
        transport.answer(200, #"{"token":"two"}"#)
        for task in tasks { #expect(try await task.value == "Bearer two") }
        #expect(transport.requests == 2)
    }

    @Test func `concurrent challenges share one credential lookup`() async throws {
        let looks = Mutex(0)
        let (gate, opened) = AsyncStream.makeStream(of: Void.self)
        let authenticator = Authenticator(
            try RegistryName(parsing: "r.example"),
            .push,
            scope: .none,
            transport: transport,
            events: SilentSink()
        ) {
            looks.withLock { $0 += 1 }
            for await _ in gate { break }
            return CredentialLookup(
                Credential(registryToken: "hush-direct", source: "the test"),
                sources: ["the test"]
            )
        }
        let tasks = (0..<8).map { _ in answer(authenticator) }
        await wait(for: 8, in: authenticator.lookups)
        opened.finish()
        for task in tasks { #expect(try await task.value?.hasPrefix("Bearer ") == true) }
        #expect(looks.withLock { $0 } == 1)
        #expect(transport.requests == 0)
    }

    @Test func `all waiting requests fail with the shared fetch`() async throws {
        let authenticator = try authenticator()
        var arrivals = transport.arrivals.makeAsyncIterator()
        let tasks = (0..<8).map { _ in answer(authenticator) }
        _ = await arrivals.next()
        await wait(for: 8, in: authenticator.fetches)
        transport.answer(403, #"{"errors":[{"code":"DENIED"}]}"#)
        for task in tasks {
            let failure = await #expect(throws: Failure.self) { try await task.value }
            #expect(failure?.code == .authenticationRequired)
        }
        #expect(transport.requests == 1)
    }
}
