import OCI
import TestSupport
import Testing

@Suite struct ManifestTests {
    private static func descriptor(_ type: String, _ content: String, title: String? = nil) -> Descriptor {
        Descriptor(
            mediaType: MediaType(type),
            digest: Digest(of: Array(content.utf8)),
            size: content.utf8.count,
            annotations: title.map { ["org.opencontainers.image.title": $0] }
        )
    }

    private static let runtimeConfig = descriptor(
        "application/vnd.module.wasm.config.v1+json",
        "runtime config"
    )

    static let documents: [(file: String, manifest: Manifest)] = [
        (
            "manifest-image.json",
            Manifest(
                mediaType: .imageManifest,
                config: descriptor(MediaType.imageConfig.name, "config"),
                layers: [descriptor(MediaType.layerTarGzip.name, "layer")],
                annotations: [AnnotationKey.wasmVariant: "compat"]
            )
        ),
        (
            "manifest-docker.json",
            Manifest(
                mediaType: .dockerManifest,
                config: descriptor(MediaType.dockerImageConfig.name, "config"),
                layers: [descriptor(MediaType.dockerLayerTarGzip.name, "layer")]
            )
        ),
        (
            "manifest-artifact.json",
            Manifest(
                mediaType: .imageManifest,
                config: runtimeConfig,
                layers: [
                    runtimeConfig.annotated(["org.opencontainers.image.title": "runtime-config.json"]),
                    descriptor(
                        "application/vnd.module.wasm.content.layer.v1+wasm",
                        "module",
                        title: "filter.wasm"
                    ),
                ]
            )
        ),
        (
            "manifest-wasm.json",
            Manifest(
                mediaType: .imageManifest,
                config: descriptor("application/vnd.wasm.config.v0+json", "config"),
                layers: [descriptor("application/wasm", "module", title: "plugin.wasm")]
            )
        ),
    ]

    @Test("the manifest of each format equals its golden file", arguments: documents)
    func golden(file: String, manifest: Manifest) throws {
        let bytes = try CanonicalJSON.encode(manifest)
        try expectGolden(bytes, "oci/" + file)
        #expect(
            try ManifestDocument(decoding: bytes, mediaType: try #require(manifest.mediaType))
                == .image(manifest)
        )
    }

    @Test func `the index of a layout equals its golden file`() throws {
        let image = Self.descriptor(MediaType.imageManifest.name, "manifest").annotated([
            AnnotationKey.fullImageName: "registry.example.com/test-oci/header-authorization:v0.0.1",
            AnnotationKey.referenceName: "v0.0.1",
        ])
        let index = Index(manifests: [image])
        let bytes = try CanonicalJSON.encode(index)
        try expectGolden(bytes, "oci/index.json")
        #expect(try ManifestDocument(decoding: bytes, mediaType: .imageIndex) == .index(index))
    }

    @Test func `a manifest's successors are its config and layers without duplicates`() {
        let (config, layer) = (Self.descriptor("a/config", "c"), Self.descriptor("a/layer", "l"))
        let manifest = Manifest(mediaType: .imageManifest, config: config, layers: [layer, config, layer])
        #expect(manifest.successors == [config, layer])
        #expect(ManifestDocument.image(manifest).successors == [config, layer])
    }

    @Test func `a config that is also a layer is listed once`() {
        let titled = Self.runtimeConfig.annotated(["org.opencontainers.image.title": "runtime-config.json"])
        let manifest = Manifest(mediaType: .imageManifest, config: Self.runtimeConfig, layers: [titled])
        #expect(manifest.successors == [Self.runtimeConfig])
    }

    @Test func `an index's successors are its manifests without duplicates`() {
        let (first, second) = (Self.descriptor("a/m", "1"), Self.descriptor("a/m", "2"))
        #expect(Index(manifests: [first, second, first]).successors == [first, second])
        #expect(ManifestDocument.index(Index(manifests: [])).successors == [])
    }
}
