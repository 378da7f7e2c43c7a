import OCI
import Packing
import Testing

@Suite struct ImageVariantTests {
    private static let zstd = "application/vnd.oci.image.layer.v1.tar+zstd"
    private static let foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
    private static let solo = "application/vnd.module.wasm.content.layer.v1+wasm"
    private static let config = "application/vnd.module.wasm.config.v1+json"
    private static let spec = "application/vnd.module.wasm.spec.v1+yaml"
    private static let oci = "application/vnd.oci.image.layer.v1.tar+gzip"
    private static let docker = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    private static let legacy = "application/vnd.wasm.content.layer.v1+wasm"
    private static let component = "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm"

    private static let shapes: [(layers: [String], isDocker: Bool, variant: ImageVariant, why: String)] = [
        ([oci], false, .image, "what wasmpack writes"),
        ([spec, oci], false, .image, "Higress's, with documents below"),
        ([solo, oci], false, .image, "the last layer decides before the artifact does"),
        ([docker], true, .docker, "Docker's"),
        ([oci], true, .docker, "the manifest's own type decides first"),
        ([solo], true, .docker, "so it does for an artifact"),
        ([docker], false, .docker, "Docker's layer in OCI's manifest"),
        ([config, solo], false, .artifact, "solo.io's"),
        ([solo, config], false, .artifact, "in any order"),
        ([solo, "application/wasm"], false, .artifact, "before the CNCF's"),
        (["application/wasm"], false, .wasm, "the CNCF's"),
        (["application/wasm", "text/plain"], false, .wasm, "with more layers"),
        ([legacy], false, .wasmToOCI, "wasm-to-oci's"),
        ([component], false, .componentLayer, "runwasi's"),
        (["application/vnd.oci.image.layer.v1.tar"], false, .tarOther, "a tar as it is"),
        (["application/vnd.docker.image.rootfs.diff.tar"], false, .tarOther, "Docker's tar as it is"),
        ([zstd], false, .tarOther, "zstd"),
        ([foreign], false, .tarOther, "not to be distributed"),
        (["application/octet-stream"], false, .unknown, "any file"),
        ([oci, "text/plain"], false, .unknown, "a tar below counts for nothing"),
        ([], false, .unknown, "no layer"),
    ]

    @Test("the first matching rule determines the variant", arguments: shapes.indices)
    func variant(row: Int) {
        let (layers, isDocker, variant, why) = Self.shapes[row]
        let manifest = Manifest(
            mediaType: isDocker ? .dockerManifest : .imageManifest,
            config: Descriptor(mediaType: .imageConfig, digest: Digest(of: []), size: 0),
            layers: layers.map { Descriptor(mediaType: MediaType($0), digest: Digest(of: []), size: 0) }
        )
        #expect(ImageVariant(of: manifest) == variant, "\(why)")
    }
}
