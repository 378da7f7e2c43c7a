import Diagnostics
import Foundation
import HostSystem
import OCI
import Storage
import SystemPackage
import TestSupport
import Testing

@testable import RegistryServer

/// Uploads that go wrong, and the limits for them.
@Suite(.timeLimit(.minutes(3))) struct UploadTests {
    private let bytes = Array("0123456789".utf8)
    private var digest: Digest { Digest(of: bytes) }

    private func start(_ registry: RegistryUnderTest) async throws -> String {
        let response = try await registry.send("POST", "/v2/team/plugin/blobs/uploads/")
        return RegistryUnderTest.path(response.fields["location"])
    }

    private func expectBlob(_ registry: RegistryUnderTest) async throws {
        #expect(try await registry.send("GET", "/v2/team/plugin/blobs/\(digest)").body == bytes)
    }

    @Test(
        "a chunk of unknown length that is not as long as its range says is removed again",
        arguments: ["4-7", "4-5"]
    )
    func wrongLength(range: String) async throws {
        let registry = try await RegistryUnderTest()
        let location = try await start(registry)
        _ = try await registry.send("PATCH", location, ["Content-Range": "0-3"], body: Array(bytes[..<4]))
        let connection = try RawHTTP(port: registry.port)
        await connection.send(
            "PATCH \(location) HTTP/1.1\r\nHost: localhost\r\nContent-Range: \(range)\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        await connection.send("3\r\n456\r\n0\r\n\r\n")
        let wrong = await connection.response()
        #expect(wrong?.status == 400 && wrong?.errorCode == "SIZE_INVALID")
        let rest = Array(bytes[4...])
        let done = try await registry.send(
            "PUT",
            "\(location)?digest=\(digest)",
            ["Content-Range": "4-9"],
            body: rest
        )
        #expect(done.status == 201)
        try await expectBlob(registry)
    }

    @Test func `an upload belongs to its repository`() async throws {
        let registry = try await RegistryUnderTest()
        let location = try await start(registry)
        let other = location.replacing("team/plugin", with: "team/other")
        for method in ["GET", "PATCH", "PUT", "DELETE"] {
            let answer = try await registry.send(
                method,
                "\(other)?digest=\(digest)",
                body: method == "GET" ? [] : bytes
            )
            #expect(answer.status == 404 && answer.errorCode == "BLOB_UPLOAD_UNKNOWN", "\(method)")
        }
        #expect(try await registry.send("PUT", "\(location)?digest=\(digest)", body: bytes).status == 201)
    }

    @Test func `an upload whose file is gone does not exist`() async throws {
        let registry = try await RegistryUnderTest()
        let location = try await start(registry)
        let folder = registry.folder.appending(".wasmpack-uploads")
        for name in try tree(folder) {
            try FileManager.default.removeItem(atPath: folder.appending(name).string)
        }
        for method in ["GET", "PATCH", "PUT"] {
            let answer = try await registry.send(
                method,
                "\(location)?digest=\(digest)",
                body: method == "GET" ? [] : bytes
            )
            #expect(answer.status == 404 && answer.errorCode == "BLOB_UPLOAD_UNKNOWN", "\(method)")
        }
    }

    @Test func `an upload to whose file another program has written is rejected`() async throws {
        let registry = try await RegistryUnderTest()
        let location = try await start(registry)
        _ = try await registry.send("PATCH", location, body: Array(bytes[..<4]))
        let folder = registry.folder.appending(".wasmpack-uploads")
        let name = try #require(try tree(folder).first)
        try registry.folder.write(Array("0123x".utf8), to: ".wasmpack-uploads/\(name)")
        let done = try await registry.send("PUT", "\(location)?digest=\(digest)", body: Array(bytes[4...]))
        #expect(done.errorCode == "DIGEST_INVALID")
        #expect(try await registry.send("HEAD", "/v2/team/plugin/blobs/\(digest)").status == 404)
    }

    @Test func `after an upload has become a blob, no request can write into it`() async throws {
        let folder = try ScratchDirectory()
        let layout = try await ServedLayout(creating: folder.appending("layout"), below: folder.path)
        let store = UploadStore(in: folder.path, SpaceLimit(nil))
        let upload = try store.start(in: RepositoryName(parsing: "a"))
        // A PATCH has opened the file, and a PUT is faster.
        let late = try UploadFile(at: upload.path, isNew: false)
        let file = try UploadFile(at: upload.path, isNew: false)
        guard case .begun(let writer) = upload.beginWriting(at: 0) else { throw PeerError("not begun") }
        try bytes.withUnsafeBytesTyped { all throws(Failure) in try upload.append(all, to: file, as: writer) }
        #expect(try upload.has(digest, file, as: writer))
        try upload.finish(file, as: digest, in: layout, writer: writer)
        guard case .ended = upload.beginWriting(at: nil) else {
            throw PeerError("a finished upload continues")
        }
        #expect(throws: Failure.self) {
            try bytes.withUnsafeBytesTyped { all throws(Failure) in
                try upload.append(all, to: late, as: writer)
            }
        }
        #expect(layout.size(of: digest) == bytes.count)
    }

    @Test func `of two chunks for the same offset, the second is rejected`() async throws {
        let upload = Upload("a", at: "a", hasher: DigestHasher())
        guard case .begun = upload.beginWriting(at: 0) else { throw PeerError("not begun") }
        guard case .otherSize(0) = upload.beginWriting(at: 4) else { throw PeerError("a gap") }
    }

    @Test func `there are at most a thousand open uploads, with those of an earlier process`() async throws {
        let folder = try ScratchDirectory()
        for number in 1..<UploadStore.limit {
            let name = String(repeating: "0", count: 28) + String(10_000 + number).dropFirst()
            try folder.write([], to: ".wasmpack-uploads/\(name)-x")
        }
        let registry = try await RegistryUnderTest(in: folder)
        let uploads = "/v2/team/plugin/blobs/uploads/"
        let last = try await registry.send("POST", uploads)
        #expect(last.status == 202)
        let rejected = try await registry.send("POST", uploads)
        #expect(rejected.status == 429 && rejected.errorCode == "TOOMANYREQUESTS")
        let location = try #require(last.fields["location"])
        #expect(try await registry.send("DELETE", location).status == 204)
        #expect(try await registry.send("POST", uploads).status == 202, "a place is free again")
    }

    @Test func `what is rejected creates no repository`() async throws {
        let registry = try await RegistryUnderTest()
        let wrong = Digest(of: [1])
        _ = try await registry.send("POST", "/v2/a/blobs/uploads/?digest=\(wrong)", body: bytes)
        #expect(
            try await registry.put(RegistryUnderTest.image(), "v1", to: "b").errorCode
                == "MANIFEST_BLOB_UNKNOWN"
        )
        _ = try await registry.send("POST", "/v2/c/blobs/uploads/?mount=\(wrong)&from=d")
        #expect(try await registry.send("GET", "/v2/_catalog").text == #"{"repositories":[]}"#)
        #expect(try tree(registry.folder.path).allSatisfy { $0.hasPrefix(".wasmpack-uploads") })
    }

    @Test func `no path writes, moves or removes anything outside the folder, or what is not a blob in it`()
        async throws
    {
        let registry = try await RegistryUnderTest { .tree($0.appending("registry")) }
        try await registry.pushImage("v1")
        let victim = try registry.folder.write([1], to: "victim")
        let before = try tree(registry.folder.path)
        let id = "0123456789abcdef0123456789abcdef"
        let targets = [
            "../victim", "../../victim", "..%2fvictim", "%2e%2e/victim", "%2e%2e%2f%2e%2e%2fvictim",
            "/victim",
            "..%5cvictim", "victim%00", "team/plugin/manifests/..%2f..%2f..%2fvictim",
            "team/plugin/manifests/sha256:..%2f..%2f..%2fvictim", "team/plugin/manifests/../../../victim",
            "team/plugin/blobs/..%2f..%2findex.json", "team/plugin/blobs/sha256:..%2f..%2findex.json",
            "team/plugin/blobs/uploads/..%2f..%2fvictim", "team/plugin/blobs/uploads/../../../victim",
            "team/plugin/blobs/uploads/\(id)%2f..%2f..%2fvictim", "team/plugin/blobs/uploads/\(id)",
            "../blobs/uploads/?digest=\(digest)", "%2e%2e/blobs/uploads/?digest=\(digest)",
            "team/..%2f../blobs/uploads/?digest=\(digest)",
            ".wasmpack-uploads/blobs/uploads/?digest=\(digest)",
            "team/plugin/.wasmpack/blobs/uploads/?digest=\(digest)",
            "_blobs/blobs/uploads/?digest=\(digest)", "team/plugin/blobs/uploads/?digest=sha256:../../victim",
        ]
        for target in targets {
            for method in ["POST", "PUT", "PATCH", "DELETE"] {
                let query = method == "PUT" && !target.contains("?") ? "?digest=\(digest)" : ""
                let response = try await registry.send(
                    method,
                    "/v2/\(target)\(query)",
                    ["Content-Type": MediaType.imageManifest.name],
                    body: bytes
                )
                #expect([400, 404, 405].contains(response.status), "\(method) \(target): \(response)")
                #expect(response.errorCode != nil, "\(method) \(target): \(response)")
            }
        }
        for query in ["mount=\(digest)&from=../../victim", "mount=sha256:../../victim&from=team/plugin"] {
            let response = try await registry.send("POST", "/v2/team/plugin/blobs/uploads/?\(query)")
            #expect([202, 400].contains(response.status))
            if response.status == 202 {
                let location = RegistryUnderTest.path(response.fields["location"])
                #expect(try await registry.send("DELETE", location).status == 204)
            }
        }
        #expect(try tree(registry.folder.path) == before)
        #expect(try contents(of: victim) == [1])
        #expect(try await registry.send("GET", "/v2/team/plugin/manifests/v1").status == 200)
    }

    @Test func `a registry with a limit of space rejects more, and accepts it after something was deleted`()
        async throws
    {
        let registry = try await RegistryUnderTest(limit: 25)
        try await registry.pushBlob("0123456789")
        // The same again takes no more.
        try await registry.pushBlob("0123456789")
        try await registry.pushBlob("0123456789", to: "team/other")
        let more = Array("abcdefghij".utf8)
        let target = "/v2/team/plugin/blobs/uploads/?digest=\(Digest(of: more))"
        let full = try await registry.send("POST", target, body: more)
        #expect(full.status == 413 && full.errorCode == "SIZE_INVALID")
        let mount = "/v2/team/third/blobs/uploads/?mount=\(digest)&from=team/other"
        #expect(try await registry.send("POST", mount).status == 413)
        #expect(try await registry.send("DELETE", "/v2/team/other/blobs/\(digest)").status == 202)
        #expect(try await registry.send("POST", target, body: more).status == 201)
    }
}
