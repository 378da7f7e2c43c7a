import OCI
import Storage
import TestSupport
import Testing

@testable import RegistryServer

/// Distribution specification 1.1, "Push".
@Suite(.timeLimit(.minutes(3))) struct PushTests {
    private let bytes = Array("0123456789".utf8)
    private var digest: Digest { Digest(of: bytes) }

    private func start(_ registry: RegistryUnderTest) async throws -> String {
        let response = try await registry.send("POST", "/v2/team/plugin/blobs/uploads/")
        #expect(response.status == 202)
        #expect(response.fields["oci-chunk-min-length"] != nil)
        return RegistryUnderTest.path(response.fields["location"])
    }

    private func expectBlob(_ registry: RegistryUnderTest) async throws {
        #expect(try await registry.send("GET", "/v2/team/plugin/blobs/\(digest)").body == bytes)
        #expect(try tree(registry.folder.appending(".wasmpack-uploads")).isEmpty)
    }

    @Test func `a repository may be made after one whose name continues its own`() async throws {
        let registry = try await RegistryUnderTest()
        for name in ["team/plugin/cache", "team/plugin", "team/plugin/cache/more", "team"] {
            let target = "/v2/\(name)/blobs/uploads/?digest=\(digest)"
            #expect(try await registry.send("POST", target, body: bytes).status == 201, "\(name)")
            #expect(try await registry.send("GET", "/v2/\(name)/blobs/\(digest)").body == bytes, "\(name)")
        }
    }

    @Test func `a web page cannot use the registry`() async throws {
        let registry = try await RegistryUnderTest()
        let target = "/v2/team/plugin/blobs/uploads/?digest=\(digest)"
        let answer = try await registry.send("POST", target, ["Origin": "https://a.example"], body: bytes)
        #expect(answer.status == 403 && answer.errorCode == "DENIED")
        #expect(try await registry.send("HEAD", "/v2/team/plugin/blobs/\(digest)").status == 404)
    }

    @Test func `POST then PUT stores a blob`() async throws {
        let registry = try await RegistryUnderTest()
        let location = try await start(registry)
        let done = try await registry.send("PUT", "\(location)?digest=\(digest)", body: bytes)
        #expect(done.status == 201)
        #expect(done.fields["location"] == "/v2/team/plugin/blobs/\(digest)")
        #expect(done.fields["docker-content-digest"] == digest.description)
        try await expectBlob(registry)
    }

    @Test func `one POST stores a blob`() async throws {
        let registry = try await RegistryUnderTest()
        try await registry.pushBlob("0123456789")
        try await expectBlob(registry)
    }

    @Test func `an empty blob and one with a sha512 digest are stored`() async throws {
        let registry = try await RegistryUnderTest()
        try await registry.pushBlob("")
        let long = Digest(of: bytes, algorithm: .sha512)
        let done = try await registry.send(
            "POST",
            "/v2/team/plugin/blobs/uploads/?digest=\(long)",
            body: bytes
        )
        #expect(done.status == 201)
        #expect(try await registry.send("GET", "/v2/team/plugin/blobs/\(long)").body == bytes)
    }

    @Test func `chunks in order are stored, and the status tells how much there is`() async throws {
        let registry = try await RegistryUnderTest()
        var location = try await start(registry)
        for (range, chunk) in [("0-3", bytes[..<4]), ("4-7", bytes[4..<8])] {
            let response = try await registry.send(
                "PATCH",
                location,
                ["Content-Range": range, "Content-Type": "application/octet-stream"],
                body: Array(chunk)
            )
            #expect(response.status == 202)
            #expect(response.fields["range"] == "0-" + range.split(separator: "-")[1])
            location = RegistryUnderTest.path(response.fields["location"])
        }
        let status = try await registry.send("GET", location)
        #expect(status.status == 204)
        #expect(status.fields["range"] == "0-7")
        let done = try await registry.send(
            "PUT",
            "\(location)?digest=\(digest)",
            ["Content-Range": "8-9"],
            body: Array(bytes[8...])
        )
        #expect(done.status == 201)
        try await expectBlob(registry)
    }

    static let wrongChunks: [(range: String, status: Int, code: String, why: String)] = [
        ("5-6", 416, "BLOB_UPLOAD_INVALID", "a gap"),
        ("0-1", 416, "BLOB_UPLOAD_INVALID", "a repetition"),
        ("4-9", 400, "SIZE_INVALID", "another length"),
        ("4-9223372036854775807", 400, "SIZE_INVALID", "the largest number"),
        ("0-9223372036854775807", 400, "SIZE_INVALID", "one more would not fit"),
        ("4", 400, "BLOB_UPLOAD_INVALID", "no end"),
        ("/", 400, "BLOB_UPLOAD_INVALID", "only a separator"),
        ("bytes /6", 400, "BLOB_UPLOAD_INVALID", "only a unit and a size"),
        ("x-y", 400, "BLOB_UPLOAD_INVALID", "no numbers"),
        ("6-4", 400, "BLOB_UPLOAD_INVALID", "backwards"),
        ("4-99999999999999999999", 400, "BLOB_UPLOAD_INVALID", "a number over 64 bits"),
    ]

    @Test("a chunk out of order changes nothing, and the upload can continue", arguments: wrongChunks)
    func wrongChunk(range: String, status: Int, code: String, why: String) async throws {
        let registry = try await RegistryUnderTest()
        let location = try await start(registry)
        _ = try await registry.send("PATCH", location, ["Content-Range": "0-3"], body: Array(bytes[..<4]))
        let wrong = try await registry.send("PATCH", location, ["Content-Range": range], body: [1, 2])
        #expect(wrong.status == status, "\(why)")
        #expect(wrong.errorCode == code, "\(why)")
        if status == 416 { #expect(wrong.fields["range"] == "0-3") }
        let rest = Array(bytes[4...])
        #expect(try await registry.send("PUT", "\(location)?digest=\(digest)", body: rest).status == 201)
        try await expectBlob(registry)
    }

    @Test func `a streamed chunk without a range is appended`() async throws {
        let registry = try await RegistryUnderTest()
        let location = try await start(registry)
        let connection = try RawHTTP(port: registry.port)
        await connection.send(
            "PATCH \(location) HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        await connection.send("4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n")
        #expect(await connection.response()?.fields["range"] == "0-9")
        #expect(try await registry.send("PUT", "\(location)?digest=\(digest)").status == 201)
        try await expectBlob(registry)
    }

    @Test func `what arrived before a cut connection is kept, and the upload resumes`() async throws {
        let registry = try await RegistryUnderTest()
        let location = try await start(registry)
        let connection = try RawHTTP(port: registry.port)
        await connection.send(
            "PATCH \(location) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234"
        )
        connection.closeWriting()
        #expect(await connection.response()?.status == 400)
        #expect(try await registry.send("GET", location).fields["range"] == "0-4")
        let rest = try await registry.send(
            "PATCH",
            location,
            ["Content-Range": "5-9"],
            body: Array(bytes[5...])
        )
        #expect(rest.status == 202)
        #expect(try await registry.send("PUT", "\(location)?digest=\(digest)").status == 201)
        try await expectBlob(registry)
    }

    @Test func `an upload is continued by another server in the same folder`() async throws {
        let folder = try ScratchDirectory()
        var registry: RegistryUnderTest? = try await RegistryUnderTest(in: folder)
        let location = try await start(#require(registry))
        _ = try await registry?.send("PATCH", location, body: Array(bytes[..<4]))
        registry = nil
        let next = try await eventually { try await RegistryUnderTest(in: folder) }
        #expect(try await next.send("GET", location).fields["range"] == "0-3")
        let done = try await next.send("PUT", "\(location)?digest=\(digest)", body: Array(bytes[4...]))
        #expect(done.status == 201)
        try await expectBlob(next)
    }

    /// The first server's tasks release the folder when they end.
    private func eventually(_ make: () async throws -> RegistryUnderTest) async throws -> RegistryUnderTest {
        var made: RegistryUnderTest?
        try await wait(for: "the folder") {
            made = try? await make()
            return made != nil
        }
        return try #require(made)
    }

    @Test func `bytes with another digest are rejected, and nothing is stored`() async throws {
        let registry = try await RegistryUnderTest()
        let wrong = Digest(of: [1])
        for algorithm in [wrong, Digest(of: [1], algorithm: .sha512)] {
            let location = try await start(registry)
            let done = try await registry.send("PUT", "\(location)?digest=\(algorithm)", body: bytes)
            #expect(done.status == 400)
            #expect(done.errorCode == "DIGEST_INVALID")
            #expect(try await registry.send("HEAD", "/v2/team/plugin/blobs/\(algorithm)").status == 404)
        }
        let once = try await registry.send(
            "POST",
            "/v2/team/plugin/blobs/uploads/?digest=\(wrong)",
            body: bytes
        )
        #expect(once.errorCode == "DIGEST_INVALID")
        #expect(try tree(registry.folder.appending(".wasmpack-uploads")).isEmpty)
    }

    @Test func `an upload needs a valid digest at its end`() async throws {
        let registry = try await RegistryUnderTest()
        for query in ["", "?digest=", "?digest=md5:1", "?digest=sha256:../../x"] {
            let location = try await start(registry)
            #expect(
                try await registry.send("PUT", location + query, body: bytes).errorCode == "DIGEST_INVALID"
            )
        }
    }

    @Test func `a canceled upload does not exist any more`() async throws {
        let registry = try await RegistryUnderTest()
        let location = try await start(registry)
        #expect(try await registry.send("DELETE", location).status == 204)
        for method in ["GET", "PATCH", "DELETE"] {
            #expect(try await registry.send(method, location).errorCode == "BLOB_UPLOAD_UNKNOWN")
        }
    }

    @Test func `a blob is mounted from another repository without its bytes`() async throws {
        let registry = try await RegistryUnderTest()
        let digest = try await registry.pushBlob("0123456789", to: "team/other")
        let target = "/v2/team/plugin/blobs/uploads/?mount=\(digest)&from="
        let mounted = try await registry.send("POST", target + "team/other")
        #expect(mounted.status == 201)
        try await expectBlob(registry)
        let missing = try await registry.send(
            "POST",
            target.replacing("\(digest)", with: "\(Digest(of: [1]))") + "x"
        )
        #expect(missing.status == 202, "the client uploads the blob instead")
    }

    @Test func `a blob over the limit is rejected, and its bytes are removed`() async throws {
        var options = RegistryServer.Options()
        options.sizeLimit = 8
        let registry = try await RegistryUnderTest(options)
        let response = try await registry.send(
            "POST",
            "/v2/team/plugin/blobs/uploads/?digest=\(digest)",
            body: bytes
        )
        #expect(response.status == 413)
        #expect(response.errorCode == "SIZE_INVALID")
        #expect(try tree(registry.folder.appending(".wasmpack-uploads")).isEmpty)
    }

    @Test func `a manifest is stored under a tag, with its digest in the response`() async throws {
        let registry = try await RegistryUnderTest()
        _ = try await registry.pushImage("v1")
        let response = try await registry.put(RegistryUnderTest.image(), "v2")
        let digest = RegistryUnderTest.image().descriptor.digest
        #expect(response.fields["location"] == "/v2/team/plugin/manifests/\(digest)")
        #expect(response.fields["docker-content-digest"] == digest.description)
    }

    @Test func `a manifest under another digest is rejected`() async throws {
        let registry = try await RegistryUnderTest()
        _ = try await registry.pushImage("v1")
        let response = try await registry.put(RegistryUnderTest.image(), "\(Digest(of: [1]))")
        #expect(response.status == 400)
        #expect(response.errorCode == "DIGEST_INVALID")
    }

    @Test func `a manifest whose parts are missing, or have another size, is rejected`() async throws {
        let registry = try await RegistryUnderTest()
        try await registry.pushBlob("{}")
        let missing = try await registry.put(RegistryUnderTest.image(layer: "layer"), "v1")
        #expect(missing.status == 400)
        #expect(missing.errorCode == "MANIFEST_BLOB_UNKNOWN")
        try await registry.pushBlob("layer")
        let text = String(decoding: try RegistryUnderTest.image().bytes(limit: 1000), as: UTF8.self)
        let wrong = Blob(
            Array(text.replacing("\"size\":5", with: "\"size\":6").utf8),
            mediaType: .imageManifest
        )
        #expect(try await registry.put(wrong, "v1").errorCode == "MANIFEST_BLOB_UNKNOWN")
        #expect(try await registry.send("GET", "/v2/team/plugin/manifests/v1").status == 404)
    }

    @Test func `an index is stored after its manifests only`() async throws {
        let registry = try await RegistryUnderTest()
        let image = RegistryUnderTest.image()
        let index = Blob(
            try CanonicalJSON.encode(Index(manifests: [image.descriptor])),
            mediaType: .imageIndex
        )
        #expect(try await registry.put(index, "all").errorCode == "MANIFEST_BLOB_UNKNOWN")
        try await registry.pushImage(nil)
        #expect(try await registry.put(index, "all").status == 201)
        let read = try await registry.send("GET", "/v2/team/plugin/manifests/all")
        #expect(read.fields["content-type"] == MediaType.imageIndex.name)
    }

    static let wrongManifests: [(text: String, type: String, status: Int, why: String)] = [
        ("", "application/vnd.oci.image.manifest.v1+json", 400, "nothing"),
        ("{", "application/vnd.oci.image.manifest.v1+json", 400, "no JSON"),
        ("{}", "application/vnd.oci.image.manifest.v1+json", 400, "no manifest"),
        (
            #"{"schemaVersion":2,"schemaVersion":2}"#, "application/vnd.oci.image.manifest.v1+json", 400,
            "a key twice"
        ),
        ("{}", "text/plain", 400, "another type"),
        (#"{"schemaVersion":2,"manifests":[]}"#, "application/x-unknown", 400, "an unknown type"),
        (
            #"{"schemaVersion":1,"fsLayers":[]}"#, "application/vnd.docker.distribution.manifest.v1+json",
            400, "schema 1"
        ),
        (
            String(repeating: " ", count: 4 * 1024 * 1024 + 1), "application/vnd.oci.image.index.v1+json",
            413, "over 4 MiB"
        ),
    ]

    @Test("what is not a manifest is rejected", arguments: wrongManifests)
    func wrongManifest(text: String, type: String, status: Int, why: String) async throws {
        let registry = try await RegistryUnderTest()
        let response = try await registry.send(
            "PUT",
            "/v2/team/plugin/manifests/v1",
            ["Content-Type": type],
            body: Array(text.utf8)
        )
        #expect(response.status == status, "\(why)")
        #expect(response.errorCode == "MANIFEST_INVALID", "\(why)")
        #expect(try await registry.send("GET", "/v2/_catalog").text == #"{"repositories":[]}"#)
    }

    @Test func `a manifest of unknown length over 4 MiB is rejected`() async throws {
        let registry = try await RegistryUnderTest()
        let connection = try RawHTTP(port: registry.port)
        await connection.send(
            "PUT /v2/a/manifests/v1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        await connection.send("500000\r\n" + String(repeating: " ", count: 0x500000))
        #expect(await connection.response()?.status == 413)
    }

    @Test func `slow clients of large manifests do not keep others waiting`() async throws {
        let registry = try await RegistryUnderTest()
        try await registry.pushImage("v1")
        let large = RegistryUnderTest.image(
            annotation: String(repeating: "x", count: 2 * ManifestGate.freeSize)
        )
        let bytes = try large.bytes(limit: 1 << 20)
        // More than there are places.
        var slow: [RawHTTP] = []
        for number in 0..<8 {
            let connection = try RawHTTP(port: registry.port)
            let head = """
                PUT /v2/team/plugin/manifests/slow\(number) HTTP/1.1\r\nHost: localhost\r\n\
                Content-Type: \(MediaType.imageManifest)\r\nContent-Length: \(bytes.count)\r\nExpect: 100-continue\r\n\r\n
                """
            await connection.send(head)
            // The server waits for the body from now on.
            #expect(await connection.response()?.status == 100)
            await connection.send(Array(bytes.dropLast()))
            slow.append(connection)
        }
        #expect(try await registry.put(large, "fast").status == 201)
        for connection in slow {
            await connection.send(Array(bytes.suffix(1)))
            #expect(await connection.response()?.status == 201)
        }
        slow = []
        let uploads = registry.folder.appending(UploadStore.folderName)
        #expect(try tree(uploads).isEmpty, "the received bytes are removed")
    }

    @Test func `a tag moves, and the old manifest stays readable by its digest`() async throws {
        let registry = try await RegistryUnderTest()
        let old = try await registry.pushImage("v1", layer: "old").descriptor.digest
        let new = try await registry.pushImage("v1", layer: "new").descriptor.digest
        let read = try await registry.send("HEAD", "/v2/team/plugin/manifests/v1")
        #expect(read.fields["docker-content-digest"] == new.description)
        #expect(try await registry.send("GET", "/v2/team/plugin/manifests/\(old)").status == 200)
        #expect(try await registry.send("GET", "/v2/team/plugin/tags/list").text.contains(#"["v1"]"#))
    }
}
