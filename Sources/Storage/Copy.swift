package import Diagnostics
package import OCI

/// The result of a copy.
package struct CopyReport: Sendable {
    /// How one blob or manifest reached the destination.
    package enum Status: String, Sendable, Codable {
        case copied
        /// Mounted from another repository of the same registry.
        case mounted
        case exists

        /// The final stage for the transfer event.
        var stage: Transfer.Stage {
            switch self {
            case .copied: .finished
            case .mounted: .mounted
            case .exists: .exists
            }
        }
    }

    /// One blob or manifest of the image, and how it reached the destination.
    package typealias Part = (descriptor: Descriptor, status: Status)

    /// The manifest that the new name points to.
    package let root: Descriptor
    /// The manifest that the name pointed to before.
    package let previous: Descriptor?
    /// The config, the layers and, for an index, the manifests, in the order of the image's documents.
    package let parts: [Part]

    /// Creates a report.
    package init(root: Descriptor, previous: Descriptor?, parts: [Part]) {
        self.root = root
        self.previous = previous
        self.parts = parts
    }
}

/// The number of blobs that are copied in parallel.
private let parallelBlobs = 4

/// Copies an image from one store to another: children first, the name last.
///
/// An interrupted copy may leave unreferenced content, but never a name that points to missing content. Documents are not
/// re-encoded, so bytes and digests do not change.
///
/// - Parameters:
///   - name: the image in the source.
///   - source: the store to read from.
///   - destination: the store to write to.
///   - newName: the image in the destination; by default the same name.
///   - events: receives the progress of every blob and manifest.
/// - Returns: what was copied, and what existed already.
/// - Throws: errors of the stores; ``Failure/Code/digestMismatch`` if the new name requires another digest, and
///   ``Failure/Code/manifestInvalid`` for indexes that are nested too deeply, a config over 4 MiB and a layer over
///   8 GiB.
package func copy(
    _ name: RefName,
    from source: some ContentSource,
    to destination: some ContentDestination,
    as newName: RefName? = nil,
    events: some EventSink
) async throws(Failure) -> CopyReport {
    try await copy(source.resolve(name), from: source, to: destination, as: newName ?? name, events: events)
}

/// Copies an image by its descriptor, for example one that an index lists.
///
/// - Parameters:
///   - root: the image's manifest, which the source can fetch.
///   - source: the store to read from.
///   - destination: the store to write to.
///   - target: the image in the destination.
///   - events: receives the progress of every blob and manifest.
/// - Returns: what was copied, and what existed already.
/// - Throws: the same errors as copying by name.
package func copy(
    _ root: Descriptor,
    from source: some ContentSource,
    to destination: some ContentDestination,
    as target: RefName,
    events: some EventSink
) async throws(Failure) -> CopyReport {
    try checkDigest(of: root, against: target)
    let manifest = try await source.fetch(root)
    let node = try ManifestGraph.Node(root, manifest)
    let (previous, known) = try await destination.state(of: target, beforeCopying: node)
    let copier = Copier(source: source, destination: destination, known: known, events: events)
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
        "the image does not have the digest \(expected)",
        why: "its manifest has the digest \(root.digest)",
        try: ["omit the digest, or choose the image with this digest"]
    )
}

private struct Copier<Source: ContentSource, Destination: ContentDestination, Events: EventSink>: Sendable {
    typealias Part = CopyReport.Part

    let source: Source
    let destination: Destination
    /// The parts whose existence is known already.
    let known: [Descriptor: Bool]
    let events: Events

    /// Copies blobs in parallel, at most ``parallelBlobs`` at a time; a blob that is listed repeatedly is copied once.
    func copyBlobs(_ descriptors: [Descriptor]) async throws(Failure) -> [Part] {
        let descriptors = descriptors.withoutDuplicates
        let outcome = await withTaskGroup(of: Result<Part, Failure>.self) {
            group -> Result<[Part], Failure> in
            var parts: [Descriptor: Part] = [:]
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
                case .success(let part): parts[part.descriptor] = part
                case .failure(let failure):
                    group.cancelAll()
                    return .failure(failure)
                }
                addNext()
            }
            // Copies finish in any order, but the report has the order of the image.
            return .success(descriptors.compactMap { parts[$0] })
        }
        return try outcome.get()
    }

    /// Copies a blob or a manifest if it does not exist in the destination.
    func copyBlob(_ descriptor: Descriptor, fetched: Blob? = nil) async throws(Failure) -> Part {
        let exists =
            if let known = known[descriptor] { known } else { try await destination.contains(descriptor) }
        if exists {
            report(descriptor, .exists)
            return (descriptor, .exists)
        }
        let status = try await destination.store(descriptor) { () async throws(Failure) in
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
    /// Checks all sizes before any part is requested, because a descriptor may claim any size.
    func failIfPartsAreTooLarge() throws(Failure) {
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
    /// Describes the stage of a transfer.
    package init(_ descriptor: Descriptor, _ stage: Stage) {
        self.init(
            role: descriptor.role,
            digest: descriptor.digest.description,
            size: descriptor.size,
            stage: stage
        )
    }
}
