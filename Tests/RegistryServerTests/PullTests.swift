import OCI
import Storage
import TestSupport
import Testing

@testable import RegistryServer

/// Distribution specification 1.1, "Pull".
@Suite(.timeLimit(.minutes(3))) struct PullTests {
    @Test func `GET and HEAD of the base answer 200`() async throws {
        let registry = try await RegistryUnderTest()
        for method in ["GET", "HEAD"] { #expect(try await registry.send(method, "/v2/").status == 200) }
        #expect(try await registry.send("GET", "/v2").status == 200)
    }

    @Test func `a manifest is read by tag and by digest, with its type and digest`() async throws {
        let registry = try await RegistryUnderTest()
        let manifest = try await registry.pushImage("v1")
        let digest = manifest.descriptor.digest.description
        for reference in ["v1", digest] {
            let read = try await registry.send("GET", "/v2/team/plugin/manifests/\(reference)")
            #expect(read.status == 200)
            #expect(read.body == (try manifest.bytes(limit: 1000)))
            #expect(read.fields["content-type"] == MediaType.imageManifest.name)
            #expect(read.fields["docker-content-digest"] == digest)
            let head = try await registry.send("HEAD", "/v2/team/plugin/manifests/\(reference)")
            #expect(head.fields["content-length"] == "\(read.body.count)")
            #expect(head.fields["docker-content-digest"] == digest)
        }
    }

    @Test func `a blob is read whole, and HEAD tells its size`() async throws {
        let registry = try await RegistryUnderTest()
        let digest = try await registry.pushBlob("0123456789")
        let read = try await registry.send("GET", "/v2/team/plugin/blobs/\(digest)")
        #expect(read.text == "0123456789")
        #expect(read.fields["docker-content-digest"] == digest.description)
        let head = try await registry.send("HEAD", "/v2/team/plugin/blobs/\(digest)")
        #expect(head.status == 200)
        #expect(head.fields["content-length"] == "10")
    }

    static let ranges: [(field: String, status: Int, body: String, range: String?)] = [
        ("bytes=0-3", 206, "0123", "bytes 0-3/10"),
        ("bytes=4-", 206, "456789", "bytes 4-9/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=-20", 206, "0123456789", "bytes 0-9/10"),
        ("bytes=8-99999999999999999", 206, "89", "bytes 8-9/10"),
        ("bytes=9-9223372036854775807", 206, "9", "bytes 9-9/10"),
        ("bytes=0-1,4-5", 200, "0123456789", nil),
        ("bytes=3-1", 200, "0123456789", nil),
        ("lines=0-1", 200, "0123456789", nil),
        ("bytes=x-y", 200, "0123456789", nil),
    ]

    @Test("a range of a blob is read, and an invalid one means the whole blob", arguments: ranges)
    func partial(field: String, status: Int, body: String, range: String?) async throws {
        let registry = try await RegistryUnderTest()
        let digest = try await registry.pushBlob("0123456789")
        let read = try await registry.send("GET", "/v2/team/plugin/blobs/\(digest)", ["Range": field])
        #expect(read.status == status)
        #expect(read.text == body)
        #expect(read.fields["content-range"] == range)
    }

    @Test func `a range behind the end is 416 with the size`() async throws {
        let registry = try await RegistryUnderTest()
        let digest = try await registry.pushBlob("0123456789")
        for field in ["bytes=10-", "bytes=10-12", "bytes=-0"] {
            let read = try await registry.send("GET", "/v2/team/plugin/blobs/\(digest)", ["Range": field])
            #expect(read.status == 416)
            #expect(read.fields["content-range"] == "bytes */10")
        }
    }

    static let missing: [(target: String, status: Int, code: String)] = [
        ("/v2/team/plugin/manifests/v2", 404, "MANIFEST_UNKNOWN"),
        ("/v2/team/plugin/manifests/\(Digest(of: [1]))", 404, "MANIFEST_UNKNOWN"),
        ("/v2/team/other/manifests/v1", 404, "NAME_UNKNOWN"),
        ("/v2/team/plugin/blobs/\(Digest(of: [1]))", 404, "BLOB_UNKNOWN"),
        ("/v2/team/other/blobs/\(Digest(of: [1]))", 404, "BLOB_UNKNOWN"),
        ("/v2/team/plugin/blobs/sha256:1", 400, "DIGEST_INVALID"),
        ("/v2/team/plugin/blobs/sha256:..%2f..%2findex.json", 400, "DIGEST_INVALID"),
        ("/v2/team/plugin/referrers/sha256:..%2fx", 400, "DIGEST_INVALID"),
        ("/v2/team/plugin/blobs/uploads/x", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("/v2/team/plugin/blobs/uploads/..%2f..%2findex.json", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("/v2/team/other/tags/list", 404, "NAME_UNKNOWN"),
        ("/v2/Team/plugin/tags/list", 400, "NAME_INVALID"),
        ("/v2/team/../plugin/tags/list", 400, "NAME_INVALID"),
        ("/v2/team/%2e%2e/plugin/tags/list", 400, "NAME_INVALID"),
        ("/v2/team%2fplugin/tags/list", 200, ""),
        ("/v2//team/tags/list", 400, "NAME_INVALID"),
        ("/v2/_team/tags/list", 400, "NAME_INVALID"),
        ("/v2/team/plugin%00/tags/list", 400, "NAME_INVALID"),
        ("/v2/\(String(repeating: "a", count: 256))/tags/list", 400, "NAME_INVALID"),
        ("/v2/team/plugin/manifests/.x", 400, "MANIFEST_INVALID"),
        ("/v2/team/plugin/manifests/..%2f..%2fx", 400, "MANIFEST_INVALID"),
        ("/v2/team/plugin/secrets", 404, "UNSUPPORTED"),
        ("/v1/", 404, "UNSUPPORTED"),
        ("/v2x/", 404, "UNSUPPORTED"),
    ]

    @Test("what does not exist has the specification's error", arguments: missing)
    func error(target: String, status: Int, code: String) async throws {
        let registry = try await RegistryUnderTest()
        try await registry.pushImage("v1")
        let read = try await registry.send("GET", target)
        #expect(read.status == status)
        if !code.isEmpty { #expect(read.errorCode == code) }
    }

    @Test func `a damaged manifest is an error of the server, and is not sent`() async throws {
        let registry = try await RegistryUnderTest()
        let manifest = try await registry.pushImage("v1")
        try registry.folder.write([1], to: "team/plugin/blobs/sha256/\(manifest.descriptor.digest.encoded)")
        let read = try await registry.send("GET", "/v2/team/plugin/manifests/v1")
        #expect(read.status == 500)
        #expect(read.errorCode == "UNKNOWN")
    }

    @Test func `HEAD of a list has the length of the list`() async throws {
        let registry = try await RegistryUnderTest()
        try await registry.pushImage("v1")
        for target in ["_catalog", "team/plugin/tags/list", "team/plugin/referrers/\(Digest(of: [1]))"] {
            let length = try await registry.send("GET", "/v2/\(target)").fields["content-length"]
            let head = try await registry.send("HEAD", "/v2/\(target)")
            #expect(head.status == 200 && head.fields["content-length"] == length, "\(target)")
        }
    }

    @Test func `other methods are 405`() async throws {
        let registry = try await RegistryUnderTest()
        let patched = try await registry.send("PATCH", "/v2/team/plugin/manifests/v1")
        #expect(patched.fields["allow"] == "GET, HEAD, PUT, DELETE")
        #expect(try await registry.send("POST", "/v2/team/plugin/manifests/v1").status == 405)
        #expect(try await registry.send("PUT", "/v2/_catalog").status == 405)
    }
}
