import Diagnostics
import HTTPTransport
import OCI
import Storage
import TestSupport
import Testing

@testable import Registry

/// Uploads of manifests and tags, and a registry's possible responses.
@Suite(.serialized, .timed, .timeLimit(.minutes(5))) struct TaggingTests {
    private static let open = Task { try await ScriptedRegistry.start() }

    private func tags(_ names: String...) throws -> [OCI.Tag] { try names.map { try Tag(parsing: $0) } }

    @Test func `sets further tags to the same bytes and does not change correct tags`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench(layerSize: 100)
        let repository = try bench.repository(registry.name)
        try await bench.push(to: repository)
        _ = try await registry.drained()
        let changes = try await repository.set(tags("v1", "v2"), to: bench.image.manifest)
        let record = try await registry.drained()
        #expect(bench.image.lines(record) == ["HEAD manifests/v1", "HEAD manifests/v2", "PUT manifests/v2"])
        #expect(record.last?.header("Content-Type") == "\(MediaType.imageManifest)")
        #expect(record.last?.body_length == bench.image.manifest.descriptor.size)
        #expect(changes.map { $0.previous?.digest } == [bench.image.manifest.descriptor.digest, nil])
    }

    @Test func `names the tags that are set and not set when one fails`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench(layerSize: 100)
        let repository = try bench.repository(registry.name)
        try await bench.push(to: repository)
        try await registry.order(#"[{"method": "PUT", "path": "manifests/b", "status": 403}]"#)
        let wanted = try (tags("a", "b", "c"), tags("v1"))
        let failure = await bench.failure { () async throws(Failure) in
            _ = try await repository.set(wanted.0, to: bench.image.manifest, after: wanted.1)
        }
        #expect(failure?.why?.hasSuffix("set: v1, a; not set: b, c") == true, "\(failure?.why ?? "")")
        #expect(failure?.http?.status == 403)
    }

    @Test(
        "a stalled transfer says what is certain about each tag",
        arguments: [
            (["HEAD a"], "no tag was set"), (["HEAD a", "PUT a"], "may have been set: a; not set: b, c"),
            (["HEAD a", "PUT a", "HEAD b"], "set: a; not set: b, c"),
            (["HEAD a", "PUT a", "HEAD b", "PUT b"], "set: a; may have been set: b; not set: c"),
            (
                ["HEAD a", "PUT a", "HEAD b", "PUT b", "HEAD c", "PUT c"],
                "set: a, b; may have been set: c"
            ),
        ]
    )
    func stalled(requests: [String], state: String) async throws {
        let bench = try Bench(layerSize: 100)
        let announced: HeaderFields = ["Docker-Content-Digest": "\(bench.image.manifest.descriptor.digest)"]
        var exchanges: [ScriptedTransport.Exchange] = []
        for (number, request) in requests.enumerated() {
            let line = request.replacing(" ", with: " http://r.test/v2/\(bench.name)/manifests/")
            if number == requests.count - 1 {
                exchanges.append(.failure(line, .stalled))
            } else if request.hasPrefix("HEAD") {
                exchanges.append(.answer(line, 404))
            } else {
                exchanges.append(.answer(line, 201, announced))
            }
        }
        let transport = ScriptedTransport(exchanges)
        let repository = try bench.repository("r.test", retries: 0, transport: transport)
        let wanted = try tags("a", "b", "c")
        let failure = await bench.failure { () async throws(Failure) in
            _ = try await repository.set(wanted, to: bench.image.manifest)
        }
        #expect(failure?.code == .timedOut)
        #expect((failure?.cause as? Failure.CertainResult)?.text == state)
        #expect(failure?.why?.contains("set") != true, "\(failure?.why ?? "")")
        #expect(transport.remaining == 0)
    }

    @Test("a stalled transfer names the tag, or the image if it has none", arguments: [true, false])
    func stalledTag(hasTag: Bool) async throws {
        let bench = try Bench(layerSize: 100)
        let digest = bench.image.manifest.descriptor.digest
        let target = hasTag ? "v1" : "\(digest)"
        let transport = ScriptedTransport([
            .failure("PUT http://r.test/v2/\(bench.name)/manifests/\(target)", .stalled)
        ])
        let repository = try bench.repository("r.test", retries: 0, transport: transport)
        let failure = await bench.failure { () async throws(Failure) in
            try await repository.tag(bench.image.manifest, as: hasTag ? bench.image.name : .digest(digest))
        }
        #expect(failure?.code == .timedOut)
        #expect(
            (failure?.cause as? Failure.CertainResult)?.text
                == (hasTag ? "v1 may have been set" : "the image may have been stored")
        )
    }

    @Test func `finds a tag of another image before anything is sent`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench(layerSize: 100)
        let repository = try bench.repository(registry.name)
        try await bench.push(to: repository)
        _ = try await registry.drained()
        let own = bench.image.manifest.descriptor.digest
        try await repository.requireFree(tags("v1", "new"), for: own)
        let other = Digest(of: [1])
        let wanted = try tags("new", "v1")
        let failure = await bench.failure { () async throws(Failure) in
            try await repository.requireFree(wanted, for: other)
        }
        #expect(failure?.code == .tagExists)
        #expect(failure?.message.contains("tag v1 of") == true)
        #expect(failure?.why?.contains("\(own)") == true)
        #expect(try await registry.drained().allSatisfy { $0.method == "HEAD" })
    }

    // MARK: Responses

    /// Puts the image's manifest, with scripted responses.
    private func put(_ bench: Bench, _ exchanges: [(String, Int, HeaderFields, String)]) async throws
        -> Failure?
    {
        let url = "http://r.test/v2/\(bench.name)/manifests/v1"
        let transport = ScriptedTransport(
            exchanges.map { .answer("\($0.0) \(url)", $0.1, $0.2, body: $0.3) }
        )
        let repository = try bench.repository("r.test", transport: transport)
        defer { #expect(transport.remaining == 0) }
        do throws(Failure) {
            try await repository.tag(bench.image.manifest, as: bench.image.name)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "accepts an answer other than 201 if the manifest can be read back",
        arguments: [200, 202, 204]
    )
    func status(status: Int) async throws {
        let bench = try Bench(layerSize: 100)
        let digest = bench.image.manifest.descriptor.digest.description
        let text = String(decoding: try bench.image.manifest.bytes(limit: .max), as: UTF8.self)
        let type: HeaderFields = ["Content-Type": "\(MediaType.imageManifest)"]
        let announced: HeaderFields = ["Docker-Content-Digest": digest]
        #expect(try await put(bench, [("PUT", status, announced, ""), ("GET", 200, type, text)]) == nil)
        let other = try await put(bench, [("PUT", status, announced, ""), ("GET", 200, type, text + " ")])
        #expect(other?.code == .digestMismatch)
        let gone = try await put(bench, [("PUT", status, announced, ""), ("GET", 404, [:], "")])
        #expect(gone?.code == .notFound)
    }

    @Test func `reads a manifest back only if its digest was not announced`() async throws {
        let bench = try Bench(layerSize: 100)
        let text = String(decoding: try bench.image.manifest.bytes(limit: .max), as: UTF8.self)
        let type: HeaderFields = ["Content-Type": "\(MediaType.imageManifest)"]
        let announced: HeaderFields = ["Docker-Content-Digest": "\(bench.image.manifest.descriptor.digest)"]
        #expect(try await put(bench, [("PUT", 201, announced, "")]) == nil)
        #expect(try await put(bench, [("PUT", 201, [:], ""), ("GET", 200, type, text)]) == nil)
    }

    @Test func `compares an announced manifest digest with another algorithm`() async throws {
        let bench = try Bench(layerSize: 100)
        let right = Digest(of: try bench.image.manifest.bytes(limit: .max), algorithm: .sha512)
        #expect(try await put(bench, [("PUT", 201, ["Docker-Content-Digest": "\(right)"], "")]) == nil)
        let wrong = Digest(of: [1], algorithm: .sha512)
        let failure = try await put(bench, [("PUT", 201, ["Docker-Content-Digest": "\(wrong)"], "")])
        #expect(failure?.code == .digestMismatch)
    }

    @Test(
        "distinguishes a missing part from other rejections of a manifest",
        arguments: [400, 404]
    )
    func missingPart(status: Int) async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench(layerSize: 100)
        try await registry.order(
            #"""
            [{"method": "PUT", "path": "manifests", "status": \#(status),
              "body": {"errors": [{"code": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown to registry"}]}}]
            """#
        )
        let repository = try bench.repository(registry.name)
        let failure = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        #expect(failure?.why?.contains("a missing part") == true, "\(failure?.description ?? "")")
        #expect(failure?.hints.contains { $0.contains("another repository") } == true)
    }

    static let rejections:
        [(status: Int, code: String, config: MediaType, layer: MediaType, isHinted: Bool, why: String)] = [
            (
                415, "UNSUPPORTED", .wasmConfig, .wasmModule, true,
                "types that it does not know, as quay.io says"
            ),
            (400, "MANIFEST_INVALID", .wasmConfig, .wasmModule, true, "the same, as GitLab says"),
            (400, "MANIFEST_INVALID", .imageConfig, .layerTar, true, "an ordinary config over another layer"),
            (400, "MANIFEST_INVALID", .imageConfig, .layerTarGzip, false, "nothing is more ordinary"),
            (400, "NAME_INVALID", .wasmConfig, .wasmModule, false, "it is about something else"),
            (403, "DENIED", .wasmConfig, .wasmModule, false, "it is about the right to push"),
        ]

    @Test(
        "suggests --format image if the registry rejects the media types",
        arguments: rejections
    )
    func rejected(
        status: Int,
        code: String,
        config: MediaType,
        layer: MediaType,
        isHinted: Bool,
        why: String
    ) async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench(layerSize: 100)
        try await registry.order(
            #"[{"method": "PUT", "path": "manifests", "status": \#(status), "body": {"errors": [{"code": "\#(code)"}]}}]"#
        )
        let document = Manifest(
            mediaType: .imageManifest,
            config: Blob([1], mediaType: config).descriptor,
            layers: [Blob([2], mediaType: layer).descriptor]
        )
        let manifest = Blob(try CanonicalJSON.encode(document), mediaType: .imageManifest)
        let repository = try bench.repository(registry.name)
        let failure = await bench.failure { () async throws(Failure) in
            try await repository.tag(manifest, as: .tag(.latest))
        }
        #expect(failure?.hints.contains { $0.contains("--format image") } == isHinted, "\(why)")
    }

    @Test func `rejects a manifest over 4 MiB before uploading anything`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench(layerSize: 100)
        let text = String(decoding: try bench.image.manifest.bytes(limit: .max), as: UTF8.self)
        let padding = String(repeating: " ", count: Manifest.sizeLimit)
        let store = await bench.image.store()
        await store.tag(Blob(Array((text + padding).utf8), mediaType: .imageManifest), as: bench.image.name)
        let repository = try bench.repository(registry.name)
        let failure = await bench.failure { () async throws(Failure) in
            _ = try await copy(bench.image.name, from: store, to: repository, events: bench.events)
        }
        #expect(failure?.code == .manifestInvalid)
        #expect(failure?.message.contains("limit is 4194304") == true)
        #expect(try await registry.drained().allSatisfy { $0.method == "HEAD" })
    }

    // MARK: Reading back

    static let losses: [(rules: String, code: Failure.Code, phrase: String, why: String)] = [
        (#"{"method": "HEAD", "path": "blobs", "status": 404}"#, .notFound, "no config sha256:", "lost"),
        (
            #"{"method": "HEAD", "path": "blobs", "extra_headers": {"Content-Length": "5"}}"#,
            .digestMismatch, "the registry reports 5", "cut short"
        ),
        (
            #"{"method": "HEAD", "path": "blobs", "extra_headers": {"Content-Length": null}}, {"method": "GET", "path": "blobs", "flip": 0}"#,
            .digestMismatch, "does not match its digest", "altered, where HEAD says nothing"
        ),
        (
            #"{"method": "GET", "path": "manifests/sha256", "status": 404}"#, .notFound, "no manifest",
            "not by digest"
        ),
        (#"{"method": "GET", "path": "manifests/v1", "status": 404}"#, .notFound, "no tag v1", "not by tag"),
        (
            #"{"method": "GET", "path": "manifests/v1", "flip": 5, "extra_headers": {"Docker-Content-Digest": null}}"#,
            .digestMismatch, "stored a different manifest", "other bytes under the tag"
        ),
        (
            #"{"status": 200, "body": "<html></html>", "headers": {"Content-Type": "text/html"}}"#,
            .protocolViolation, "web page", "a web server that answers 200 to everything"
        ),
    ]

    @Test("finds missing and altered content by reading back", arguments: losses)
    func loss(rules: String, code: Failure.Code, phrase: String, why: String) async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench(layerSize: 100)
        let repository = try bench.repository(registry.name)
        try await bench.push(to: repository)
        let names = try tags("v1")
        try await repository.verify(bench.image.manifest, under: names)
        try await registry.order("[\(rules)]")
        let failure = await bench.failure { () async throws(Failure) in
            try await repository.verify(bench.image.manifest, under: names)
        }
        #expect(failure?.code == code, "\(why): \(failure?.description ?? "")")
        #expect(failure?.description.contains(phrase) == true, "\(why): \(failure?.description ?? "")")
    }

    @Test func `finds a tag that was moved meanwhile`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench(layerSize: 100)
        let repository = try bench.repository(registry.name)
        try await bench.push(to: repository)
        let text = String(decoding: try bench.image.manifest.bytes(limit: .max), as: UTF8.self)
        let other = Blob(Array((text + " ").utf8), mediaType: .imageManifest)
        try await repository.tag(other, as: bench.image.name)
        let names = try tags("v1")
        let failure = await bench.failure { () async throws(Failure) in
            try await repository.verify(bench.image.manifest, under: names)
        }
        #expect(failure?.code == .digestMismatch)
        #expect(failure?.why?.contains("\(other.descriptor.digest) at v1") == true)
    }

    @Test func `reads back an index with all its content`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench(layerSize: 100)
        let repository = try bench.repository(registry.name)
        try await bench.push(to: repository)
        let child = bench.image.manifest.descriptor
        let text = """
            {"schemaVersion":2,"mediaType":"\(MediaType.imageIndex)","manifests":[{"mediaType":"\(child.mediaType)",\
            "digest":"\(child.digest)","size":\(child.size)}]}
            """
        let index = Blob(Array(text.utf8), mediaType: .imageIndex)
        let names = try tags("all")
        _ = try await repository.set(names, to: index)
        try await repository.verify(index, under: names)
        try await registry.order(#"[{"method": "HEAD", "path": "blobs", "occurrence": 2, "status": 404}]"#)
        let failure = await bench.failure { () async throws(Failure) in
            try await repository.verify(index, under: names)
        }
        #expect(failure?.message.contains("\(bench.image.layer.descriptor.digest)") == true)
    }
}
