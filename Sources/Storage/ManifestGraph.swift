package import Diagnostics
package import OCI

/// The manifests that an image consists of, and the one rule of how deep they may lie.
///
/// An image is one manifest, or an index that lists manifests and perhaps other content. All that follows an image from its
/// root does it here.
package enum ManifestGraph {
    /// How many indexes may lie one within the other.
    package static let depthLimit = 2

    /// A manifest that was read.
    package struct Node: Sendable {
        /// What names it.
        package let descriptor: Descriptor
        /// Its bytes, in memory.
        package let blob: Blob
        /// What they say.
        package let document: ManifestDocument
        /// How many indexes are around it.
        package let depth: Int

        /// Reads the manifest of a root, or one that an index names.
        ///
        /// Throws ``Failure/Code/manifestInvalid`` for an index that lies too deep, and what reading a ``ManifestDocument``
        /// throws.
        package init(
            _ descriptor: Descriptor,
            _ blob: Blob,
            within parent: Node? = nil
        ) throws(Failure) {
            let bytes = try blob.bytes(limit: Manifest.sizeLimit)
            self.descriptor = descriptor
            self.blob = Blob(trusted: blob.descriptor, .bytes(bytes))
            document = try ManifestDocument(decoding: bytes, mediaType: blob.descriptor.mediaType)
            depth = parent.map { $0.depth + 1 } ?? 0
            if case .index = document, depth >= ManifestGraph.depthLimit {
                throw Failure(tooDeep: descriptor)
            }
        }
    }

    /// One step of a walk.
    package enum Step: Sendable {
        /// A manifest was read, and nothing that it names yet.
        case begin(Node)
        /// Content that it names and that names nothing itself: of an image all of it, of an index what stands together.
        case content([Descriptor], of: Node)
        /// All that it names is passed.
        case end(Node)
    }

    /// Walks through an image: each manifest before what it names, and what it names in its order.
    ///
    /// - Parameters:
    ///   - root: the image's manifest.
    ///   - read: gives a manifest; `nil` for one that is passed over with all that it names.
    ///   - broken: is told of a manifest whose bytes cannot be followed, which is then passed over; it throws by default.
    ///   - visit: takes a step.
    /// - Throws: what `read`, `broken` and `visit` throw.
    package static func walk(
        from root: Descriptor,
        reading read: (Descriptor) async throws(Failure) -> Blob?,
        broken: (Descriptor, Failure) throws(Failure) -> Void = { _, failure throws(Failure) in throw failure
        },
        visit: (Step) async throws(Failure) -> Void
    ) async throws(Failure) {
        if let node = try await node(root, within: nil, read, broken) {
            try await walk(from: node, reading: read, broken: broken, visit: visit)
        }
    }

    /// The same, from a manifest that was read already.
    package static func walk(
        from node: Node,
        reading read: (Descriptor) async throws(Failure) -> Blob?,
        broken: (Descriptor, Failure) throws(Failure) -> Void = { _, failure throws(Failure) in throw failure
        },
        visit: (Step) async throws(Failure) -> Void
    ) async throws(Failure) {
        try await visit(.begin(node))
        var rest = node.document.successors[...]
        while let next = rest.first {
            let content = rest.prefix { !$0.isFollowed(from: node) }
            rest = rest.dropFirst(max(1, content.count))
            if !content.isEmpty {
                try await visit(.content(Array(content), of: node))
            } else if let child = try await Self.node(next, within: node, read, broken) {
                try await walk(from: child, reading: read, broken: broken, visit: visit)
            }
        }
        try await visit(.end(node))
    }

    private static func node(
        _ descriptor: Descriptor,
        within parent: Node?,
        _ read: (Descriptor) async throws(Failure) -> Blob?,
        _ broken: (Descriptor, Failure) throws(Failure) -> Void
    ) async throws(Failure) -> Node? {
        guard let blob = try await read(descriptor) else { return nil }
        do throws(Failure) {
            return try Node(descriptor, blob, within: parent)
        } catch {
            try broken(descriptor, error)
            return nil
        }
    }
}

extension Descriptor {
    /// Whether it is a manifest in the index of a node; what an image names is content, whatever its type says.
    fileprivate func isFollowed(from node: ManifestGraph.Node) -> Bool {
        guard case .index = node.document else { return false }
        return mediaType.isStoredAsManifest
    }
}

extension Failure {
    /// The failure for an index within an index within an index.
    package init(tooDeep index: Descriptor) {
        self.init(
            .manifestInvalid,
            "the index \(index.digest) lies too deep",
            why: "at most \(ManifestGraph.depthLimit) indexes may lie one within the other"
        )
    }
}
