import Diagnostics
import OCI
import Storage

/// Changes of a repository's entries. Each manifest keeps an entry as long as it is not deleted, because a client may have
/// pinned its digest.
extension Repository {
    /// Adds a manifest's entry; a tag moves to it.
    func add(_ entry: Descriptor, tag: Tag?, to document: inout IndexDocument) throws(Failure) {
        let own = document.entries.filter(owns)
        if tag == nil, own.contains(where: { $0.digest == entry.digest }) { return }
        if let tag {
            if own.contains(where: { $0.digest == entry.digest && self.tag(of: $0) == tag }) { return }
            _ = try removeTag(tag, from: &document)
        }
        // Its entry without a tag is not needed any more.
        _ = document.remove { owns($0) && $0.digest == entry.digest && self.tag(of: $0) == nil }
        try document.append(entry)
    }

    /// Removes a tag, and keeps its manifest; returns whether the tag existed.
    func removeTag(_ tag: Tag, from document: inout IndexDocument) throws(Failure) -> Bool {
        let tagged = document.entries.filter { owns($0) && self.tag(of: $0) == tag }
        guard let first = tagged.first else { return false }
        _ = document.remove { owns($0) && self.tag(of: $0) == tag }
        for entry in [first] + tagged.dropFirst().filter({ $0.digest != first.digest })
        where !document.entries.contains(where: { owns($0) && $0.digest == entry.digest }) {
            let host = EntryName(of: entry).reference?.registry
            try document.append(entry.annotated(untagged(entry, host: host)))
        }
        return true
    }

    private func untagged(_ entry: Descriptor, host: RegistryName?) -> Annotations? {
        guard let host else { return nil }
        return annotations(nil, entry.digest, host: host)
    }
}

extension ServedLayout {
    /// Returns a manifest that refers to content, among those listed in an index and those that they list; `nil` without one.
    ///
    /// A manifest that cannot be read counts as one that refers to everything.
    nonisolated func user(of digest: Digest, in entries: [Descriptor], depth: Int = 0) -> Descriptor? {
        var checked: Set<Digest> = []
        for entry in entries where entry.mediaType.isStoredAsManifest && checked.insert(entry.digest).inserted
        {
            guard let bytes = try? manifest(entry) else {
                if size(of: entry.digest) == nil { continue }
                return entry
            }
            guard let document = try? ManifestDocument(decoding: bytes, mediaType: entry.mediaType) else {
                return entry
            }
            if document.successors.contains(where: { $0.digest == digest }) { return entry }
            if case .index(let index) = document, depth < ManifestGraph.depthLimit,
                let user = user(of: digest, in: index.manifests, depth: depth + 1)
            {
                return user
            }
        }
        return nil
    }
}
