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

    @Test func `every field is read and written`() throws {
        let descriptor = try read(text)
        #expect(descriptor.platform?.description == "wasip1/wasm")
        #expect(try String(decoding: CanonicalJSON.encode(descriptor), as: UTF8.self) == text)
    }

    @Test func `other annotations change nothing else`() throws {
        let descriptor = try read(text)
        let other = descriptor.annotated(["x": "y"])
        #expect(other.annotations == ["x": "y"])
        #expect(other.artifactType == descriptor.artifactType)
        #expect(other.urls == descriptor.urls)
        #expect(other.annotated(descriptor.annotations) == descriptor)
        #expect(descriptor.annotated(nil).annotations == nil)
    }

    @Test func `the same content has the same type, digest and size`() throws {
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
