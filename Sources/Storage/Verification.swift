package import Archive
package import Diagnostics
package import OCI

/// The result of verifying every digest and size of an image.
package struct Verification: Sendable {
    /// One error in the image.
    package struct Finding: Sendable {
        /// The affected content, for example `layer sha256:…`.
        package let subject: String
        /// The error.
        package let failure: Failure
    }

    /// The image's manifest.
    package let root: Descriptor
    /// The content whose digest and size are correct.
    package private(set) var verified: [Descriptor] = []
    /// The number of layers whose uncompressed tars match the config's diffIDs.
    package private(set) var verifiedDiffIDs = 0
    /// All errors, in the order in which they were found.
    package private(set) var findings: [Finding] = []

    /// Recomputes every digest, size and diffID of an image.
    ///
    /// Invalid content is a finding, and the walk continues. Throws if the store cannot be reached.
    package init(of root: Descriptor, in source: some ContentSource) async throws(Failure) {
        self.root = root
        try await ManifestGraph.walk(
            from: root,
            reading: { manifest throws(Failure) in try await fetch(manifest, from: source) },
            broken: { manifest, failure in note(manifest, failure) },
            visit: { step throws(Failure) in
                guard case .content(let parts, let node) = step else { return }
                switch node.document {
                case .image(let image): try await visit(image, in: source)
                case .index: for part in parts { _ = try await fetch(part, from: source) }
                }
            }
        )
    }

    private mutating func visit(_ image: Manifest, in source: some ContentSource) async throws(Failure) {
        var diffIDs: [Digest]?
        if let config = try await fetch(image.config, from: source) {
            do throws(Failure) {
                diffIDs = try Self.diffIDs(in: config, of: image)
            } catch {
                note(image.config, error)
            }
        }
        if let diffIDs, diffIDs.count != image.layers.count {
            note(
                image.config,
                Failure(
                    .manifestInvalid,
                    "the config lists \(diffIDs.count) diffIDs for \(image.layers.count) layers",
                    why: "the config needs one diffID for each layer (image spec, \"Image Configuration\")"
                )
            )
        }
        for (position, layer) in image.layers.enumerated() {
            guard let blob = try await fetch(layer, from: source) else { continue }
            let expected = diffIDs.flatMap { position < $0.count ? $0[position] : nil }
            if let compression = layer.mediaType.layerCompression {
                verifyDiffID(of: blob, compressed: compression, expected: expected)
            }
        }
    }

    /// Returns a config's diffIDs; `nil` for a Wasm config, whose layer digests are compared instead.
    private static func diffIDs(in config: Blob, of image: Manifest) throws(Failure) -> [Digest]? {
        let type = image.config.mediaType
        guard type.isImageConfig || type == .wasmConfig else { return nil }
        let bytes = try config.bytes(limit: ImageConfig.sizeLimit)
        if type == .wasmConfig {
            try image.checkLayerDigests(in: bytes)
            return nil
        }
        let parsed = try CanonicalJSON.decode(
            ImageConfig.self,
            from: bytes,
            as: "image config",
            failing: .manifestInvalid
        )
        return parsed.rootfs?.diffIDs ?? []
    }

    private mutating func verifyDiffID(
        of layer: Blob,
        compressed compression: LayerReader.Compression,
        expected: Digest?
    ) {
        do throws(Failure) {
            var contents = LayerReader.Contents()
            try LayerReader.read(layer.source(), into: &contents)
            guard contents.compression == compression, contents.content == .tar else {
                throw Failure(
                    .layerInvalid,
                    "the layer \(layer.descriptor.digest) does not match its media type",
                    why: "the type is \(layer.descriptor.mediaType), but the content is \(contents.described)"
                )
            }
            guard let expected, let diffID = contents.diffID else { return }
            guard diffID == expected else {
                throw Failure(
                    .digestMismatch,
                    "the layer \(layer.descriptor.digest) does not match its diffID",
                    why: "the config says \(expected), but the uncompressed tar has \(diffID)"
                )
            }
            verifiedDiffIDs += 1
        } catch {
            note(layer.descriptor, error)
        }
    }

    private mutating func fetch(
        _ descriptor: Descriptor,
        from source: some ContentSource
    ) async throws(Failure) -> Blob? {
        do throws(Failure) {
            let blob = try await source.fetch(descriptor)
            verified.append(descriptor)
            return blob
        } catch {
            guard error.isAboutContent else { throw error }
            note(descriptor, error)
            return nil
        }
    }

    private mutating func note(_ descriptor: Descriptor, _ failure: Failure) {
        findings.append(Finding(subject: "\(descriptor.role) \(descriptor.digest)", failure: failure))
    }
}

extension MediaType {
    /// The compression of a tar layer of this type; `nil` for other types.
    package var layerCompression: LayerReader.Compression? {
        if isTarGzipLayer { return .gzip }
        if isPlainTarLayer { return LayerReader.Compression.none }
        return isTarZstdLayer ? .zstd : nil
    }
}

extension Failure {
    /// Whether it is about the content itself, not about reaching the store.
    fileprivate var isAboutContent: Bool {
        switch code.exitStatus {
        case .badData, .notFound: true
        default: false
        }
    }
}
