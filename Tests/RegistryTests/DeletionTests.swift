import Diagnostics
import OCI
import Storage
import TestSupport
import Testing

@testable import Registry

/// Deletions of tags and images, and the responses of different registries.
@Suite(.serialized, .timed, .timeLimit(.minutes(5))) struct DeletionTests {
    private static let open = Task { try await ScriptedRegistry.start() }

    /// Pushes an image with the tags v1 and v2, and returns the repository with delete access.
    private func pushed(_ registry: ScriptedRegistry) async throws -> (Bench, RemoteRepository, [OCI.Tag]) {
        let bench = try Bench(layerSize: 100)
        let tags = try ["v1", "v2"].map { try Tag(parsing: $0) }
        let repository = try bench.repository(registry.name)
        try await bench.push(to: repository)
        _ = try await repository.set(tags, to: bench.image.manifest)
        _ = try await registry.drained()
        return (bench, try bench.repository(registry.name, access: .delete), tags)
    }

    @Test func `deletes only a tag, or an image with all its tags`() async throws {
        let registry = try await Self.open.value.reset()
        let (bench, repository, tags) = try await pushed(registry)
        let digest = bench.image.manifest.descriptor.digest
        try await repository.delete(tags[0])
        #expect(try await bench.image.lines(registry.drained()) == ["DELETE manifests/v1"])
        #expect(try await repository.current(tags).map { $0?.digest } == [nil, digest])
        _ = try await registry.drained()
        try await repository.delete(digest)
        #expect(try await bench.image.lines(registry.drained()) == ["DELETE manifests/manifest"])
        #expect(try await repository.current(tags).allSatisfy { $0 == nil })
    }

    @Test("accepts each success status of a deletion", arguments: [200, 202, 204])
    func done(status: Int) async throws {
        let registry = try await Self.open.value.reset()
        let (bench, repository, tags) = try await pushed(registry)
        try await registry.order(#"[{"method": "DELETE", "status": \#(status)}]"#)
        try await repository.delete(tags[0])
        try await repository.delete(bench.image.manifest.descriptor.digest)
    }

    @Test func `accepts a deletion whose response was lost`() async throws {
        let registry = try await Self.open.value.reset()
        let (_, repository, tags) = try await pushed(registry)
        try await registry.order(#"[{"method": "DELETE", "occurrence": 1, "drop": "after", "reset": true}]"#)
        try await repository.delete(tags[0])
        #expect(try await repository.current(.tag(tags[0])) == nil)
    }

    typealias Rejection = (
        isTag: Bool, status: Int, body: String, code: Failure.Code, phrase: String, why: String
    )

    static let rejections: [Rejection] = [
        (
            true, 400, "DIGEST_INVALID", .deletionUnsupported, "cannot delete only a tag",
            "docker-registry 2.8"
        ),
        (true, 400, "NAME_INVALID", .requestRejected, "(400 NAME_INVALID", "the registry's own reason"),
        (
            true, 405, "UNSUPPORTED", .deletionUnsupported, "cannot delete only a tag",
            "what the specification says"
        ),
        (
            true, 404, "NOT_FOUND", .deletionUnsupported, "cannot delete only a tag",
            "no such endpoint: the tag is there"
        ),
        (true, 501, "X", .deletionUnsupported, "cannot delete only a tag", "not made yet"),
        (false, 405, "UNSUPPORTED", .deletionUnsupported, "storage.delete.enabled", "switched off"),
        (
            false, 400, "MANIFEST_INVALID", .requestRejected, "(400 MANIFEST_INVALID",
            "the registry's own reason"
        ),
        (false, 404, "MANIFEST_UNKNOWN", .notFound, "no manifest sha256:", "gone already"),
        (true, 409, "X", .requestRejected, "rejected the request to delete from", "a rule of the registry's"),
    ]

    @Test("distinguishes unsupported deletion from missing content", arguments: rejections)
    func rejection(_ rejection: Rejection) async throws {
        let registry = try await Self.open.value.reset()
        let (bench, repository, tags) = try await pushed(registry)
        try await registry.order(
            #"[{"method": "DELETE", "status": \#(rejection.status), "body": {"errors": [{"code": "\#(rejection.body)"}]}}]"#
        )
        let digest = bench.image.manifest.descriptor.digest
        let failure = await bench.failure { () async throws(Failure) in
            if rejection.isTag {
                try await repository.delete(tags[0])
            } else {
                try await repository.delete(digest)
            }
        }
        #expect(failure?.code == rejection.code, "\(rejection.why)")
        #expect(
            failure?.description.contains(rejection.phrase) == true,
            "\(rejection.why): \(failure?.description ?? "")"
        )
    }

    @Test func `reports notFound if a busy registry never had the content`() async throws {
        let registry = try await Self.open.value.reset()
        let (bench, repository, _) = try await pushed(registry)
        try await registry.order(
            #"""
            [{"method": "DELETE", "occurrence": 1, "status": 429},
             {"method": "DELETE", "occurrence": 2, "status": 404, "body": {"errors": [{"code": "MANIFEST_UNKNOWN"}]}}]
            """#
        )
        let digest = bench.image.manifest.descriptor.digest
        let failure = await bench.failure { () async throws(Failure) in try await repository.delete(digest) }
        #expect(failure?.code == .notFound)
    }

    @Test func `reports a missing tag`() async throws {
        let registry = try await Self.open.value.reset()
        let (bench, repository, _) = try await pushed(registry)
        let tag = try Tag(parsing: "other")
        let failure = await bench.failure { () async throws(Failure) in try await repository.delete(tag) }
        #expect(failure?.code == .notFound)
        #expect(failure?.message.contains("no tag other") == true)
    }

    @Test func `finds the tags of an image`() async throws {
        let registry = try await Self.open.value.reset()
        let (bench, repository, tags) = try await pushed(registry)
        #expect(await repository.tags(of: bench.image.manifest.descriptor.digest) == tags)
        #expect(await repository.tags(of: Digest(of: [1])) == [])
    }
}
