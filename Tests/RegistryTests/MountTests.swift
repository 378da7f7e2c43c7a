import Diagnostics
import HTTPTransport
import OCI
import Storage
import TestSupport
import Testing

@testable import Registry

/// Mounts of blobs from another repository.
@Suite(.serialized, .timed, .timeLimit(.minutes(5))) struct MountTests {
    private static let open = Task { try await ScriptedRegistry.start() }

    /// Makes a repository and a second one that has the image's blobs.
    private func beside(
        _ bench: Bench,
        at registry: ScriptedRegistry,
        clock: PauseClock? = nil
    ) async throws -> RemoteRepository {
        try await bench.push(to: bench.repository(registry.name))
        _ = try await registry.drained()
        return RemoteRepository(
            try RepositoryName(parsing: bench.name + "/copy"),
            at: RegistryConnection(
                RegistryEndpoint(try RegistryName(parsing: registry.name), usesPlainHTTP: true),
                transport: try CurlTransport(),
                retryPolicy: RetryPolicy(
                    count: 1,
                    firstPause: .zero,
                    longestPause: .zero,
                    clock: clock ?? bench.clock.pauseClock
                ),
                events: bench.events
            ),
            access: .push,
            mountingFrom: try RepositoryName(parsing: bench.name),
            credentials: ExplicitCredential(nil, source: "the test"),
            spoolingIn: .existing(bench.spool.path)
        )
    }

    /// Returns the requests for uploads: how each was opened, and whether it was used.
    private func lines(_ record: [ScriptedRegistry.Entry]) -> [String] {
        record.filter { $0.path.contains("uploads") }.map { entry in
            entry.method + (entry.query.contains { $0[0] == "mount" } ? " mount" : "")
        }
    }

    @Test func `mounts a blob from another repository`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        let repository = try await beside(bench, at: registry)
        try await repository.push(bench.image.layer)
        let record = try await registry.drained()
        #expect(lines(record) == ["POST mount"])
        #expect(
            record.first?.query == [
                ["mount", "\(bench.image.layer.descriptor.digest)"], ["from", bench.name],
            ]
        )
        #expect(try await repository.contains(bench.image.layer.descriptor))
    }

    @Test func `uses an upload that is offered instead of a mount`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        let repository = try await beside(bench, at: registry)
        try await registry.order(#"[{"path":"mount=","no_mount":true}]"#)
        try await repository.push(bench.image.layer)
        #expect(try await lines(registry.drained()) == ["POST mount", "PUT"])
        #expect(try await repository.contains(bench.image.layer.descriptor))
    }

    @Test func `deletes an unused upload that was offered instead of a mount`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        let repository = try await beside(bench, at: registry, clock: .stopped)
        try await registry.order(#"[{"path":"mount=","no_mount":true}]"#)
        // Another request gets a rate limit after the mount.
        let client = repository.client
        let (fetches, fetched) = AsyncStream.makeStream(of: Void.self)
        let task = Task { [layer = bench.image.layer] in
            try await repository.store(layer.descriptor) { () async throws(Failure) in
                _ = client.retrying.gate.begin(
                    .seconds(3600),
                    patience: nil,
                    at: client.retrying.policy.clock.now()
                )
                fetched.yield()
                return layer
            }
        }
        for await _ in fetches { break }
        task.cancel()
        let failure = await #expect(throws: Failure.self) { try await task.value }
        #expect(failure?.code == .interrupted)
        #expect(try await lines(registry.drained()) == ["POST mount", "DELETE"])
    }

    @Test func `deletes an offered upload if the content cannot be fetched`()
        async throws
    {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        let repository = try await beside(bench, at: registry)
        try await registry.order(#"[{"path":"mount=","no_mount":true}]"#)
        let failure = await bench.failure { () async throws(Failure) in
            _ = try await repository.store(bench.image.layer.descriptor) { () async throws(Failure) in
                throw Failure(.diskFull, "no room to fetch it")
            }
        }
        #expect(failure?.code == .diskFull)
        let uploads = try await registry.drained().filter { $0.path.contains("uploads") }
        #expect(lines(uploads) == ["POST mount", "DELETE"])
        #expect(uploads.last?.status == 204)
    }

    @Test(
        "reports how a blob reached the registry",
        arguments: [("[]", CopyReport.Status.mounted), (noMount, .copied)]
    )
    func outcome(rules: String, status: CopyReport.Status) async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        let repository = try await beside(bench, at: registry)
        try await registry.order(rules)
        let layer = bench.image.layer
        let first = try await repository.store(layer.descriptor) { () async throws(Failure) in layer }
        #expect(first == status)
        let second = try await repository.store(layer.descriptor) { () async throws(Failure) in layer }
        #expect(second == .exists)
    }

    private static let noMount = #"[{"path":"mount=","no_mount":true}]"#

    @Test func `a mount waits for the rate limit, and its 429 starts a wait`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        let repository = try await beside(bench, at: registry)
        let client = repository.client
        _ = client.retrying.gate.begin(.milliseconds(500), patience: nil, at: bench.clock.now)
        try await registry.order(#"[{"path":"mount=","status":429,"headers":{"Retry-After":"1"}}]"#)
        try await repository.push(bench.image.layer)
        #expect(bench.clock.pauses.reduce(.zero, +) >= .milliseconds(1500))
        #expect(try await lines(registry.drained()) == ["POST mount", "POST", "PUT"])
        #expect(bench.events.events.contains { "\($0)".contains("asks to wait 1") })
    }

    static let rejections: [(rule: String, why: String)] = [
        (#""status":400"#, "Docker Hub: invalid repository name"), (#""status":401"#, "Harbor"),
        (#""status":403"#, "not allowed"), (#""status":404"#, "unknown"),
        (#""status":405"#, "not known at all"),
        (#""status":429"#, "too fast"), (#""status":500"#, "broken"), (#""status":202"#, "no place to go on"),
        (#""drop":"before""#, "no answer"),
    ]

    @Test("uploads a blob after any rejection of a mount", arguments: rejections)
    func rejection(rule: String, why: String) async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        let repository = try await beside(bench, at: registry)
        try await registry.order("[{\"path\":\"mount=\",\(rule)}]")
        try await repository.push(bench.image.layer)
        let lines = try await lines(registry.drained()).filter { $0 != "POST mount" }
        #expect(lines == ["POST", "PUT"], "\(why)")
        #expect(try await repository.contains(bench.image.layer.descriptor))
        bench.expectNoSecrets()
    }
}
