package import Diagnostics
package import OCI

/// An image whose content has all been read and verified, and which may therefore be pushed or copied.
///
/// It is a source with that one image, so that later steps do not verify the content again. Files may still change, so an
/// upload or copy hashes each blob again.
package struct VerifiedImage: Sendable {
    /// The most bytes of manifests that are kept in memory; further manifests are read from their source again.
    private static let memoryLimit = Manifest.sizeLimit

    /// The image's manifest.
    package let root: Descriptor
    private let blobs: [Digest: Blob]
    /// The store with the files; holding it keeps a layout open, and an open layout is not swept.
    private let source: any ContentSource

    /// Reads and verifies all content of an image, each digest once.
    ///
    /// Throws the first failure, because a partial image in a registry is useless.
    init(of root: Descriptor, in source: some ContentSource) async throws(Failure) {
        var blobs: [Digest: Blob] = [:]
        func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
            if let known = blobs[descriptor.digest], known.descriptor.describesSameContent(as: descriptor) {
                return known
            }
            let blob = try await source.fetch(descriptor)
            blobs[descriptor.digest] = blob
            return blob
        }
        var room = Self.memoryLimit
        try await ManifestGraph.walk(from: root, reading: fetch) { step throws(Failure) in
            switch step {
            case .begin(let node):
                guard node.blob.descriptor.size <= room else { return }
                room -= node.blob.descriptor.size
                blobs[node.descriptor.digest] = node.blob
            case .content(let parts, _): for part in parts { _ = try await fetch(part) }
            case .end: break
            }
        }
        self.root = root
        self.blobs = blobs
        self.source = source
    }
}

extension VerifiedImage: ContentSource {
    /// Returns the image for any name.
    package func resolve(_ name: RefName) async throws(Failure) -> Descriptor { root }

    /// Returns a verified blob of the image.
    package func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        guard let blob = blobs[descriptor.digest], blob.descriptor.size == descriptor.size else {
            throw Failure(.notFound, "no \(descriptor.role) \(descriptor.digest) in the image")
        }
        return Blob(trusted: descriptor, blob.content)
    }
}

extension ContentSource {
    /// Reads and verifies all content of an image before any of it is sent.
    ///
    /// Throws the first failure.
    package func verify(_ root: Descriptor) async throws(Failure) -> VerifiedImage {
        try await VerifiedImage(of: root, in: self)
    }
}
