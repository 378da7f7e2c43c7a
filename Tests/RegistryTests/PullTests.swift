import Diagnostics
import HTTPTransport
import OCI
import Storage
import TestSupport
import Testing

@testable import Registry

/// A pull over real sockets, from a registry that fails on command.
@Suite(.serialized, .timed, .timeLimit(.minutes(5))) struct PullTests {
    private static let open = Task { try await ScriptedRegistry.start() }
    private static let basic = Task { try await ScriptedRegistry.start(.basic) }

    /// Starts a registry with the image.
    private func filled(
        _ bench: Bench,
        _ server: Task<ScriptedRegistry, any Error> = Self.open
    ) async throws -> ScriptedRegistry {
        let registry = try await server.value.reset()
        try await bench.push(to: bench.repository(registry.name, credential: .known))
        _ = try await registry.drained()
        return registry
    }

    @Test func `a pull requests the manifest and each blob once`() async throws {
        let bench = try Bench()
        let registry = try await filled(bench)
        let store = try await bench.pull(from: bench.repository(registry.name, access: .pull))
        try await bench.image.expect(in: store)
        let record = try await registry.drained()
        let lines = bench.image.lines(record)
        #expect(lines.first == "GET manifests/v1")
        #expect(lines.sorted() == ["GET blobs/config", "GET blobs/layer", "GET manifests/v1"])
        let accept = record.first?.header("Accept") ?? ""
        for type in [MediaType.imageManifest, .imageIndex, .dockerManifest, .dockerManifestList] {
            #expect(accept.contains(type.name))
        }
        #expect(record.allSatisfy { $0.header("Accept-Encoding") == "identity" })
    }

    @Test func `pulls the same image by digest`() async throws {
        let bench = try Bench()
        let registry = try await filled(bench)
        let digest = bench.image.manifest.descriptor.digest
        let report = try await copy(
            .digest(digest),
            from: bench.repository(registry.name, access: .pull),
            to: InMemoryStore(),
            events: bench.events
        )
        #expect(report.root.digest == digest)
        #expect(try await bench.image.lines(registry.drained()).first == "GET manifests/manifest")
    }

    // MARK: Temporary failures

    static let passing: [(rules: String, why: String)] = [
        (#"[{"method":"GET","path":"manifests","occurrence":1,"status":503}]"#, "busy"),
        (#"[{"method":"GET","path":"manifests","occurrence":1,"cut":10}]"#, "the manifest is cut"),
        (#"[{"method":"GET","path":"blobs","occurrence":1,"status":429}]"#, "too fast"),
        (#"[{"method":"GET","path":"blobs","occurrence":[1,2],"cut":20}]"#, "blobs are cut"),
        (#"[{"method":"GET","path":"blobs","occurrence":1,"cut":20,"reset":true}]"#, "a reset"),
        (#"[{"method":"GET","path":"blobs","occurrence":1,"drop":"before"}]"#, "no answer"),
        (#"[{"no_length":true}]"#, "no length, and the end of the connection is the end"),
        (#"[{"chunked":true}]"#, "chunked"),
        (#"[{"extra_headers":{"Docker-Content-Digest":null}}]"#, "no digest announced"),
        (#"[{"path":"manifests","wrong_digest_header":"nonsense"}]"#, "an invalid digest"),
        (
            #"[{"path":"manifests","extra_headers":{"Content-Type":null}}]"#,
            "the type stands in the manifest only"
        ),
        (#"[{"path":"manifests","extra_headers":{"Content-Type":"text/plain"}}]"#, "a static host"),
        (#"[{"extra_headers":{"Content-Encoding":"identity"}}]"#, "not encoded, and says so"),
        (#"[{"path":"/v2/.*blobs","redirect":"absolute"}]"#, "a redirect to the same host"),
        (#"[{"path":"/v2/.*blobs","redirect":"relative"}]"#, "a relative one"),
        (#"[{"path":"/v2/.*blobs","redirect":"otherhost"}]"#, "one to a storage"),
    ]

    @Test("retries temporary failures of a pull until it succeeds", arguments: passing)
    func arrival(rules: String, why: String) async throws {
        let bench = try Bench()
        let registry = try await filled(bench)
        try await registry.order(rules)
        let store = try await bench.pull(from: bench.repository(registry.name, access: .pull))
        try await bench.image.expect(in: store)
    }

    // MARK: Invalid content

    typealias Rejection = (rules: String, code: Failure.Code, phrase: String, why: String)

    private static let html = #""body":"<html>hello</html>","headers":{"Content-Type":"text/html"}"#
    private static let blob = #""method":"GET","path":"blobs""#
    private static let manifest = #""method":"GET","path":"manifests""#

    static let rejections: [Rejection] = [
        (
            #"[{\#(manifest),"status":404,"body":{"errors":[{"code":"MANIFEST_UNKNOWN"}]}}]"#, .notFound,
            "no tag v1", "no tag"
        ),
        (
            #"[{\#(manifest),"status":404,"body":{"errors":[{"code":"NAME_UNKNOWN"}]}}]"#, .notFound,
            "no repository", "no repository"
        ),
        (#"[{\#(blob),"status":404}]"#, .notFound, "sha256:", "no blob"),
        (#"[{\#(manifest),"status":500}]"#, .serverFailed, "(500)", "permanent"),
        (
            #"[{\#(manifest),"wrong_digest_header":true}]"#, .digestMismatch, "was announced",
            "by tag, another digest"
        ),
        (#"[{\#(manifest),"flip":40}]"#, .digestMismatch, "was announced", "a flipped byte"),
        (
            #"[{\#(manifest),"flip":40,"extra_headers":{"Docker-Content-Digest":null}}]"#, .manifestInvalid,
            "manifest", "by tag without a digest: only its form can tell"
        ),
        (#"[{\#(blob),"flip":7}]"#, .digestMismatch, "does not match its digest", "a flipped byte"),
        (#"[{\#(blob),"flip":-1}]"#, .digestMismatch, "does not match its digest", "the last one"),
        (#"[{\#(blob),"truncate":20}]"#, .digestMismatch, "announces 20", "too short, and says so"),
        (
            #"[{\#(blob),"truncate":20,"no_length":true,"whole":true}]"#, .digestMismatch, "20 of",
            "too short, and does not"
        ),
        (#"[{\#(blob),"encoded":true}]"#, .protocolViolation, "\"gzip\"", "compressed on the way"),
        (
            #"[{\#(blob),"encoded":true,"no_length":true}]"#, .protocolViolation, "\"gzip\"",
            "without a length"
        ),
        (#"[{\#(manifest),"encoded":true}]"#, .protocolViolation, "\"gzip\"", "a compressed manifest"),
        (
            #"[{\#(blob),"extra_headers":{"Content-Encoding":["identity","br"]}}]"#, .protocolViolation,
            "\"br\"", "one of two encodings"
        ),
        (#"[{\#(blob),"status":200,"body":"x"}]"#, .digestMismatch, "announces 1", "something else"),
        (#"[{\#(blob),"endless":"body"}]"#, .digestMismatch, "the registry sent more", "without an end"),
        (#"[{\#(blob),"answer_status":206}]"#, .protocolViolation, "(206)", "a part that was not requested"),
        (
            #"[{\#(manifest),"answer_status":206}]"#, .protocolViolation, "unexpected status 206",
            "a part of a manifest"
        ),
        (#"[{\#(blob),"status":204}]"#, .protocolViolation, "unexpected status 204", "nothing"),
        (#"[{\#(blob),"status":403}]"#, .authenticationRequired, "(403)", "not for everybody"),
        (#"[{\#(manifest),"endless":"body"}]"#, .protocolViolation, "too large", "a manifest without an end"),
        (#"[{\#(manifest),"status":200,\#(html)}]"#, .protocolViolation, "web page", "a web page"),
        (#"[{\#(manifest),"status":200}]"#, .manifestInvalid, "manifest", "nothing"),
        (
            #"[{\#(manifest),"status":200,"body":{"schemaVersion":1},"headers":{"Content-Type":"application/vnd.docker.distribution.manifest.v1+prettyjws"}}]"#,
            .manifestUnsupported, "schema 1", "obsolete Docker format"
        ),
        (
            #"[{\#(manifest),"extra_headers":{"Content-Type":"application/vnd.oci.image.index.v1+json"}}]"#,
            .manifestInvalid, "declared as", "announced as another type than it says"
        ),
        (
            #"[{\#(blob),"status":302,"headers":{"Location":"x"}}]"#, .protocolViolation, "redirects more",
            "a loop"
        ),
        (
            #"[{\#(blob),"status":307,"headers":{"Location":"http://u:p@x/"}}]"#, .protocolViolation,
            "invalid URL", "a password"
        ),
    ]

    @Test("rejects invalid content and leaves no files", arguments: rejections)
    func rejection(_ rejection: Rejection) async throws {
        let bench = try Bench()
        let registry = try await filled(bench)
        try await registry.order(rejection.rules)
        let repository = try bench.repository(registry.name, access: .pull)
        let failure = await bench.failure { () async throws(Failure) in
            try await bench.pull(from: repository)
        }
        #expect(failure?.code == rejection.code, "\(rejection.why)")
        #expect(failure?.description.contains(rejection.phrase) == true, "\(failure?.description ?? "")")
        #expect(bench.spool.names.isEmpty)
    }

    @Test func `rejects a manifest over 4 MiB before reading it`() async throws {
        let bench = try Bench()
        let registry = try await filled(bench)
        let large = String(repeating: "x", count: 4 * 1024 * 1024 + 1)
        try await registry.order(#"[{"method":"GET","path":"manifests","status":200,"body":"\#(large)"}]"#)
        let repository = try bench.repository(registry.name, access: .pull)
        let failure = await bench.failure { () async throws(Failure) in
            try await bench.pull(from: repository)
        }
        #expect(failure?.code == .protocolViolation)
        // A canceled request of the previous test may still arrive.
        let record = try await registry.drained()
        #expect(record.count { $0.method == "GET" && $0.path.contains("manifests") } == 1, "\(record)")
    }

    @Test func `rejects a manifest with another digest than requested`() async throws {
        let bench = try Bench()
        let registry = try await filled(bench)
        try await registry.order(
            #"""
            [{"method":"GET","path":"manifests","status":200,"body":{"schemaVersion":2},
              "headers":{"Content-Type":"application/vnd.oci.image.manifest.v1+json"}}]
            """#
        )
        let repository = try bench.repository(registry.name, access: .pull)
        let failure = await bench.failure { () async throws(Failure) in
            _ = try await repository.resolve(.digest(bench.image.manifest.descriptor.digest))
        }
        #expect(failure?.code == .digestMismatch)
        #expect(failure?.why?.contains("was requested") == true)
    }

    @Test func `hashes a manifest before decoding it`() async throws {
        let bench = try Bench()
        let registry = try await filled(bench)
        try await registry.order(
            #"[{"method":"GET","path":"manifests","status":200,"body":"{","headers":{"Content-Type":"text/plain"}}]"#
        )
        let repository = try bench.repository(registry.name, access: .pull)
        let failure = await bench.failure { () async throws(Failure) in
            _ = try await repository.resolve(.digest(bench.image.manifest.descriptor.digest))
        }
        #expect(failure?.code == .digestMismatch)
    }

    static let odd: [(headers: String, warning: String?)] = [
        ("{}", nil),
        (#"{"Content-Type":"application/vnd.oci.image.manifest.v1+json; charset=utf-8"}"#, nil),
        (
            #"{"Content-Type":"text/plain; charset=utf-8"}"#,
            "did not send a manifest type (text/plain)"
        ),
        (#"{"Content-Type":"application/octet-stream"}"#, "(application/octet-stream)"),
        (#"{"Content-Type":null}"#, "(no Content-Type)"),
        (#"{"Docker-Content-Digest":null}"#, nil),
        (#"{"Docker-Content-Digest":"md5:0"}"#, #"sent an invalid digest: "md5:0""#),
    ]

    @Test("accepts a manifest with unusual header fields, with a warning", arguments: odd)
    func oddWords(headers: String, warning: String?) async throws {
        let bench = try Bench()
        let registry = try await filled(bench)
        try await registry.order(#"[{"method":"GET","path":"manifests","extra_headers":\#(headers)}]"#)
        try await bench.image.expect(in: bench.pull(from: bench.repository(registry.name, access: .pull)))
        let warnings = bench.events.events.compactMap { event in
            if case .warning(let text, _) = event { text } else { nil }
        }
        #expect(warnings.count == (warning == nil ? 0 : 1), "\(warnings)")
        #expect(warnings.allSatisfy { $0.contains(warning ?? "-") }, "\(warnings)")
    }

    @Test("verifies an announced digest with another algorithm", arguments: [true, false])
    func otherAlgorithm(isRight: Bool) async throws {
        let bench = try Bench()
        let registry = try await filled(bench)
        let bytes = try bench.image.manifest.bytes(limit: .max)
        let digest = Digest(of: isRight ? bytes : [], algorithm: .sha512)
        try await registry.order(#"[{"path":"manifests","wrong_digest_header":"\#(digest)"}]"#)
        let repository = try bench.repository(registry.name, access: .pull)
        guard !isRight else { return try await bench.image.expect(in: bench.pull(from: repository)) }
        let failure = await bench.failure { () async throws(Failure) in
            try await bench.pull(from: repository)
        }
        #expect(failure?.code == .digestMismatch)
    }

    @Test func `does not request content embedded in the manifest`() async throws {
        let bench = try Bench()
        let text = #"{"data":"e30=","digest":"\#(Digest(of: Array("{}".utf8)))","mediaType":"c/d","size":2}"#
        let descriptor = try CanonicalJSON.decode(
            Descriptor.self,
            from: Array(text.utf8),
            as: "descriptor",
            failing: .manifestInvalid
        )
        let repository = try bench.repository("r.example", transport: ScriptedTransport([]))
        let blob = try await repository.fetch(descriptor)
        #expect(try blob.bytes(limit: .max) == Array("{}".utf8))
    }

    @Test func `does not request a foreign layer`() async throws {
        let bench = try Bench()
        let layer = bench.image.layer.descriptor
        let type = MediaType("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")
        let repository = try bench.repository("r.example", transport: ScriptedTransport([]))
        let failure = await bench.failure { () async throws(Failure) in
            _ = try await repository.fetch(
                Descriptor(mediaType: type, digest: layer.digest, size: layer.size)
            )
        }
        #expect(failure?.code == .manifestUnsupported)
        #expect(failure?.why?.contains("does not allow redistribution") == true)
    }

    @Test func `finds an image by its SHA-512`() async throws {
        let bench = try Bench()
        let bytes = try bench.image.manifest.bytes(limit: .max)
        let digest = Digest(of: bytes, algorithm: .sha512)
        let type = MediaType.imageManifest.name
        let transport = ScriptedTransport([
            .answer(
                "GET http://r.example/v2/\(bench.name)/manifests/\(digest)",
                200,
                ["Content-Type": type],
                body: String(decoding: bytes, as: UTF8.self)
            )
        ])
        let repository = try bench.repository("r.example", access: .pull, transport: transport)
        let root = try await repository.resolve(.digest(digest))
        #expect(root.digest == digest)
        #expect(try await repository.fetch(root).bytes(limit: .max) == bytes)
    }

    // MARK: Redirects

    @Test func `fetches a blob from a storage host without credentials`() async throws {
        let bench = try Bench()
        let registry = try await filled(bench, Self.basic)
        // Rejects an Authorization with 400, as S3 does.
        try await registry.order(#"[{"path":"/v2/.*blobs","redirect":"otherhost"}]"#)
        let store = try await bench.pull(
            from: bench.repository(registry.name, access: .pull, credential: .known)
        )
        try await bench.image.expect(in: store)
        let elsewhere = try await registry.drained().filter { $0.path.hasPrefix("/__blob/") }
        #expect(elsewhere.count == 2)
        #expect(elsewhere.allSatisfy { $0.header("Authorization") == nil })
        bench.expectNoSecrets()
    }

    @Test func `rejects a redirect from HTTPS to HTTP`() async throws {
        let bench = try Bench()
        let registry = try await ScriptedRegistry.start(usesTLS: true, host: "localhost")
        try await bench.push(to: bench.repository(registry.name, plain: false, caFile: registry.caFile))
        try await registry.order(#"[{"path":"/v2/.*blobs","redirect":"http"}]"#)
        let repository = try bench.repository(
            registry.name,
            access: .pull,
            plain: false,
            caFile: registry.caFile
        )
        let failure = await bench.failure { () async throws(Failure) in
            try await bench.pull(from: repository)
        }
        #expect(failure?.code == .addressRejected)
        #expect(bench.spool.names.isEmpty)
    }

    // MARK: Cancellation

    @Test func `a canceled pull ends during a blob and leaves no files`() async throws {
        let bench = try Bench(layerSize: 3_000_000)
        let registry = try await filled(bench)
        try await registry.order(
            #"[{"method":"GET","path":"blobs","stall":{"after":1000000,"seconds":3600}}]"#
        )
        let repository = try bench.repository(registry.name, access: .pull)
        let before = bench.events.events.count
        let task = Task { try await bench.pull(from: repository) }
        await bench.events.wait { $0.dropFirst(before).contains(where: \.isMoving) }
        task.cancel()
        let failure = await #expect(throws: Failure.self) { try await task.value }
        #expect(failure?.code == .interrupted)
        #expect(bench.spool.names.isEmpty)
    }
}
