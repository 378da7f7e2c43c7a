import Diagnostics
import OCI
import Storage

/// One repository: the entries of a layout that belong to it.
struct Repository: Sendable {
    /// Which entries of its layout are a repository's.
    enum Naming: Sendable {
        /// All entries: the layout is this repository's only.
        case whole
        /// The entries with this repository in their full name, whatever its host.
        case full(RepositoryName)
        /// The entries without a full name.
        case unnamed
    }

    let layout: ServedLayout
    let naming: Naming

    /// Returns whether an entry belongs to this repository.
    func owns(_ entry: Descriptor) -> Bool {
        switch naming {
        case .whole: true
        case .full(let name): EntryName(of: entry).reference?.repository == name
        case .unnamed: entry.fullName == nil
        }
    }

    /// Returns an entry's tag; `nil` for an entry that is known by its digest only.
    func tag(of entry: Descriptor) -> Tag? {
        if let name = entry.referenceName { return try? Tag(parsing: name) }
        return EntryName(of: entry).reference?.tag
    }

    /// Returns the annotations of an entry with a tag or without one; `host` is the registry's name in full names.
    func annotations(_ tag: Tag?, _ digest: Digest, host: RegistryName) -> Annotations? {
        switch naming {
        case .whole, .unnamed:
            return tag.map { [AnnotationKey.referenceName: $0.description] }
        case .full(let name):
            let reference = Reference(
                registry: host,
                repository: name,
                tag: tag,
                digest: tag == nil ? digest : nil
            )
            return EntryName(.reference(reference)).annotations
        }
    }

    /// Returns the repository's entries that are manifests or indexes.
    private func manifests() async throws(Failure) -> [Descriptor] {
        try await layout.entries().filter { owns($0) && $0.mediaType.isStoredAsManifest }
    }

    /// Returns the tags and their manifests, in the order of their bytes.
    func tags() async throws(Failure) -> [(tag: String, entry: Descriptor)] {
        var tags: [String: Descriptor] = [:]
        for entry in try await manifests() {
            if let tag = tag(of: entry)?.description, tags[tag] == nil { tags[tag] = entry }
        }
        return tags.map { ($0.key, $0.value) }.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    }

    /// Finds a manifest by its tag.
    func manifest(tagged tag: Tag) async throws(Failure) -> Descriptor? {
        try await manifests().first { self.tag(of: $0) == tag }
    }

    /// Finds a manifest by its digest: an entry, or a manifest that an index lists.
    func manifest(_ digest: Digest) async throws(Failure) -> Descriptor? {
        let entries = try await layout.entries()
        return try Self.find(digest, in: entries.filter(owns), layout, depth: 0)
    }

    /// Finds a manifest in a list of descriptors and in the indexes among them.
    static func find(
        _ digest: Digest,
        in descriptors: [Descriptor],
        _ layout: ServedLayout,
        depth: Int
    ) throws(Failure) -> Descriptor? {
        if let found = descriptors.first(where: { $0.digest == digest && $0.mediaType.isStoredAsManifest }) {
            return found
        }
        guard depth < ManifestGraph.depthLimit else { return nil }
        for descriptor in descriptors where descriptor.mediaType.isIndex {
            guard let bytes = try? layout.manifest(descriptor),
                case .index(let index)? = try? ManifestDocument(
                    decoding: bytes,
                    mediaType: descriptor.mediaType
                )
            else { continue }
            if let found = try find(digest, in: index.manifests, layout, depth: depth + 1) { return found }
        }
        return nil
    }
}
