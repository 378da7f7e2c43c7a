import Diagnostics
import OCI
import Testing

@Suite struct ManifestLimitTests {
    private func layers(_ count: Int) -> [Descriptor] {
        (0..<count).map { number in
            Descriptor(mediaType: .layerTarGzip, digest: Digest(of: Array("\(number)".utf8)), size: .max)
        }
    }

    @Test("rejects a manifest with more than 1000 descriptors", arguments: [(999, true), (1000, false)])
    func image(layers count: Int, isRead: Bool) throws {
        let config = Descriptor(mediaType: .imageConfig, digest: Digest(of: []), size: .max)
        let manifest = Manifest(mediaType: .imageManifest, config: config, layers: layers(count))
        try expect(CanonicalJSON.encode(manifest), .imageManifest, isRead: isRead)
    }

    @Test("rejects an index with more than 1000 descriptors", arguments: [(1000, true), (1001, false)])
    func index(entries count: Int, isRead: Bool) throws {
        try expect(CanonicalJSON.encode(Index(manifests: layers(count))), .imageIndex, isRead: isRead)
    }

    private func expect(_ bytes: [UInt8], _ type: MediaType, isRead: Bool) throws {
        if isRead {
            _ = try ManifestDocument(decoding: bytes, mediaType: type)
        } else {
            let failure = #expect(throws: Failure.self) {
                try ManifestDocument(decoding: bytes, mediaType: type)
            }
            #expect(failure?.code == .manifestInvalid)
            #expect(failure?.message == "the manifest lists 1001 blobs or manifests")
        }
    }
}
