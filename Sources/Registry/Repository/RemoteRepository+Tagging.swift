package import Diagnostics
package import OCI
package import Storage

/// A tag that was set, and what it stood for before.
package struct TagChange: Sendable {
    /// The tag.
    package let tag: Tag
    /// What it stood for; `nil` when it is new.
    package let previous: Descriptor?

    /// Describes a change.
    package init(_ tag: Tag, previous: Descriptor?) {
        self.tag = tag
        self.previous = previous
    }
}

extension RemoteRepository {
    /// Sets tags, one after the other, to a manifest whose content is there.
    ///
    /// A tag that stands for it already is left alone.
    ///
    /// - Parameters:
    ///   - tags: what to set.
    ///   - manifest: what they are to stand for, byte for byte.
    ///   - done: tags that were set to it before: the failure names them too.
    /// - Returns: what the tags stood for before.
    /// - Throws: why a tag could not be set, and which are set by then.
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
                throw error.adding(why: state)
            }
        }
        return changes
    }

    /// Throws ``Failure/Code/tagExists`` when one of the tags stands for something else.
    ///
    /// Registries know no way to set a tag only if it is free: somebody else may set it between this and the push.
    package func requireFree(_ tags: [Tag], for digest: Digest) async throws(Failure) {
        let taken = try await zip(tags, current(tags)).filter { $1 != nil && $1?.digest != digest }
        guard let (tag, found) = taken.first, let found else { return }
        throw Failure(
            .tagExists,
            "the tag \(tag) of \(registry)/\(repository) stands for another image",
            why: "\(found.digest) is there, \(digest) was to be; nothing was changed",
            try: ["another tag, or leave --no-clobber away to move it"]
        )
    }
}
