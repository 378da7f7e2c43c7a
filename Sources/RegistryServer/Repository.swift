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
    /// The blobs that belong to it without being named by a manifest; `nil` if all blobs of the layout do.
    let blobs: RepositoryBlobs?

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

    /// Returns whether an entry has a tag.
    func isTagged(_ entry: Descriptor, _ tag: Tag) -> Bool {
        if let name = entry.referenceName { return name == tag.description }
        return self.tag(of: entry) == tag
    }

    /// Returns the annotations of an entry with a tag or without one; `host` is the registry's name in full names.
    func annotations(_ tag: Tag?, _ digest: Digest, host: RegistryName?) -> Annotations? {
        guard case .full(let name) = naming, let host else {
            if let tag { return [AnnotationKey.referenceName: tag.description] }
            // Otherwise a build without a name would replace the entry.
            return [AnnotationKey.servedDigest: digest.description]
        }
        let reference = Reference(
            registry: host,
            repository: name,
            tag: tag,
            digest: tag == nil ? digest : nil
        )
        return EntryName(.reference(reference)).annotations
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
        try await manifests().first { isTagged($0, tag) }
    }

    /// Finds a manifest by its digest: an entry, or a manifest that an index lists.
    func manifest(_ digest: Digest) async throws(Failure) -> Descriptor? {
        // Clients ask for each manifest before they push it; no index needs to be read for that.
        guard layout.size(of: digest) != nil else { return nil }
        let manifests = try await manifests()
        if let entry = manifests.first(where: { $0.digest == digest }) { return entry }
        return try await layout.manifest(digest, listedIn: manifests)
    }

    /// Returns the size of a blob in bytes; `nil` if this repository does not have it.
    func size(of digest: Digest) async throws(Failure) -> Int? {
        guard let size = layout.size(of: digest) else { return nil }
        guard let blobs else { return size }
        return try await blobs.contain(digest, of: self) ? size : nil
    }
}
