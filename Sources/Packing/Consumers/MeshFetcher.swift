import Diagnostics
import OCI

/// How Istio's agent gets a module out of an image, and its forks in Envoy Gateway and Higress.
///
/// Three ways, by the manifest: Docker's image, OCI's image, and the artifact of two layers. Of an image, only the last
/// layer is read.
struct MeshFetcher {
    /// What is larger than what is read, in bytes.
    enum Excess {
        case file(Int)
        case layer
    }

    let image: ImageInspection
    private let manifest: Manifest
    private let reference: Reference?
    let limit: Int
    let tooLarge: (Excess) -> String

    /// - Parameters:
    ///   - image: the image, looked into.
    ///   - reference: what it is called in its registry.
    ///   - limit: how much of an unpacked layer is read, in bytes.
    ///   - tooLarge: what is said of more than that.
    init(
        _ image: ImageInspection,
        named reference: Reference?,
        limit: Int,
        tooLarge: @escaping (Excess) -> String
    ) {
        self.image = image
        manifest = image.manifest
        self.reference = reference
        self.limit = limit
        self.tooLarge = tooLarge
    }

    /// What is said of the image, in the order in which it is looked at.
    var findings: [Finding] {
        guard let last = image.layers.last else {
            return [
                error(
                    "no-layer",
                    "the image has no layer",
                    saying: "number of layers must be greater than zero"
                )
            ]
        }
        let type = fetchedType(of: last.descriptor)
        // The type within the document decides, not the one under which it is stored.
        if manifest.mediaType == .dockerManifest {
            guard type == .dockerLayerTarGzip else {
                return [wrongType(type, expecting: .dockerLayerTarGzip)]
            }
            return tarFindings(last)
        }
        if type == .layerTarGzip { return tarFindings(last) }
        let mismatch = "invalid media type \(shown(type)) (expect \(MediaType.layerTarGzip))"
        guard manifest.layers.count == 2 else {
            return [
                shape(
                    "layer-count",
                    type == .soloModule || image.variant == .artifact
                        ? "a bare module is read only from an image of 2 layers; this one has \(manifest.layers.count)"
                        : Self.message(for: type),
                    mismatch,
                    "number of layers must be 2 but got \(manifest.layers.count)"
                )
            ]
        }
        guard
            let module = image.layers.first(where: { fetchedType(of: $0.descriptor) == .soloModule })
        else {
            return [
                shape(
                    "layer-type",
                    Self.message(for: type),
                    mismatch,
                    "could not find the layer of type \(MediaType.soloModule)"
                )
            ]
        }
        return bareFindings(module)
    }

    /// The type that go-containerregistry finds for a layer: it looks by digest, and looks at the config first.
    private func fetchedType(of layer: Descriptor) -> MediaType {
        layer.digest == manifest.config.digest ? manifest.config.mediaType : layer.mediaType
    }

    /// What is said of the bytes themselves: only the first four are looked at, and that there are eight.
    func contentFindings() -> [Finding] {
        guard case .failure(let failure) = image.plugin,
            failure.code == .notWasm || failure.code == .wasmMalformed
        else { return [] }
        return [
            error("plugin-invalid", failure.message + (failure.why.map { ": \($0)" } ?? ""), saying: invalid)
        ]
    }

    var invalid: String {
        "fetched Wasm binary from \(reference.map { "oci://\($0)" } ?? "…") is invalid"
    }

    func unreadable(_ layer: LayerFacts) -> Finding {
        var failure = layer.problem
        if failure == nil, case .failure(let other) = image.plugin { failure = other }
        let message = failure.map { $0.message + ($0.why.map { ": \($0)" } ?? "") }
        return error("layer-unreadable", message ?? "the layer cannot be read")
    }

    private func wrongType(_ type: MediaType, expecting expected: MediaType) -> Finding {
        error(
            "layer-type",
            "the manifest is Docker's, so its last layer has to be of the type \(expected), not \(shown(type))",
            saying: "invalid media type \(shown(type)) (expect \(expected))"
        )
    }

    /// An image that is neither of OCI's two ways, in the words in which both refusals are told.
    private func shape(_ id: String, _ message: String, _ first: String, _ second: String) -> Finding {
        error(
            id,
            message,
            saying: "the given image is in invalid format as an OCI image: 2 errors occurred: "
                + "* could not parse as compat variant: \(first) * could not parse as oci variant: \(second)"
        )
    }

    private static func message(for type: MediaType) -> String {
        switch type {
        case .dockerLayerTarGzip:
            "the layer is of Docker's type, but the manifest does not say that it is Docker's"
        case .wasmModule, .wasmToOCIModule, .componentLayer:
            "a bare module under the type \(shown(type)) is not read"
        default: "a layer of the type \(shown(type)) is not read; it has to be a gzipped tar"
        }
    }

    func error(_ id: String, _ message: String, saying: String? = nil, try hint: String? = nil) -> Finding {
        Finding(id, .error, message, saying: saying, try: [hint ?? remedy])
    }

    /// What makes a module small.
    static let smaller = "wasm-opt -Oz --strip-debug, or the compiler's own options for small code"

    /// The line that repairs an image of any shape that a module can be got out of.
    private var remedy: String {
        guard case .success(let plugin) = image.plugin, plugin.isCoreModule else {
            return
                "build the image again: wasmpack push \(reference?.description ?? "REFERENCE") \(PluginFile.name)"
        }
        let repaired = reference.map { "\($0.registry)/\($0.repository):TAG" } ?? "TO"
        return "wasmpack copy --format image \(reference?.description ?? "FROM") \(repaired)"
    }

    private static func shown(_ type: MediaType) -> String { type.name.truncated(to: 160) }

    private func shown(_ type: MediaType) -> String { Self.shown(type) }

    /// An image that takes its time: Istio gives up after 30 seconds.
    static func slowness(of image: ImageInspection) -> [Finding] {
        let size = image.manifest.layers.reduce(0) { $0.addingReportingOverflow($1.size).partialValue }
        guard size > 10_000_000 else { return [] }
        return [
            Finding(
                "slow-to-fetch",
                .warning,
                "the layers have \(size) bytes; each proxy has 30 seconds to fetch them",
                try: [smaller]
            )
        ]
    }
}
