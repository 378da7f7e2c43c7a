import Diagnostics
import OCI
import Testing

@Suite struct DescriptorTests {
    private let text =
        #"{"annotations":{"a":"b"},"artifactType":"a/b","digest":"\#(Digest(of: []))","#
        + #""mediaType":"c/d","platform":{"architecture":"wasm","os":"wasip1"},"size":0,"urls":["https://e.f/g"]}"#

    private func read(_ text: String) throws(Failure) -> Descriptor {
        try CanonicalJSON.decode(
            Descriptor.self,
            from: Array(text.utf8),
            as: "descriptor",
            failing: .configurationInvalid
        )
    }

    @Test func `reads and writes every member`() throws {
        let descriptor = try read(text)
        #expect(descriptor.platform?.description == "wasip1/wasm")
        #expect(try String(decoding: CanonicalJSON.encode(descriptor), as: UTF8.self) == text)
    }

    private func withData(_ data: String, size: Int = 2) -> String {
        #"{"data":\#(data),"digest":"\#(Digest(of: Array("{}".utf8)))","mediaType":"c/d","size":\#(size)}"#
    }

    @Test func `reads embedded content and never writes it`() throws {
        let descriptor = try read(withData(#""e30=""#))
        #expect(descriptor.data == Array("{}".utf8))
        #expect(try !String(decoding: CanonicalJSON.encode(descriptor), as: UTF8.self).contains("e30="))
        #expect(try read(withData("null")).data == nil)
    }

    static let wrongData: [(data: String, size: Int, why: String)] = [
        (#""W10=""#, 2, "other content"), (#""e30K""#, 2, "more than the size"),
        (#""e30=""#, 3, "less than the size"), (#""e30""#, 2, "without its end"),
        (#""e 30=""#, 2, "a blank"), (#""%%%%""#, 2, "no base64"), ("7", 2, "no text"),
        (#""""#, 2, "nothing"),
    ]

    @Test("rejects data that does not match the digest and size", arguments: wrongData)
    func dataThatIsNot(data: String, size: Int, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try read(withData(data, size: size)) }
        #expect(failure?.code == .configurationInvalid)
    }

    static let foreign: [(type: String, urls: String, isForeign: Bool)] = [
        ("application/vnd.oci.image.layer.v1.tar+gzip", "[]", false),
        ("application/vnd.oci.image.layer.v1.tar+gzip", #"["https://e.f/g"]"#, true),
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "[]", true),
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "[]", true),
    ]

    @Test("recognizes a foreign layer by its URLs or its type", arguments: foreign)
    func foreignLayer(type: String, urls: String, isForeign: Bool) throws {
        let text = #"{"digest":"\#(Digest(of: []))","mediaType":"\#(type)","size":0,"urls":\#(urls)}"#
        #expect(try read(text).isForeign == isForeign)
    }

    @Test func `changing annotations keeps all other members`() throws {
        let descriptor = try read(text)
        let other = descriptor.annotated(["x": "y"])
        #expect(other.annotations == ["x": "y"])
        #expect(other.artifactType == descriptor.artifactType)
        #expect(other.urls == descriptor.urls)
        #expect(other.annotated(descriptor.annotations) == descriptor)
        #expect(descriptor.annotated(nil).annotations == nil)
    }

    @Test func `compares type, digest and size`() throws {
        let descriptor = try read(text)
        #expect(descriptor.describesSameContent(as: descriptor.annotated(nil)))
        let (type, digest) = (descriptor.mediaType, descriptor.digest)
        #expect(!descriptor.describesSameContent(as: Descriptor(mediaType: type, digest: digest, size: 1)))
        #expect(
            !descriptor.describesSameContent(as: Descriptor(mediaType: .imageIndex, digest: digest, size: 0))
        )
        #expect(
            !descriptor.describesSameContent(
                as: Descriptor(mediaType: type, digest: Digest(of: [1]), size: 0)
            )
        )
    }
}
