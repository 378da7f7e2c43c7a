package import Diagnostics
package import OCI
package import Storage

/// A tag that was set, and its previous image.
package struct TagChange: Sendable {
    /// The tag.
    package let tag: Tag
    /// The manifest that it pointed to; `nil` for a new tag.
    package let previous: Descriptor?

    /// Describes a change.
    package init(_ tag: Tag, previous: Descriptor?) {
        self.tag = tag
        self.previous = previous
    }
}

extension RemoteRepository {
    /// Sets tags, one after the other, to a manifest whose content exists in the repository.
    ///
    /// A tag that already points to it is not changed.
    ///
    /// - Parameters:
    ///   - tags: the tags to set.
    ///   - manifest: the manifest that they will point to, byte for byte.
    ///   - done: tags that were set to it before; the failure names them too.
    /// - Returns: the tags with their previous manifests.
    /// - Throws: why a tag could not be set, and which tags have been set.
    package func set(
        _ tags: [Tag],
        to manifest: Blob,
        after done: [Tag] = []
    ) async throws(Failure) -> [TagChange] {
        var changes: [TagChange] = []
        for tag in tags {
            do throws(Failure) {
                let previous = try await current(.tag(tag))
                if previous?.digest != manifest.descriptor.digest {
                    try await self.tag(manifest, as: .tag(tag))
                }
                changes.append(TagChange(tag, previous: previous))
            } catch {
                let set = (done + changes.map(\.tag)).map(\.description)
                let rest = tags.dropFirst(changes.count).map(\.description).joined(separator: ", ")
                let state =
                    set.isEmpty ? "no tag is set" : "set: \(set.joined(separator: ", ")); not set: \(rest)"
                throw error.code == .interrupted || Task.isCancelled
                    ? error.with(cause: Failure.CertainResult(state)) : error.adding(why: state)
            }
        }
        return changes
    }

    /// Throws ``Failure/Code/tagExists`` if one of the tags points to another image.
    ///
    /// It is not atomic: another client may set the tag before the push.
    package func requireFree(_ tags: [Tag], for digest: Digest) async throws(Failure) {
        let taken = try await zip(tags, current(tags)).filter { $1 != nil && $1?.digest != digest }
        guard let (tag, found) = taken.first, let found else { return }
        throw Failure(
            .tagExists,
            "tag \(tag) of \(registry)/\(repository) points to another image",
            why: "it points to \(found.digest), not to \(digest); nothing was changed",
            try: ["use another tag, or omit --no-clobber to move it"]
        )
    }
}
