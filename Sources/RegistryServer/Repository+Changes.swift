import Diagnostics
import OCI
import Storage

/// Changes of a repository's entries. Each manifest keeps an entry as long as it is not deleted, because a client may have
/// pinned its digest.
extension Repository {
    /// Adds a manifest's entry; a tag moves to it.
    func add(_ entry: Descriptor, tag: Tag?, to document: inout IndexDocument) throws(Failure) {
        // An index may have ten thousand entries, and each change passes over all of them.
        if let tag {
            // With several hosts in full names, several entries have the tag.
            let tagged = tagged(tag, in: document)
            if !tagged.isEmpty {
                if tagged.allSatisfy({ $0.digest == entry.digest }) { return }
                _ = try removeTag(tag, from: &document)
            }
        } else if document.contains(where: { $0.digest == entry.digest && owns($0) }) {
            return
        }
        // Its entry without a tag is not needed any more.
        document.remove(named: [nil]) {
            $0.digest == entry.digest && owns($0) && self.tag(of: $0) == nil
        }
        try document.append(entry)
    }

    private func tagged(_ tag: Tag, in document: IndexDocument) -> [Descriptor] {
        document.entries(named: [tag.description, nil]) { isTagged($0, tag) && owns($0) }
    }

    /// Removes a tag, and keeps its manifest; returns whether the tag existed.
    func removeTag(_ tag: Tag, from document: inout IndexDocument) throws(Failure) -> Bool {
        let tagged = tagged(tag, in: document)
        guard let first = tagged.first else { return false }
        document.remove(named: [tag.description, nil]) { isTagged($0, tag) && owns($0) }
        for entry in [first] + tagged.dropFirst().filter({ $0.digest != first.digest })
        where !document.contains(where: { $0.digest == entry.digest && owns($0) }) {
            let host = EntryName(of: entry).reference?.registry
            try document.append(entry.annotated(annotations(nil, entry.digest, host: host)))
        }
        return true
    }

    /// The result of deleting a manifest.
    enum Deletion: Sendable {
        case unknown
        /// A manifest that refers to it.
        case used(Descriptor)
        /// The bytes that were removed.
        case deleted(size: Int)
    }

    /// Removes a manifest with all its tags, unless another one refers to it.
    func delete(_ digest: Digest) async throws(Failure) -> Deletion {
        let layout = layout
        let size = layout.size(of: digest) ?? 0
        return try await layout.change(isAlone: true) {
            document async throws(Failure) -> ServedLayout.Change<Deletion> in
            guard document.contains(where: { $0.digest == digest && owns($0) }) else {
                return .unchanged(.unknown)
            }
            if let user = try await layout.user(of: digest, among: document.entries) {
                return .unchanged(.used(user))
            }
            _ = document.remove { $0.digest == digest && owns($0) }
            return .changed(.deleted(size: size))
        } afterwards: { entries throws(Failure) in
            // The index no longer names it; another repository of the same layout may.
            if !entries.contains(where: { $0.digest == digest }) { try layout.remove(digest) }
        }
    }

    /// Returns the first part of a manifest that this repository does not have with its size; parts with URLs may be elsewhere.
    func firstMissing(of parts: [Descriptor]) async throws(Failure) -> Descriptor? {
        for part in parts where !part.isForeign {
            guard try await size(of: part.digest) == part.size else { return part }
        }
        return nil
    }
}
