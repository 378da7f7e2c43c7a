import Diagnostics
import OCI
import TestSupport
import Testing

@Suite struct ManifestDocumentTests {
    private static let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

    private static func descriptor(size: String = "2", digest: String = digest) -> String {
        #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(digest)","size":\#(size)}"#
    }

    private static let image = #"{"schemaVersion":2,"config":\#(descriptor()),"layers":[\#(descriptor())]}"#
    private static let index = #"{"schemaVersion":2,"manifests":[\#(descriptor())]}"#

    private func read(_ text: String, as type: MediaType = .imageManifest) throws(Failure) -> ManifestDocument
    {
        try ManifestDocument(decoding: Array(text.utf8), mediaType: type)
    }

    @Test(
        "names an unsupported type instead of what the document lacks",
        arguments: [
            "application/vnd.oci.artifact.manifest.v1+json",
            "application/vnd.cncf.oras.artifact.manifest.v1+json",
            "application/vnd.docker.plugin.v1+json", "text/plain",
        ],
        [
            #"{"mediaType":"application/vnd.oci.artifact.manifest.v1+json","blobs":[]}"#, "{}",
            #"{"schemaVersion":2,"layers":1}"#,
        ]
    )
    func unsupportedType(type: String, document: String) {
        let failure = #expect(throws: Failure.self) {
            try ManifestDocument(decoding: Array(document.utf8), mediaType: MediaType(type))
        }
        #expect(failure?.code == .manifestUnsupported)
        #expect(failure?.message.contains(type) == true)
    }

    @Test("reads OCI and Docker manifests", arguments: [MediaType.imageManifest, .dockerManifest])
    func images(type: MediaType) throws {
        guard case .image(let manifest) = try read(Self.image, as: type) else {
            Issue.record("not an image")
            return
        }
        #expect(manifest.config.digest.description == Self.digest)
        #expect(manifest.mediaType == nil)
        #expect(manifest.layers.count == 1)
    }

    @Test("reads OCI and Docker indexes", arguments: [MediaType.imageIndex, .dockerManifestList])
    func indexes(type: MediaType) throws {
        guard case .index(let index) = try read(Self.index, as: type) else {
            Issue.record("not an index")
            return
        }
        #expect(index.manifests.map(\.digest.description) == [Self.digest])
    }

    @Test func `compares the manifest's own type without parameters`() throws {
        let text = #"{"schemaVersion":2,"mediaType":"\#(MediaType.imageIndex)","manifests":[]}"#
        _ = try read(text, as: MediaType("\(MediaType.imageIndex); charset=utf-8"))
    }

    @Test func `accepts unknown members, empty lists and null`() throws {
        let text =
            #"{"schemaVersion":2,"x":{"y":[1]},"manifests":null,"annotations":null,"config":\#(Self.descriptor()),"#
            + #""layers":[],"subject":\#(Self.descriptor())}"#
        #expect(try read(text).successors.count == 1)
    }

    static let rejected: [(text: String, type: MediaType, phrase: String, why: String)] = [
        (
            #"{"schemaVersion":2,"manifests":[],"config":\#(descriptor()),"layers":[]}"#, .imageManifest,
            "ambiguous",
            "an image and an index (CVE-2021-41190)"
        ),
        (
            #"{"schemaVersion":2,"manifests":[],"layers":[]}"#, .imageIndex, "ambiguous",
            "an index with layers"
        ),
        (
            #"{"schemaVersion":2,"manifests":[],"config":{}}"#, .imageIndex, "ambiguous",
            "an index with a config"
        ),
        (
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.imageIndex)","config":\#(descriptor()),"layers":[]}"#,
            .imageManifest, "was declared as", "another type inside than outside"
        ),
        (
            #"{"schemaVersion":2,"mediaType":"","config":\#(descriptor()),"layers":[]}"#, .imageManifest,
            "was declared as", "an empty type is another type"
        ),
        (index, .imageManifest, "is not valid", "an index announced as an image"),
        (image, .imageIndex, "is not valid", "an image announced as an index"),
        ("{}", .imageManifest, "has no \"schemaVersion\": 2", "nothing in it"),
        (#"{"schemaVersion":3}"#, .imageManifest, "has no \"schemaVersion\": 2", "a version of the future"),
        (#"{"schemaVersion":"2"}"#, .imageManifest, "is not valid", "a text for a version"),
        ("[]", .imageManifest, "is not valid", "no object"),
        ("<html>", .imageManifest, "is not valid JSON", "a login page"),
        ("", .imageManifest, "is not valid JSON", "nothing"),
        (
            #"{"schemaVersion":2,"config":\#(descriptor()),"config":\#(descriptor()),"layers":[]}"#,
            .imageManifest,
            "is not valid JSON", "two configs"
        ),
        (
            #"{"schemaVersion":2,"config":\#(descriptor()),"layers":[],"l\u0061yers":[]}"#, .imageManifest,
            "is not valid JSON", "two lists of layers, one escaped"
        ),
        (#"{"schemaVersion":2,"layers":[]}"#, .imageManifest, "is not valid", "no config"),
        (#"{"schemaVersion":2,"config":\#(descriptor())}"#, .imageManifest, "is not valid", "no layers"),
        (image(size: "-1"), .imageManifest, "is not valid", "a negative size"),
        (image(size: "18446744073709551616"), .imageManifest, "is not valid", "2^64 bytes"),
        (image(size: "9223372036854775808"), .imageManifest, "is not valid", "2^63 bytes"),
        (image(size: "1e99"), .imageManifest, "is not valid", "a size with an exponent"),
        (image(size: "1.5"), .imageManifest, "is not valid", "half a byte"),
        (image(size: "\"2\""), .imageManifest, "is not valid", "a text for a size"),
        (image(size: "null"), .imageManifest, "is not valid", "no size"),
        (
            image(digest: "sha256:../../../etc/passwd"), .imageManifest, "is not valid",
            "a path (CVE-2024-3727)"
        ),
        (image(digest: ""), .imageManifest, "is not valid", "an empty digest"),
        (image(digest: "sha256:"), .imageManifest, "is not valid", "nothing encoded"),
        (image(digest: digest.uppercased()), .imageManifest, "is not valid", "upper case"),
        (
            image(digest: "md5:d41d8cd98f00b204e9800998ecf8427e"), .imageManifest, "is not valid",
            "a broken algorithm"
        ),
    ]

    private static func image(size: String = "2", digest: String = digest) -> String {
        #"{"schemaVersion":2,"config":\#(descriptor()),"layers":[\#(descriptor(size: size, digest: digest))]}"#
    }

    @Test("rejects documents that are not manifests of the declared type", arguments: rejected)
    func rejections(text: String, type: MediaType, phrase: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try read(text, as: type) }
        #expect(failure?.code == .manifestInvalid, "\(why)")
        #expect(failure?.message.contains(phrase) == true, "\(why): \(failure?.message ?? "")")
    }

    static let unsupported: [(text: String, type: MediaType, phrase: String, why: String)] = [
        (#"{"schemaVersion":1,"fsLayers":[],"history":[]}"#, schema1, "schema 1 images", "Docker's schema 1"),
        (#"{"schemaVersion":1}"#, .imageManifest, "schema 1 images", "schema 1 under another name"),
        (#"{"schemaVersion":2,"fsLayers":[]}"#, .imageManifest, "schema 1 images", "schema 1's layers"),
        (
            #"{"schemaVersion":2,"config":\#(descriptor()),"layers":[],"history":[]}"#, .imageManifest,
            "schema 1 images",
            "schema 1's history in an image (CVE-2021-41190)"
        ),
        (image, MediaType("text/plain"), "is not a supported manifest type", "a type of no manifest"),
        (
            image, MediaType("application/vnd.oci.artifact.manifest.v1+json"), "is not a supported",
            "a type that was dropped"
        ),
    ]
    private static let schema1 = MediaType("application/vnd.docker.distribution.manifest.v1+prettyjws")

    @Test("reports unsupported types", arguments: unsupported)
    func unsupportedTypes(text: String, type: MediaType, phrase: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try read(text, as: type) }
        #expect(failure?.code == .manifestUnsupported, "\(why)")
        #expect(failure?.message.contains(phrase) == true, "\(why): \(failure?.message ?? "")")
    }

    @Test func `accepts a huge size`() throws {
        let document = try read(Self.image(size: "4611686018427387904", digest: Digest(of: []).description))
        #expect(document.successors.last?.size == 1 << 62)
    }

    @Test func `rejects two sizes for one digest`() throws {
        let (two, three) = (Self.descriptor(), Self.descriptor(size: "3"))
        for text in [
            #"{"schemaVersion":2,"config":\#(two),"layers":[\#(three)]}"#,
            #"{"schemaVersion":2,"config":\#(Self.descriptor(digest: Digest(of: []).description)),"layers":[\#(two),\#(three)]}"#,
        ] {
            let failure = #expect(throws: Failure.self) { try read(text) }
            #expect(failure?.code == .manifestInvalid)
            #expect(failure?.message.contains("two sizes") == true)
        }
        let index = #expect(throws: Failure.self) {
            try read(#"{"schemaVersion":2,"manifests":[\#(two),\#(three)]}"#, as: .imageIndex)
        }
        #expect(index?.code == .manifestInvalid)
    }

    @Test func `detects a foreign layer behind another descriptor of its digest`() throws {
        let foreign =
            #"{"mediaType":"\#(MediaType.layerTarGzip)","digest":"\#(Self.digest)","size":2,"urls":["https://a.example/"]}"#
        let document = try read(
            #"{"schemaVersion":2,"config":\#(Self.descriptor()),"layers":[\#(Self.descriptor()),\#(foreign)]}"#
        )
        #expect(document.successors.map(\.isForeign) == [true])
    }

    @Test func `names a rejected size or digest`() {
        let size = #expect(throws: Failure.self) { try read(Self.image(size: "-1")) }
        #expect(size?.why?.contains("the size -1 of \(Self.digest) is negative") == true)
        let digest = #expect(throws: Failure.self) { try read(Self.image(digest: "sha256:../x")) }
        #expect(digest?.why?.contains("invalid digest format: \"sha256:../x\"") == true)
    }

    @Test func `truncates a long type in messages`() {
        let long = String(repeating: "t", count: 100_000)
        let inside = #expect(throws: Failure.self) {
            try read(#"{"schemaVersion":2,"mediaType":"\#(long)"}"#)
        }
        let outside = #expect(throws: Failure.self) { try read(Self.image, as: MediaType(long)) }
        #expect((inside?.description.utf8.count ?? 0) < 1024)
        #expect((outside?.description.utf8.count ?? 0) < 1024)
    }

    @Test func `no mutation of a manifest crashes the reader`() {
        var random = SeededGenerator(seed: 9)
        let original = Array(Self.image(size: "4611686018427387904").utf8)
        let likely = Array("{}[]\",:\\u0-9e.sha256".utf8)
        for _ in 0..<5_000 {
            var bytes = original
            for _ in 0...random.next(below: 3) {
                bytes[random.next(below: bytes.count)] = likely[random.next(below: likely.count)]
            }
            _ = try? ManifestDocument(decoding: bytes, mediaType: .imageManifest)
        }
    }
}
