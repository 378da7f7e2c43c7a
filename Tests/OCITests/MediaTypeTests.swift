import Diagnostics
import OCI
import Testing

@Suite struct MediaTypeTests {
    static let read: [(text: String, name: String, why: String)] = [
        ("application/json", "application/json", "as it is"),
        ("application/json; charset=utf-8", "application/json", "a parameter"),
        ("application/json;charset=utf-8;q=1", "application/json", "parameters without spaces"),
        (" \tapplication/json \t", "application/json", "white space of a header"),
        ("application/vnd.acme+json", "application/vnd.acme+json", "an unknown type"),
        ("appli cation/json", "appli cation/json", "a space within makes it no other type"),
        ("", "", "nothing"),
        (";", "", "only a parameter"),
    ]

    @Test("drops parameters and surrounding white space", arguments: read)
    func reading(text: String, name: String, why: String) {
        #expect(MediaType(text).name == name, "\(why)")
        #expect(MediaType(text).description == name)
    }

    static let roles: [(type: MediaType, role: String, isStoredAsManifest: Bool)] = [
        (.imageManifest, "manifest", true),
        (.dockerManifest, "manifest", true),
        (.imageIndex, "index", true),
        (.dockerManifestList, "index", true),
        (.imageConfig, "config", false),
        (.dockerImageConfig, "config", false),
        (MediaType("application/vnd.module.wasm.config.v1+json"), "config", false),
        (.layerTarGzip, "layer", false),
        (.dockerLayerTarGzip, "layer", false),
        (MediaType("application/wasm"), "layer", false),
        (MediaType("application/octet-stream"), "layer", false),
    ]

    @Test("every type has a role and an endpoint in a registry", arguments: roles)
    func rolesOfTypes(type: MediaType, role: String, isStoredAsManifest: Bool) {
        #expect(Descriptor(mediaType: type, digest: Digest(of: []), size: 0).role == role)
        #expect(type.isStoredAsManifest == isStoredAsManifest)
    }

    @Test func `Docker's types have the same kinds as OCI's`() {
        #expect(MediaType.dockerManifest.isManifest && MediaType.imageManifest.isManifest)
        #expect(MediaType.dockerManifestList.isIndex && MediaType.imageIndex.isIndex)
        #expect(MediaType.dockerImageConfig.isImageConfig && MediaType.imageConfig.isImageConfig)
        #expect(MediaType.dockerLayerTarGzip.isTarGzipLayer && MediaType.layerTarGzip.isTarGzipLayer)
        #expect(!MediaType.imageManifest.isIndex && !MediaType.imageConfig.isTarGzipLayer)
    }

    @Test func `a document contains the type as a string`() throws {
        #expect(
            try CanonicalJSON.encode([MediaType.layerTarGzip])
                == Array("[\"\(MediaType.layerTarGzip)\"]".utf8)
        )
    }
}
