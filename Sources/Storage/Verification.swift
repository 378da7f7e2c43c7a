package import Archive
package import Diagnostics
package import OCI

/// The result of verifying every digest and size of an image.
package struct Verification: Sendable {
    /// The maximum size of all unpacked layers of an image, in bytes: 16 GiB.
    private static let unpackedLimit = 64 * LayerReader.tarLimit

    /// The result of reading a blob, without its bytes, which may be a temporary file.
    private struct Result {
        let descriptor: Descriptor
        /// The contents of a layer, once it was unpacked; a failure was reported.
        var contents: LayerReader.Contents?
        var isUnpacked = false
    }

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
    /// The results by digest, so that each is read once, however often the image lists it.
    private var results: [Digest: Result] = [:]
    /// The number of bytes that layers may still unpack to.
    private var budget = Self.unpackedLimit
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
                case .index:
                    for part in parts {
                        if let known = results[part.digest] {
                            _ = isSameSize(part, known)
                            continue
                        }
                        _ = try await fetch(part, from: source)
                    }
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
            let expected = diffIDs.flatMap { position < $0.count ? $0[position] : nil }
            guard let contents = try await contents(of: layer, in: source) else { continue }
            if let compression = layer.mediaType.layerCompression {
                verifyDiffID(of: layer, contents, compressed: compression, expected: expected)
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

    /// Reads and unpacks a layer, once for each digest; `nil` after an error, and for a layer that is not a tar.
    private mutating func contents(of layer: Descriptor, in source: some ContentSource)
        async throws(Failure) -> LayerReader.Contents?
    {
        if let known = results[layer.digest], known.isUnpacked || layer.mediaType.layerCompression == nil {
            return isSameSize(layer, known) ? known.contents : nil
        }
        guard let blob = try await fetch(layer, from: source), layer.mediaType.layerCompression != nil else {
            return nil
        }
        results[layer.digest]?.isUnpacked = true
        do throws(Failure) {
            guard budget > 0 else {
                throw Failure(
                    .layerInvalid,
                    "the layers of the image unpack to more than 16 GiB",
                    why: "at most 16 GiB are unpacked to verify diffIDs"
                )
            }
            var contents = LayerReader.Contents()
            defer { budget -= contents.unpackedSize }
            try LayerReader.read(blob.source(), into: &contents)
            results[layer.digest]?.contents = contents
            return contents
        } catch {
            note(layer, error)
            return nil
        }
    }

    private mutating func verifyDiffID(
        of layer: Descriptor,
        _ contents: LayerReader.Contents,
        compressed compression: LayerReader.Compression,
        expected: Digest?
    ) {
        do throws(Failure) {
            guard contents.compression == compression, contents.content == .tar else {
                throw Failure(
                    .layerInvalid,
                    "the layer \(layer.digest) does not match its media type",
                    why: "the type is \(layer.mediaType), but the content is \(contents.described)"
                )
            }
            guard let expected, let diffID = contents.diffID else { return }
            guard diffID == expected else {
                throw Failure(
                    .digestMismatch,
                    "the layer \(layer.digest) does not match its diffID",
                    why: "the config says \(expected), but the uncompressed tar has \(diffID)"
                )
            }
            verifiedDiffIDs += 1
        } catch {
            note(layer, error)
        }
    }

    /// Reads and verifies a blob; a digest that is known already is not counted again.
    private mutating func fetch(
        _ descriptor: Descriptor,
        from source: some ContentSource
    ) async throws(Failure) -> Blob? {
        do throws(Failure) {
            let blob = try await source.fetch(descriptor)
            if results[descriptor.digest] == nil { verified.append(descriptor) }
            results[descriptor.digest] = Result(descriptor: descriptor)
            return blob
        } catch {
            guard error.isAboutContent else { throw error }
            note(descriptor, error)
            return nil
        }
    }

    /// Reports a size that differs from the verified one.
    private mutating func isSameSize(_ descriptor: Descriptor, _ known: Result) -> Bool {
        guard known.descriptor.size != descriptor.size else { return true }
        note(
            descriptor,
            Failure(
                mismatchOf: descriptor,
                digest: known.descriptor.digest,
                size: known.descriptor.size,
                from: "the manifest"
            )
        )
        return false
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
