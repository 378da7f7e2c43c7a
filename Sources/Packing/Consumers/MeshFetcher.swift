import Diagnostics
import OCI

/// The rules by which Istio's agent, and its forks in Envoy Gateway and Higress, extract a module from an image.
///
/// They support a Docker image, an OCI image and an artifact of two layers. They read only the last layer of an image.
struct MeshFetcher {
    /// The part of an image that exceeds the size limit.
    enum SizeLimitHit {
        case file(Int)
        case layer
    }

    let image: ImageInspection
    private let manifest: Manifest
    private let reference: Reference?
    let limit: Int
    let tooLarge: (SizeLimitHit) -> String

    /// - Parameters:
    ///   - image: the inspected image.
    ///   - reference: its name in its registry; `nil` for an image that is not in a registry.
    ///   - limit: the maximum size of an unpacked layer, in bytes.
    ///   - tooLarge: returns the consumer's message for a larger one.
    init(
        _ image: ImageInspection,
        named reference: Reference?,
        limit: Int,
        tooLarge: @escaping (SizeLimitHit) -> String
    ) {
        self.image = image
        manifest = image.manifest
        self.reference = reference
        self.limit = limit
        self.tooLarge = tooLarge
    }

    /// The findings, in the order in which the agent checks the image.
    var findings: [Finding] {
        guard let last = image.layers.last else {
            return [
                error(
                    "no-layer",
                    "the image has no layer",
                    consumerMessage: "number of layers must be greater than zero"
                )
            ]
        }
        let type = fetchedType(of: last.descriptor)
        // The agent uses the mediaType within the manifest, not the Content-Type.
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
                        ? "a bare module is read only from an image with 2 layers; this one has \(manifest.layers.count)"
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

    /// Returns the type that go-containerregistry finds for a layer: it searches by digest, the config first.
    private func fetchedType(of layer: Descriptor) -> MediaType {
        layer.digest == manifest.config.digest ? manifest.config.mediaType : layer.mediaType
    }

    /// The findings about the module's bytes; the agent checks only the first four and that there are at least eight.
    func contentFindings() -> [Finding] {
        guard case .failure(let failure) = image.plugin,
            failure.code == .notWasm || failure.code == .wasmMalformed
        else { return [] }
        return [
            error(
                "plugin-invalid",
                failure.message + (failure.why.map { ": \($0)" } ?? ""),
                consumerMessage: invalid
            )
        ]
    }

    var invalid: String {
        "fetched Wasm binary from \(reference.map { "oci://\($0)" } ?? "…") is invalid"
    }

    func unreadable(_ layer: LayerFacts) -> Finding {
        var failure = layer.problem
        if failure == nil, case .failure(let pluginFailure) = image.plugin { failure = pluginFailure }
        let message = failure.map { $0.message + ($0.why.map { ": \($0)" } ?? "") }
        return error("layer-unreadable", message ?? "the layer cannot be read")
    }

    private func wrongType(_ type: MediaType, expecting expected: MediaType) -> Finding {
        error(
            "layer-type",
            "the last layer of a Docker manifest must have the type \(expected), not \(shown(type))",
            consumerMessage: "invalid media type \(shown(type)) (expect \(expected))"
        )
    }

    /// Returns the finding for an image that is neither OCI variant, with the combined message of both rejections.
    private func shape(_ id: String, _ message: String, _ first: String, _ second: String) -> Finding {
        error(
            id,
            message,
            consumerMessage: "the given image is in invalid format as an OCI image: 2 errors occurred: "
                + "* could not parse as compat variant: \(first) * could not parse as oci variant: \(second)"
        )
    }

    private static func message(for type: MediaType) -> String {
        switch type {
        case .dockerLayerTarGzip:
            "the layer has a Docker type, but the manifest does not have a Docker mediaType"
        case .wasmModule, .wasmToOCIModule, .componentLayer:
            "a bare module with the type \(shown(type)) is not supported"
        default: "a layer with the type \(shown(type)) is not supported; it must be a gzipped tar"
        }
    }

    func error(_ id: String, _ message: String, consumerMessage: String? = nil, try hint: String? = nil)
        -> Finding
    {
        Finding(id, .error, message, consumerMessage: consumerMessage, try: [hint ?? remedy])
    }

    /// The remedy for a module that is too large.
    static let smaller = "a smaller module (wasm-opt -Oz --strip-debug)"

    /// The command that repairs the image, or builds it again if it has no core module.
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

    /// Returns the finding for an image that may exceed Istio's timeout of 30 seconds.
    static func slowness(of image: ImageInspection) -> [Finding] {
        let size = image.manifest.layers.reduce(0) { $0.addingReportingOverflow($1.size).partialValue }
        guard size > 10_000_000 else { return [] }
        return [
            Finding(
                "slow-to-fetch",
                .warning,
                "the image is \(ByteCount(size)), but a proxy gives up downloading after 30 s",
                try: [smaller]
            )
        ]
    }
}
