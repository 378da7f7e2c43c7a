package import Diagnostics
package import OCI
package import Storage

/// The image behind a name: what the name stands for, or the one that proxies take from an index.
package struct ImageChoice: Sendable {
    /// What the name stands for.
    package let root: Descriptor
    /// The image's manifest: its digest is the one to pin.
    package let image: Descriptor
    /// What the image's manifest says.
    package let manifest: Manifest

    /// Whether the name stands for an index.
    package var isFromIndex: Bool { root.digest != image.digest }

    /// The digest of the index around the image, if the name stands for one.
    package var index: Digest? { isFromIndex ? root.digest : nil }

    /// What to tell whoever may want to pin the image.
    package var note: String? {
        guard isFromIndex else { return nil }
        let platform = image.platform.map { " (\($0))" } ?? ""
        return "\(root.digest.short) is an index, whose digest proxies cannot pin; "
            + "the image in it is \(image.digest)\(platform)"
    }

    /// Finds the image behind a manifest's descriptor.
    ///
    /// - Parameters:
    ///   - root: what the name stands for.
    ///   - source: where it is.
    /// - Throws: ``Failure/Code/manifestUnsupported`` for an index from which nobody can choose, with the digests that it
    ///   lists; ``Failure/Code/manifestInvalid`` for indexes that lie too deep; and what reading the manifests throws.
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

    /// The same, but `nil` for an index from which nobody can choose: whoever keeps all of it has no need to.
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
    /// Whether it is the digest of one of some manifests; one of another algorithm than theirs is computed.
    package func isThat(
        ofOneIn manifests: [Descriptor],
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
            "\(descriptor.digest.short) is an index, and none of its images is the one to take",
            why: listed.isEmpty
                ? "it lists no image"
                : "it lists " + listed.joined(separator: ", ").truncated(to: 2000) + more,
            try: images.prefix(3).map { "REPOSITORY@\($0.digest)" }
        )
    }
}
