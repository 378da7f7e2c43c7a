import Diagnostics
import OCI
import Storage
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import RegistryServer

/// Distribution specification 1.1, "Content Discovery" and "Content Management".
@Suite(.timeLimit(.minutes(3))) struct DiscoveryTests {
    @Test func `tags are listed in the order of their bytes, in pages with links`() async throws {
        let registry = try await RegistryUnderTest()
        for tag in ["b", "a", "B", "a.1", "c"] { try await registry.pushImage(tag) }
        let all = try await registry.send("GET", "/v2/team/plugin/tags/list")
        #expect(all.text == #"{"name":"team/plugin","tags":["B","a","a.1","b","c"]}"#)
        var target: String? = "/v2/team/plugin/tags/list?n=2"
        var pages: [String] = []
        while let next = target {
            let page = try await registry.send("GET", next)
            pages.append(page.text)
            target = page.fields["link"].map { link in String(link.dropFirst().prefix { $0 != ">" }) }
        }
        #expect(pages.map { $0.drop { $0 != "[" } } == [#"["B","a"]}"#, #"["a.1","b"]}"#, #"["c"]}"#])
    }

    @Test func `a page of no tags, one after the last, and an invalid size`() async throws {
        let registry = try await RegistryUnderTest()
        try await registry.pushImage("a")
        #expect(try await registry.send("GET", "/v2/team/plugin/tags/list?n=0").text.contains("[]"))
        #expect(try await registry.send("GET", "/v2/team/plugin/tags/list?last=a").text.contains("[]"))
        for size in ["-1", "x", "99999999999999999999"] {
            #expect(try await registry.send("GET", "/v2/team/plugin/tags/list?n=\(size)").status == 400)
        }
    }

    @Test func `the catalog lists all repositories in pages`() async throws {
        let registry = try await RegistryUnderTest()
        // Names that are also those of files in a layout.
        let names = ["a", "a/blobs", "a/blobs/sha256", "a/index.json", "b/oci-layout"]
        for name in names { try await registry.pushImage("v1", to: name) }
        let all = try await registry.send("GET", "/v2/_catalog")
        #expect(
            all.text == #"{"repositories":["a","a/blobs","a/blobs/sha256","a/index.json","b/oci-layout"]}"#
        )
        let page = try await registry.send("GET", "/v2/_catalog?n=1&last=a/index.json")
        #expect(page.text == #"{"repositories":["b/oci-layout"]}"#)
        for name in names {
            #expect(try await registry.send("GET", "/v2/\(name)/manifests/v1").status == 200)
        }
    }

    @Test func `referrers of a manifest are listed with their types, also before it exists`() async throws {
        let registry = try await RegistryUnderTest()
        let subject = RegistryUnderTest.image()
        try await registry.pushBlob("{}")
        try await registry.pushBlob("sbom")
        let sbom = RegistryUnderTest.image(layer: "sbom", subject: subject, artifactType: "text/sbom")
        let pushed = try await registry.put(sbom, sbom.descriptor.digest.description)
        #expect(pushed.fields["oci-subject"] == subject.descriptor.digest.description)
        let plain = try await registry.pushImage(nil, layer: "note", subject: subject)

        let target = "/v2/team/plugin/referrers/\(subject.descriptor.digest)"
        let all = try await registry.send("GET", target)
        #expect(all.status == 200)
        #expect(all.fields["content-type"] == MediaType.imageIndex.name)
        let listed = try CanonicalJSON.decode(
            Index.self,
            from: all.body,
            as: "index",
            failing: .manifestInvalid
        )
        #expect(Set(listed.manifests.map(\.digest)) == [sbom.descriptor.digest, plain.descriptor.digest])
        #expect(
            Set(listed.manifests.compactMap(\.artifactType?.name)) == [
                "text/sbom", MediaType.imageConfig.name,
            ]
        )
        let filtered = try await registry.send("GET", target + "?artifactType=text%2Fsbom")
        #expect(filtered.fields["oci-filters-applied"] == "artifactType")
        #expect(filtered.text.contains("\(sbom.descriptor.digest)"))
        #expect(!filtered.text.contains("\(plain.descriptor.digest)"))
    }

    @Test func `a long list of referrers has pages, each with a link to the next`() async throws {
        let registry = try await RegistryUnderTest()
        let subject = RegistryUnderTest.image()
        try await registry.pushBlob("{}")
        var expected: [Digest] = []
        for number in 0..<3 {
            try await registry.pushBlob("sbom \(number)")
            let referrer = RegistryUnderTest.image(
                layer: "sbom \(number)",
                subject: subject,
                artifactType: "text/sbom",
                annotation: String(repeating: "x", count: 600_000)
            )
            #expect(try await registry.put(referrer, "\(referrer.descriptor.digest)").status == 201)
            expected.append(referrer.descriptor.digest)
        }
        var target: String? = "/v2/team/plugin/referrers/\(subject.descriptor.digest)?artifactType=text/sbom"
        var pages: [[Digest]] = []
        while let next = target {
            let page = try await registry.send("GET", next)
            let index = try CanonicalJSON.decode(
                Index.self,
                from: page.body,
                as: "index",
                failing: .manifestInvalid
            )
            pages.append(index.manifests.map(\.digest))
            target = page.fields["link"].map { link in String(link.dropFirst().prefix { $0 != ">" }) }
        }
        #expect(pages == expected.map { [$0] })
    }

    private final class Count: Sendable {
        private let state = Mutex((now: 0, most: 0))

        var now: Int { state.withLock { $0.now } }
        var most: Int { state.withLock { $0.most } }

        func begin() {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
        }

        func end() { state.withLock { $0.now -= 1 } }
    }

    @Test func `large manifests are handled a few at a time, and all of them`() async throws {
        let gate = ManifestGate()
        let count = Count()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try? await gate.withPlace { () async throws(RegistryError) in
                        count.begin()
                        await Task.yield()
                        count.end()
                    }
                }
            }
        }
        #expect(count.now == 0)
        #expect((1...4).contains(count.most))
    }

    /// Takes all places of a gate until it is released.
    private final class Holders: Sendable {
        private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])
        private let gate: ManifestGate
        private let tasks = Mutex<[Task<Void, Never>]>([])

        init(_ gate: ManifestGate) async throws {
            self.gate = gate
            for _ in 0..<ManifestGate.places {
                let task = Task {
                    try? await gate.withPlace { () async throws(RegistryError) in
                        await withCheckedContinuation { continuation in
                            self.waiting.withLock { $0.append(continuation) }
                        }
                    }
                    return
                }
                tasks.withLock { $0.append(task) }
            }
            try await wait(for: "full places") { waiting.withLock(\.count) == ManifestGate.places }
        }

        func release() async {
            waiting.withLock { waiting in
                for continuation in waiting { continuation.resume() }
                waiting = []
            }
            for task in tasks.withLock(\.self) { await task.value }
        }
    }

    @Test func `what is canceled while it waits for a place is not begun, and keeps no place`() async throws {
        let gate = ManifestGate()
        let holders = try await Holders(gate)
        let count = Count()
        let canceled = Task {
            try? await gate.withPlace { () async throws(RegistryError) in
                count.begin()
                count.end()
            }
            return
        }
        try await wait(for: "the wait") { gate.waiting == 1 }
        canceled.cancel()
        await holders.release()
        await canceled.value
        #expect(count.most == 0)
        // All places are free again.
        let others = try await Holders(gate)
        await others.release()
    }

    @Test func `a large manifest that waits when the server ends gives its file and its space back`()
        async throws
    {
        let registry = try await RegistryUnderTest(limit: 1 << 20)
        let holders = try await Holders(registry.server.manifestGate)
        let large = RegistryUnderTest.image(
            annotation: String(repeating: "x", count: 2 * ManifestGate.freeSize)
        )
        let bytes = try large.bytes(limit: 1 << 20)
        let client = try RawHTTP(port: registry.port)
        await client.send(
            """
            PUT /v2/team/plugin/manifests/v1 HTTP/1.1\r\nHost: localhost\r\n\
            Content-Type: \(MediaType.imageManifest)\r\nContent-Length: \(bytes.count)\r\n\r\n
            """
        )
        await client.send(bytes)
        try await wait(for: "the manifest at the gate") { registry.server.manifestGate.waiting == 1 }
        #expect(registry.store.space.used == bytes.count)
        let uploads = registry.folder.appending(UploadStore.folderName)
        #expect(try tree(uploads).count == 1)
        registry.cancel()
        await holders.release()
        try await registry.waitForEnd()
        #expect(try tree(uploads).isEmpty)
        #expect(registry.store.space.used == 0)
    }

    @Test func `a manifest that only an index of another program lists is found, and protected`() async throws
    {
        let registry = try await RegistryUnderTest()
        let image = try await registry.pushImage("v1")
        let layout = try await ImageLayout(opening: registry.folder.appending("team").appending("plugin"))
        let inner = Blob(
            try CanonicalJSON.encode(Index(manifests: [image.descriptor])),
            mediaType: .imageIndex
        )
        let outer = Blob(
            try CanonicalJSON.encode(Index(manifests: [inner.descriptor])),
            mediaType: .imageIndex
        )
        try await layout.push(inner)
        try await layout.tag(outer, as: .tag(Tag(parsing: "v1")))
        #expect(try layout.index().manifests.map(\.digest) == [outer.descriptor.digest])
        for digest in [inner.descriptor.digest, image.descriptor.digest] {
            #expect(try await registry.send("GET", "/v2/team/plugin/manifests/\(digest)").status == 200)
        }
        let layer = Digest(of: Array("layer".utf8))
        for digest in [layer, inner.descriptor.digest] {
            let answer = try await registry.send("DELETE", "/v2/team/plugin/blobs/\(digest)")
            #expect(answer.status == 405, "\(digest)")
        }
        let target = "/v2/team/plugin/manifests/\(outer.descriptor.digest)"
        #expect(try await registry.send("DELETE", target).status == 202)
        #expect(try await registry.send("DELETE", "/v2/team/plugin/blobs/\(layer)").status == 202)
    }

    @Test func `a manifest without referrers has an empty list, also in an unknown repository`() async throws
    {
        let registry = try await RegistryUnderTest()
        let list = try await registry.send("GET", "/v2/nowhere/referrers/\(Digest(of: [1]))")
        #expect(list.status == 200)
        #expect(list.text.contains(#""manifests":[]"#))
        #expect(try await registry.send("GET", "/v2/nowhere/referrers/latest").errorCode == "DIGEST_INVALID")
    }

    @Test func `a deleted tag leaves the manifest and its other tags`() async throws {
        let registry = try await RegistryUnderTest()
        let digest = try await registry.pushImage("v1").descriptor.digest
        try await registry.pushImage("v2")
        #expect(try await registry.send("DELETE", "/v2/team/plugin/manifests/v1").status == 202)
        #expect(
            try await registry.send("GET", "/v2/team/plugin/manifests/v1").errorCode == "MANIFEST_UNKNOWN"
        )
        #expect(try await registry.send("GET", "/v2/team/plugin/manifests/v2").status == 200)
        #expect(try await registry.send("DELETE", "/v2/team/plugin/manifests/v2").status == 202)
        #expect(try await registry.send("GET", "/v2/team/plugin/manifests/\(digest)").status == 200)
        #expect(try await registry.send("DELETE", "/v2/team/plugin/manifests/v2").status == 404)
    }

    @Test func `a deleted manifest takes its tags along`() async throws {
        let registry = try await RegistryUnderTest()
        let digest = try await registry.pushImage("v1").descriptor.digest
        try await registry.pushImage("v2")
        #expect(try await registry.send("DELETE", "/v2/team/plugin/manifests/\(digest)").status == 202)
        #expect(try await registry.send("GET", "/v2/team/plugin/manifests/\(digest)").status == 404)
        #expect(try await registry.send("GET", "/v2/team/plugin/tags/list").text.contains("[]"))
        #expect(try await registry.send("DELETE", "/v2/team/plugin/manifests/\(digest)").status == 404)
    }

    @Test func `nothing is deleted that a manifest refers to`() async throws {
        let registry = try await RegistryUnderTest()
        let image = try await registry.pushImage(nil)
        let index = Blob(
            try CanonicalJSON.encode(Index(manifests: [image.descriptor])),
            mediaType: .imageIndex
        )
        #expect(try await registry.put(index, "all").status == 201)
        let layer = Digest(of: Array("layer".utf8))
        for target in [
            "blobs/\(layer)", "manifests/\(image.descriptor.digest)", "blobs/\(index.descriptor.digest)",
        ] {
            let response = try await registry.send("DELETE", "/v2/team/plugin/\(target)")
            #expect(response.status == 405)
            #expect(response.errorCode == "UNSUPPORTED")
        }
        for digest in [index.descriptor.digest, image.descriptor.digest] {
            #expect(try await registry.send("DELETE", "/v2/team/plugin/manifests/\(digest)").status == 202)
        }
        #expect(try await registry.send("DELETE", "/v2/team/plugin/blobs/\(layer)").status == 202)
        #expect(
            try await registry.send("DELETE", "/v2/team/plugin/blobs/\(layer)").errorCode == "BLOB_UNKNOWN"
        )
    }

    @Test func `a read-only registry answers reads and rejects everything else`() async throws {
        let folder = try ScratchDirectory()
        do {
            let registry = try await RegistryUnderTest(in: folder)
            try await registry.pushImage("v1")
            try await registry.stop()
        }
        var options = RegistryServer.Options()
        options.isReadOnly = true
        let registry = try await RegistryUnderTest(options, in: folder)
        #expect(try await registry.send("GET", "/v2/team/plugin/manifests/v1").status == 200)
        for (method, target) in [
            ("POST", "blobs/uploads/"), ("PUT", "manifests/v2"), ("DELETE", "manifests/v1"),
        ] {
            let response = try await registry.send(method, "/v2/team/plugin/\(target)")
            #expect(response.status == 405)
            #expect(response.errorCode == "UNSUPPORTED")
        }
    }
}
