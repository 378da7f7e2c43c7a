package import Diagnostics
package import OCI

/// A walk over the manifests of an image, with the limit on nested indexes.
///
/// An image is one manifest, or an index that lists manifests and perhaps other content. All code that walks an image uses
/// this type.
package enum ManifestGraph {
    /// The largest number of nested indexes.
    package static let depthLimit = 2

    /// A manifest that has been read.
    package struct Node: Sendable {
        /// The descriptor that refers to it.
        package let descriptor: Descriptor
        /// Its bytes, in memory.
        package let blob: Blob
        /// The decoded document.
        package let document: ManifestDocument
        /// The number of indexes that enclose it.
        package let depth: Int

        /// Reads a root manifest, or one that an index lists.
        ///
        /// Throws ``Failure/Code/manifestInvalid`` for an index that is nested too deeply, and errors of decoding a
        /// ``ManifestDocument``.
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
        /// A manifest was read, and its content has not been visited yet.
        case begin(Node)
        /// Content that refers to nothing else: all content of an image, or adjacent content of an index.
        case content([Descriptor], of: Node)
        /// All content of a manifest has been visited.
        case end(Node)
    }

    /// Walks an image: each manifest before its content, and the content in the manifest's order.
    ///
    /// A manifest that several indexes list, or one index repeatedly, is visited once.
    ///
    /// - Parameters:
    ///   - root: the image's manifest.
    ///   - read: returns a manifest; `nil` skips it and all its content.
    ///   - broken: receives a manifest that cannot be decoded, which is then skipped; throws the failure by default.
    ///   - visit: receives each step.
    /// - Throws: errors of `read`, `broken` and `visit`.
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

    /// Walks an image from a manifest that has been read already.
    package static func walk(
        from node: Node,
        reading read: (Descriptor) async throws(Failure) -> Blob?,
        broken: (Descriptor, Failure) throws(Failure) -> Void = { _, failure throws(Failure) in throw failure
        },
        visit: (Step) async throws(Failure) -> Void
    ) async throws(Failure) {
        var visited: Set<Descriptor.Content> = [node.descriptor.content]
        try await walk(from: node, &visited, read, broken, visit)
    }

    private static func walk(
        from node: Node,
        _ visited: inout Set<Descriptor.Content>,
        _ read: (Descriptor) async throws(Failure) -> Blob?,
        _ broken: (Descriptor, Failure) throws(Failure) -> Void,
        _ visit: (Step) async throws(Failure) -> Void
    ) async throws(Failure) {
        try await visit(.begin(node))
        var rest = node.document.successors[...]
        while let next = rest.first {
            let content = rest.prefix { !$0.isFollowed(from: node) }
            rest = rest.dropFirst(max(1, content.count))
            if !content.isEmpty {
                try await visit(.content(Array(content), of: node))
            } else if visited.insert(next.content).inserted,
                let child = try await Self.node(next, within: node, read, broken)
            {
                try await walk(from: child, &visited, read, broken, visit)
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
    /// Returns whether it is a manifest in an index; an image's parts are always content, even with a manifest's type.
    fileprivate func isFollowed(from node: ManifestGraph.Node) -> Bool {
        guard case .index = node.document else { return false }
        return mediaType.isStoredAsManifest
    }
}

extension Failure {
    /// Makes the failure for an index that is nested too deeply.
    package init(tooDeep index: Descriptor) {
        self.init(
            .manifestInvalid,
            "the index \(index.digest) is nested too deeply",
            why: "the limit is \(ManifestGraph.depthLimit) levels of indexes"
        )
    }
}
