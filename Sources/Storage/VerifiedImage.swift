package import Diagnostics
package import OCI

/// An image of which everything was read and verified: what may leave this machine.
///
/// It is itself a source with that one image, so that what was verified is not read and verified again by each who looks at it.
/// What is in files may still change; whoever sends or copies a blob hashes it once more on its way.
package struct VerifiedImage: Sendable {
    /// How many bytes of manifests are kept in memory; what is more stays where it is.
    private static let memoryLimit = Manifest.sizeLimit

    /// The image's manifest.
    package let root: Descriptor
    private let blobs: [Digest: Blob]
    /// Where the files are, and stay while this holds it: a layout that is open is not swept.
    private let source: any ContentSource

    /// Reads everything that an image consists of, each content once.
    ///
    /// Throws the first failure: half an image in a registry helps nobody.
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
    /// The one image, whatever it is called.
    package func resolve(_ name: RefName) async throws(Failure) -> Descriptor { root }

    /// One of its blobs, as it was verified.
    package func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        guard let blob = blobs[descriptor.digest], blob.descriptor.size == descriptor.size else {
            throw Failure(.notFound, "no \(descriptor.role) \(descriptor.digest) in the image")
        }
        return Blob(trusted: descriptor, blob.content)
    }
}

extension ContentSource {
    /// Reads everything that an image consists of, and proves it, before anything of it leaves this machine.
    ///
    /// Throws the first failure.
    package func verify(_ root: Descriptor) async throws(Failure) -> VerifiedImage {
        try await VerifiedImage(of: root, in: self)
    }
}
