package import Diagnostics
package import OCI

/// A store in memory: the reference implementation that tests compare the other stores with.
package actor InMemoryStore: ContentSource, ContentDestination {
    private var blobs: [Digest: Blob] = [:]
    private var names: [RefName: Descriptor] = [:]

    /// Makes an empty store.
    package init() {}

    /// `true`: memory does not lose single blobs.
    package nonisolated var enforcesReferences: Bool { true }

    /// Finds a manifest by its exact name or by digest, or the only one.
    package func resolve(_ name: RefName) throws(Failure) -> Descriptor {
        if let descriptor = current(name) { return descriptor }
        throw Failure(.notFound, "no image \(name) in memory")
    }

    /// Returns content that was pushed.
    package func fetch(_ descriptor: Descriptor) throws(Failure) -> Blob {
        guard let blob = blobs[descriptor.digest] else {
            throw Failure(.notFound, "no \(descriptor.role) \(descriptor.digest) in memory")
        }
        let size = blob.descriptor.size
        guard size == descriptor.size else {
            throw Failure(mismatchOf: descriptor, digest: descriptor.digest, size: size, from: "memory")
        }
        return Blob(trusted: descriptor, blob.content)
    }

    /// Returns the manifest that a name points to.
    package func current(_ name: RefName) -> Descriptor? {
        switch name {
        case .digest(let digest): names.values.first { $0.digest == digest }
        case .only: Set(names.values.map(\.digest)).count == 1 ? names.values.first : nil
        case .reference, .tag: names[name]
        }
    }

    /// Returns whether content was pushed.
    package func contains(_ descriptor: Descriptor) -> Bool {
        blobs[descriptor.digest]?.descriptor.size == descriptor.size
    }

    /// Stores content.
    package func push(_ blob: Blob) { blobs[blob.descriptor.digest] = blob }

    /// Stores a manifest under a name.
    package func tag(_ manifest: Blob, as name: RefName) {
        push(manifest)
        names[name] = manifest.descriptor
    }
}
