package import Diagnostics
package import OCI
package import Storage

/// The image that a name points to: directly, or as the image that proxies select from an index.
package struct ImageChoice: Sendable {
    /// The manifest or index that the name points to.
    package let root: Descriptor
    /// The descriptor of the image's manifest, whose digest is the one to pin.
    package let image: Descriptor
    /// The image's manifest.
    package let manifest: Manifest

    /// Whether the name points to an index.
    package var isFromIndex: Bool { root.digest != image.digest }

    /// The digest of the index that contains the image, if the name points to one.
    package var index: Digest? { isFromIndex ? root.digest : nil }

    /// A note about the digest to pin; `nil` if the name points to the image itself.
    package var note: String? {
        guard isFromIndex else { return nil }
        let platform = image.platform.map { " (\($0))" } ?? ""
        return "\(root.digest.short) is an index, and proxies cannot pin an index; "
            + "pin the image in it: \(image.digest)\(platform)"
    }

    /// Finds the image behind a manifest's descriptor.
    ///
    /// - Parameters:
    ///   - root: the manifest or index that the name points to.
    ///   - source: the source that contains it.
    /// - Throws: ``Failure/Code/manifestUnsupported``, with the digests that it lists, for an index without an unambiguous
    ///   image; ``Failure/Code/manifestInvalid`` for indexes nested too deep; and the errors of reading the manifests.
    package init(of root: Descriptor, in source: some ContentSource) async throws(Failure) {
        self.root = root
        var node = try await ManifestGraph.Node(root, source.fetch(root))
        while true {
            switch node.document {
            case .image(let manifest):
                image = node.descriptor
                self.manifest = manifest
                return
            case .index(let index):
                guard let choice = index.choice else { throw Failure(noChoiceFrom: index, node.descriptor) }
                node = try await ManifestGraph.Node(choice, source.fetch(choice), within: node)
            }
        }
    }

    /// Finds the image, or returns `nil` for an index without an unambiguous image, for callers that copy the whole index.
    package static func ifPossible(
        of root: Descriptor,
        in source: some ContentSource
    ) async throws(Failure) -> ImageChoice? {
        do throws(Failure) {
            return try await ImageChoice(of: root, in: source)
        } catch {
            guard root.mediaType.isIndex, error.code == .manifestUnsupported else { throw error }
            return nil
        }
    }
}

extension Digest {
    /// Whether it is the digest of any of the manifests; for another algorithm, their digests are computed.
    package func matches(
        anyOf manifests: [Descriptor],
        from source: some ContentSource
    ) async throws(Failure) -> Bool {
        for manifest in manifests {
            if manifest.digest == self { return true }
            guard manifest.digest.algorithm != algorithm else { continue }
            let bytes = try await source.fetch(manifest).bytes(limit: Manifest.sizeLimit)
            if Digest(of: bytes, algorithm: algorithm) == self { return true }
        }
        return false
    }
}

extension Failure {
    fileprivate init(noChoiceFrom index: Index, _ descriptor: Descriptor) {
        let images = index.images.prefix(10)
        let listed = images.map { "\($0.platform.map { "\($0) " } ?? "")\($0.digest)" }
        let more = index.images.count > images.count ? ", …" : ""
        self.init(
            .manifestUnsupported,
            "\(descriptor.digest.short) is an index without an unambiguous image",
            why: listed.isEmpty
                ? "it does not list an image"
                : "it lists " + listed.joined(separator: ", ").truncated(to: 2000) + more,
            try: images.prefix(3).map { "REPOSITORY@\($0.digest)" }
        )
    }
}
