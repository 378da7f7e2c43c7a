package import Diagnostics
package import OCI

/// What a copy did.
package struct CopyReport: Sendable {
    /// What became of one piece of content.
    package enum Status: String, Sendable, Codable {
        case copied
        /// Taken over from another repository of the same registry.
        case mounted
        case exists = "exists"

        /// The end of its way, as an event.
        var stage: Transfer.Stage {
            switch self {
            case .copied: .finished
            case .mounted: .mounted
            case .exists: .exists
            }
        }
    }

    /// One piece of content.
    package typealias Part = (descriptor: Descriptor, status: Status)

    /// The manifest that the new name stands for.
    package let root: Descriptor
    /// What the name stood for before.
    package let previous: Descriptor?
    /// The config and the layers, of an index also the manifests, in the order in which they are named.
    package let parts: [Part]

    /// Puts a report together.
    package init(root: Descriptor, previous: Descriptor?, parts: [Part]) {
        self.root = root
        self.previous = previous
        self.parts = parts
    }
}

/// How many blobs travel at the same time.
private let parallelBlobs = 4

/// Copies an image from one store to another: children first, the name last.
///
/// A copy that ends early leaves content that nothing names, and never a name that points at missing content. Nothing
/// is decoded and encoded again: bytes, and so digests, stay what they are.
///
/// - Parameters:
///   - name: the image in the source.
///   - source: where it is.
///   - destination: where it is to be.
///   - newName: the image in the destination; the same name without it.
///   - events: told about every piece on its way.
/// - Returns: what was copied, and what was there already.
/// - Throws: what the stores throw; ``Failure/Code/digestMismatch`` when the new name holds another digest, and
///   ``Failure/Code/manifestInvalid`` for indexes that lie too deep, a config of more than 4 MiB and a layer of more
///   than 8 GiB.
package func copy(
    _ name: RefName,
    from source: some ContentSource,
    to destination: some ContentDestination,
    as newName: RefName? = nil,
    events: some EventSink
) async throws(Failure) -> CopyReport {
    try await copy(source.resolve(name), from: source, to: destination, as: newName ?? name, events: events)
}

/// Copies an image that needs no name in its source, such as one that an index lists.
///
/// - Parameters:
///   - root: the image's manifest, which the source can fetch.
///   - source: where it is.
///   - destination: where it is to be.
///   - target: the image in the destination.
///   - events: told about every piece on its way.
/// - Returns: what was copied, and what was there already.
/// - Throws: what copying by a name throws.
package func copy(
    _ root: Descriptor,
    from source: some ContentSource,
    to destination: some ContentDestination,
    as target: RefName,
    events: some EventSink
) async throws(Failure) -> CopyReport {
    try checkDigest(of: root, against: target)
    let manifest = try await source.fetch(root)
    let previous = try await destination.current(target)
    let copier = Copier(source: source, destination: destination, events: events)
    let node = try ManifestGraph.Node(root, manifest)
    if let previous, previous.digest == root.digest, destination.enforcesReferences {
        let parts = node.document.successors.map { ($0, CopyReport.Status.exists) }
        return CopyReport(root: root, previous: previous, parts: parts)
    }
    var parts: [CopyReport.Part] = []
    try await ManifestGraph.walk(from: node, reading: source.fetch) { step throws(Failure) in
        switch step {
        case .begin(let node): try node.document.failIfPartsAreTooLarge()
        case .content(let descriptors, _): parts += try await copier.copyBlobs(descriptors)
        case .end(let node) where node.depth > 0:
            parts.append(try await copier.copyBlob(node.descriptor, fetched: node.blob))
        case .end: break
        }
    }
    try await destination.tag(node.blob, as: target)
    return CopyReport(root: root, previous: previous, parts: parts)
}

private func checkDigest(of root: Descriptor, against name: RefName) throws(Failure) {
    let expected: Digest? =
        switch name {
        case .reference(let reference): reference.digest
        case .digest(let digest): digest
        case .tag, .only: nil
        }
    guard let expected, expected != root.digest else { return }
    throw Failure(
        .digestMismatch,
        "the image is not \(expected)",
        why: "its manifest has the digest \(root.digest)",
        try: ["leave the digest away, or choose the image that has it"]
    )
}

private struct Copier<Source: ContentSource, Destination: ContentDestination, Events: EventSink>: Sendable {
    typealias Part = CopyReport.Part

    let source: Source
    let destination: Destination
    let events: Events

    /// Copies some content at the same time.
    func copyBlobs(_ descriptors: [Descriptor]) async throws(Failure) -> [Part] {
        let outcome = await withTaskGroup(of: Result<Part, Failure>.self) {
            group -> Result<[Part], Failure> in
            var parts: [Part] = []
            var waiting = descriptors[...]
            func addNext() {
                guard let next = waiting.popFirst() else { return }
                group.addTask {
                    do throws(Failure) {
                        return .success(try await copyBlob(next))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            for _ in 0..<parallelBlobs { addNext() }
            while let done = await group.next() {
                switch done {
                case .success(let part): parts.append(part)
                case .failure(let failure):
                    group.cancelAll()
                    return .failure(failure)
                }
                addNext()
            }
            // They end in any order; the report is the same each time.
            return .success(descriptors.compactMap { wanted in parts.first { $0.descriptor == wanted } })
        }
        return try outcome.get()
    }

    /// Copies content that is not there yet.
    func copyBlob(_ descriptor: Descriptor, fetched: Blob? = nil) async throws(Failure) -> Part {
        if try await destination.contains(descriptor) {
            report(descriptor, .exists)
            return (descriptor, .exists)
        }
        let status = try await destination.take(descriptor) { () async throws(Failure) in
            report(descriptor, .started)
            return if let fetched { fetched } else { try await source.fetch(descriptor) }
        }
        report(descriptor, status.stage)
        return (descriptor, status)
    }

    private func report(_ descriptor: Descriptor, _ stage: Transfer.Stage) {
        events.record(.transfer(Transfer(descriptor, stage)))
    }
}

extension ManifestDocument {
    /// Throws before anything of an image is asked for: a size may be any number.
    fileprivate func failIfPartsAreTooLarge() throws(Failure) {
        switch self {
        case .image(let image):
            try image.failIfConfigIsTooLarge()
            for layer in image.layers { try layer.failIfTooLarge() }
        case .index(let index):
            for child in index.successors { try child.failIfTooLarge() }
        }
    }
}

extension Transfer {
    /// Describes how far content has come.
    package init(_ descriptor: Descriptor, _ stage: Stage) {
        self.init(
            role: descriptor.role,
            digest: descriptor.digest.description,
            size: descriptor.size,
            stage: stage
        )
    }
}
